"""Commit A: an inbound message becomes a row, and only then its sender hears that it arrived.

`record_inbound` also claims the conversation in the same transaction if this process has room, so that the answer
starts without another commit; a conversation that cannot be claimed is found by its holder or by the sweeper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction

from bot.channels.contract import InboundMessage, Recorded
from bot.conversations import events
from bot.conversations.addresses import move, settle_address
from bot.conversations.arrivals import insert_arrival
from bot.conversations.bursts import choose_wait
from bot.conversations.buttons import find_button
from bot.conversations.changes import change_words
from bot.conversations.choices import CHARS_MAX, read_choice
from bot.conversations.express import Question, record_question
from bot.conversations.files import insert_files
from bot.conversations.leases import Claim, wake_conversation
from bot.conversations.links import use_link
from bot.conversations.models import Conversation, Message
from bot.conversations.outbox import publish_message
from bot.conversations.people import find_conversation, find_newest
from bot.conversations.photos import PHOTO, is_awaited
from bot.conversations.rated import take_rating
from bot.conversations.states import Author, Handling, State
from bot.conversations.steps import Ask, Step, claim_work
from bot.conversations.texts import STORED_MAX, check_readable, is_shortened, strip_unstorable
from bot.conversations.unread import queue_unread_notice

Json = dict[str, Any]
RACES_MAX = 3


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the sender is told, and the work that goes with it if the conversation was claimed."""

    recorded: Recorded
    claim: Claim | None = None
    step: Step | None = None


def record_inbound(message: InboundMessage, owner: str | None = None) -> Accepted:
    """Records one message; `owner` claims the conversation for it at once.

    A second delivery of the same external_id is a quiet, equal answer. Five first messages of a new person at the same
    moment make one conversation. Raises: EmptyMessage; a database error means that nothing was stored.
    """
    if message.reading == "assistant":
        text = check_readable(message.text)
    else:
        text = strip_unstorable(message.text[:STORED_MAX])
    for left in reversed(range(RACES_MAX)):
        try:
            return _record(message, text, owner)
        except IntegrityError:
            known = Message.objects.filter(channel=message.channel, external_id=message.external_id).first()
            if known:
                return Accepted(_describe(known, duplicate=True))
            # Otherwise another process made the same person or conversation at this moment: it is there now.
            if not left:
                raise
    raise AssertionError("unreachable")


@transaction.atomic
def _record(inbound: InboundMessage, text: str, owner: str | None) -> Accepted:
    question = record_question(inbound, text, owner) if owner else None
    if question:
        return _accept(question, inbound, text)
    inbound = replace(inbound, user_external_id=settle_address(inbound))
    newest = find_newest(inbound.channel, inbound.user_external_id)
    button = find_button(newest.identity, inbound.choice) if newest and inbound.choice else None
    if rated := take_rating(inbound, text, newest, button):
        work = claim_work(owner, rated[1]) if owner else None
        return Accepted(_describe(rated[0]), *(work or ()))
    conversation = find_conversation(inbound)
    if is_awaited(inbound, conversation):
        inbound = replace(inbound, reading="assistant", command=PHOTO)
    to_bot = conversation.state == State.BOT and inbound.reading == "assistant"
    typed = _find_typed(text, conversation) if to_bot and not button else None
    # Of pictures more may follow: an album is as many messages.
    at_once = button or typed or not to_bot or inbound.command not in ("", PHOTO)
    wait_s = 0.0 if at_once else choose_wait(text, conversation, inbound.writes_on)
    wake_conversation(conversation.pk, inbound=True, after_s=wait_s)
    message = _insert(inbound, text, conversation, button, typed, to_bot)
    insert_files(message, inbound.attachments)
    publish_message(events.MESSAGE_RECORDED, message, conversation.state)
    if inbound.changes:
        change_words(inbound, text)
    if inbound.moved:
        move(inbound.channel, inbound.user_external_id, inbound.moved)
    notice = use_link(conversation, inbound.link) if inbound.link else inbound.notice
    if inbound.reading == "notice" and conversation.state == State.BOT:
        queue_unread_notice(conversation, inbound.kind, notice)
    shortened = len(inbound.text) > STORED_MAX or is_shortened(message.text)
    recorded = _describe(message, shortened=shortened)
    work = claim_work(owner, conversation) if owner and conversation.state == State.BOT else None
    return Accepted(recorded, *work) if work else Accepted(recorded)


def _accept(question: Question, inbound: InboundMessage, text: str) -> Accepted:
    shortened = len(inbound.text) > STORED_MAX or is_shortened(text)
    request = question.request
    recorded = Recorded(question.message_id, request.conversation, question.at, text, shortened=shortened)
    step = Ask(question.turn_id, request, inbound.user_external_id, inbound.channel)
    return Accepted(recorded, question.claim, step)


def _insert(
    inbound: InboundMessage,
    text: str,
    conversation: Conversation,
    button: Json | None,
    typed: Json | None,
    to_bot: bool,
) -> Message:
    """The row. `typed` is a button that the words mean: they are kept as written; `to_bot`: the bot is to answer."""
    meant = button or typed
    return insert_arrival(
        inbound,
        conversation,
        text=button["title"] if button else text,
        kind="choice" if button else inbound.kind,
        payload=meant["payload"] if meant else inbound.command,
        handling=Handling.PENDING if to_bot else Handling.DONE,
    )


def _find_typed(text: str, conversation: Conversation) -> Json | None:
    """The button that these words mean, if the assistant's message right before them offered it."""
    if len(text) > CHARS_MAX:
        return None
    said = Message.objects.filter(conversation=conversation).exclude(author=Author.SYSTEM).order_by("-id")
    last = said.only("buttons", "cards", "author").first()
    return read_choice(text, last.buttons, last.cards) if last and last.author == Author.BOT else None


def _describe(message: Message, *, duplicate: bool = False, shortened: bool = False) -> Recorded:
    return Recorded(message.pk, str(message.conversation_id), message.created_at, message.text, duplicate, shortened)
