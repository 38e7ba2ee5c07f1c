"""Commit A: an inbound message becomes a row, and only then its sender hears that it arrived.

`record_inbound` also claims the conversation in the same transaction if this process has room, so that the answer
starts without another commit; a conversation that cannot be claimed is found by its holder or by the sweeper.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from bot.channels.contract import InboundMessage, Profile, Recorded
from bot.config import config
from bot.conversations import events
from bot.conversations.buttons import find_button
from bot.conversations.clock import After
from bot.conversations.handoffs import close
from bot.conversations.leases import Claim, wake_conversation
from bot.conversations.models import ChannelIdentity, Contact, Conversation, Message
from bot.conversations.outbox import publish_message
from bot.conversations.states import Author, Direction, Handling, State
from bot.conversations.steps import Step, claim_work
from bot.conversations.texts import STORED_MAX, check_readable, is_shortened, strip_unstorable
from bot.language.texts import LANGUAGES

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
    text = check_readable(message.text)
    for left in reversed(range(RACES_MAX)):
        try:
            with transaction.atomic():
                return _record(message, text, owner)
        except IntegrityError:
            # Another process recorded the same message, person or conversation between our look and our insert.
            if not left:
                raise
    raise AssertionError("unreachable")


def _record(inbound: InboundMessage, text: str, owner: str | None) -> Accepted:
    known = _find_duplicate(inbound)
    if known:
        return Accepted(_describe(known, duplicate=True))
    identity = _find_identity(inbound)
    conversation = _find_conversation(identity, inbound.profile)
    known = _find_duplicate(inbound)
    if known:
        return Accepted(_describe(known, duplicate=True))
    wake_conversation(conversation.pk)
    message = _insert(inbound, text, identity, conversation)
    publish_message(events.MESSAGE_RECORDED, message, conversation.state)
    shortened = len(inbound.text) > STORED_MAX or is_shortened(message.text)
    recorded = _describe(message, shortened=shortened)
    work = claim_work(owner, conversation.pk) if owner and conversation.state == State.BOT else None
    return Accepted(recorded, *work) if work else Accepted(recorded)


def _insert(inbound: InboundMessage, text: str, identity: ChannelIdentity, conversation: Conversation) -> Message:
    button = find_button(identity, inbound.choice) if inbound.choice else None
    to_bot = conversation.state == State.BOT
    message = Message.objects.create(
        conversation=conversation,
        channel=inbound.channel,
        external_id=inbound.external_id,
        direction=Direction.INBOUND,
        author=Author.CONTACT,
        author_name=identity.contact.name,
        kind="choice" if button else inbound.kind,
        text=button["title"] if button else text,
        payload=button["payload"] if button else "",
        handling=Handling.PENDING if to_bot else Handling.DONE,
        written_at=inbound.sent_at,
    )
    Conversation.objects.filter(pk=conversation.pk).update(last_inbound_at=After())
    message.refresh_from_db(fields=["created_at"])
    return message


def _find_duplicate(inbound: InboundMessage) -> Message | None:
    return Message.objects.filter(channel=inbound.channel, external_id=inbound.external_id).first()


def _describe(message: Message, *, duplicate: bool = False, shortened: bool = False) -> Recorded:
    return Recorded(message.pk, str(message.conversation_id), message.created_at, message.text, duplicate, shortened)


def _find_identity(inbound: InboundMessage) -> ChannelIdentity:
    """The person on this channel, made on their first message. What the channel says of them fills only gaps."""
    profile = inbound.profile
    language = profile.language if profile.language in LANGUAGES else ""
    name = strip_unstorable(profile.name)[:200]
    found = ChannelIdentity.objects.select_related("contact").filter(
        channel=inbound.channel, external_id=inbound.user_external_id
    )
    identity = found.first()
    if identity is None:
        contact = Contact.objects.create(name=name, language=language)
        return ChannelIdentity.objects.create(
            contact=contact, channel=inbound.channel, external_id=inbound.user_external_id
        )
    contact = identity.contact
    if (name and not contact.name) or (language and not contact.language):
        contact.name = contact.name or name
        contact.language = contact.language or language
        contact.save(update_fields=["name", "language"])
    if not identity.reachable:
        ChannelIdentity.objects.filter(pk=identity.pk).update(reachable=True)
    return identity


def _find_conversation(identity: ChannelIdentity, profile: Profile) -> Conversation:
    """The open conversation of this person, its row held; a new one if there is none or it has been quiet too long."""
    found = Conversation.objects.select_for_update().filter(identity=identity).exclude(state=State.CLOSED)
    conversation = found.first()
    if conversation and is_idle(conversation):
        close(conversation.pk)
        conversation = None
    page = {str(key)[:50]: strip_unstorable(str(value))[:500] for key, value in profile.page.items()}
    if conversation is None:
        conversation = Conversation.objects.create(
            contact=identity.contact, identity=identity, channel=identity.channel, page=page
        )
        events.publish(events.Event(events.CONVERSATION_OPENED, str(conversation.pk), str(conversation.state)))
    elif page and page != conversation.page:
        Conversation.objects.filter(pk=conversation.pk).update(page=page)
    return conversation


def is_idle(conversation: Conversation) -> bool:
    """Quiet for CONVERSATION_IDLE_H. Who waits for a person, or for an agent's word, is never closed by silence."""
    quiet_since = timezone.now() - timedelta(hours=config().conversation_idle_h)
    return conversation.last_message_at < quiet_since and not _is_awaited(conversation)


def close_idle(limit: int = 100) -> int:
    """Closes conversations that have been quiet too long, without a word; returns how many."""
    quiet_since = timezone.now() - timedelta(hours=config().conversation_idle_h)
    candidates = Conversation.objects.filter(
        state__in=[State.BOT, State.AGENT], last_message_at__lt=quiet_since, ready_at=None
    )
    closed = 0
    for pk in list(candidates.values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            conversation = Conversation.objects.select_for_update().get(pk=pk)
            if conversation.state in (State.BOT, State.AGENT) and is_idle(conversation):
                close(pk)
                closed += 1
    return closed


def _is_awaited(conversation: Conversation) -> bool:
    """Whether somebody still owes the customer an answer."""
    if conversation.state == State.WAITING or conversation.ready_at is not None:
        return True
    if conversation.state != State.AGENT:
        return False
    last = conversation.messages.exclude(author=Author.SYSTEM).order_by("-id").first()
    return last is not None and last.direction == Direction.INBOUND
