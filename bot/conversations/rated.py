"""Hears the answer to "how was it?" (`ratings`): stars that were pressed or typed, and words where they are asked for.

Called by `inbox` before anything else reads a message. What is heard here is kept with the conversation that it is
about, closed as it is: nobody is woken by it and nothing is reopened. Words are only taken if the customer has pressed
for them, for whatever else is written after an ending begins anew.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from bot.channels.contract import InboundMessage
from bot.conversations import events
from bot.conversations.arrivals import insert_arrival
from bot.conversations.handoffs import lock_conversation
from bot.conversations.leases import wake_conversation
from bot.conversations.models import Conversation, Message, Rating, Resolution
from bot.conversations.notices import choose_language, say_in
from bot.conversations.outbox import publish_message, queue_message
from bot.conversations.people import find_conversation, find_newest, renew_identity
from bot.conversations.ratings import STARS, WORDS, is_title, read_payload, read_typed
from bot.conversations.states import Author, Direction, State

# Longer after the ending nobody remembers well; the customer is thanked all the same.
RATED_WITHIN = timedelta(days=30)
# Stars that are typed, and words that were asked for, are heard as such so long.
TYPED_WITHIN = timedelta(hours=12)
WORDS_WITHIN = timedelta(hours=1)
LOW_STARS = 3

Taken = tuple[Message, Conversation]


def take_rating(
    inbound: InboundMessage, text: str, newest: Conversation | None, button: dict[str, Any] | None
) -> Taken | None:
    """Keeps the message and what it says of a resolved conversation, and answers it; None if it says nothing of one.

    `newest`: the writer's last conversation, if there is any; `button`: what they have pressed, if it is known. Inside
    the caller's transaction. Raises: IntegrityError if the external_id is there already.
    """
    if inbound.reading != "assistant" or inbound.attachments or inbound.command or inbound.link:
        return None
    if button:
        return _take_meant(inbound, str(button["title"]), str(button["payload"]))
    if inbound.choice:
        return _take_lost(inbound, text, newest) if is_title(text) else None
    last = newest.messages.order_by("-id").first() if newest and newest.state == State.CLOSED else None
    if last is None or last.kind not in (STARS, WORDS) or last.direction != Direction.OUTBOUND:
        return None
    age = timezone.now() - last.created_at
    if last.kind == STARS and age < TYPED_WITHIN and (payload := read_typed(text, last.buttons)):
        return _take_meant(inbound, text, payload)
    if last.kind == WORDS and age < WORDS_WITHIN:
        return _take_words(inbound, text, last.conversation_id)
    return None


def _take_meant(inbound: InboundMessage, text: str, payload: str) -> Taken | None:
    meant = read_payload(payload)
    if meant is None:
        return None
    kind, number, stars = meant
    resolution = Resolution.objects.filter(pk=number).first()
    if resolution is None:
        return None
    conversation, message = _keep(inbound, text, resolution.conversation_id, kind)
    if kind == WORDS:
        if conversation.state == State.CLOSED and not _hears_words(conversation):
            _answer(conversation, "closed_plain")
        else:
            _answer(conversation, "rating.words", kind=WORDS)
    else:
        _rate(conversation, resolution, stars)
    return message, conversation


def _rate(conversation: Conversation, resolution: Resolution, stars: int) -> None:
    """One row a conversation: pressed again it says the new stars. The same stars again are quiet."""
    if resolution.resolved_at < timezone.now() - RATED_WITHIN:
        _answer(conversation, "rating.late")
        return
    before = Rating.objects.filter(conversation=conversation).first()
    if before and (before.stars, before.resolution_id) == (stars, resolution.pk):
        return
    values = {
        "resolution": resolution,
        "agent": resolution.agent,
        "agent_name": resolution.agent_name,
        "stars": stars,
        "rated_at": timezone.now(),
    }
    rating, _ = Rating.objects.update_or_create(conversation=conversation, defaults=values)
    _publish(conversation, rating)
    language = choose_language(conversation)
    asked = {"title": say_in("system.rating.add", language), "payload": f"{WORDS}:{resolution.pk}:", "kind": WORDS}
    may_add = not rating.words and _hears_words(conversation)
    key = "low" if stars <= LOW_STARS else "thanks"
    text = say_in(f"system.rating.{key}", language, stars=stars)
    queue_message(conversation, author=Author.SYSTEM, text=text, buttons=[asked] if may_add else [])


def _take_words(inbound: InboundMessage, text: str, conversation_id: uuid.UUID) -> Taken | None:
    rating = Rating.objects.filter(conversation_id=conversation_id).first()
    if rating is None:
        return None
    conversation, message = _keep(inbound, text, rating.conversation_id, WORDS)
    Rating.objects.filter(pk=rating.pk).update(words=text)
    _publish(conversation, rating)
    _answer(conversation, "rating.added")
    return message, conversation


def _take_lost(inbound: InboundMessage, text: str, newest: Conversation | None) -> Taken:
    """Stars of a question that is not known any more (erased, or long ago): answered kindly, and that is all."""
    found = newest or find_conversation(inbound)
    conversation, message = _keep(inbound, text, found.pk, STARS)
    _answer(conversation, "rating.late")
    return message, conversation


def _keep(inbound: InboundMessage, text: str, conversation_id: uuid.UUID, kind: str) -> tuple[Conversation, Message]:
    conversation = lock_conversation(conversation_id)
    renew_identity(conversation.identity, inbound)
    wake_conversation(conversation.pk, inbound=True)
    message = insert_arrival(inbound, conversation, text=text, kind=kind)
    publish_message(events.MESSAGE_RECORDED, message, conversation.state)
    return conversation, message


def _answer(conversation: Conversation, key: str, kind: str = "text") -> None:
    text = say_in(f"system.{key}", choose_language(conversation))
    queue_message(conversation, author=Author.SYSTEM, text=text, kind=kind)


def _hears_words(conversation: Conversation) -> bool:
    """Whether the next words would be heard as such: at the very end of what was said only."""
    newest = find_newest(conversation.channel, conversation.identity.external_id)
    return conversation.state == State.CLOSED and newest == conversation


def _publish(conversation: Conversation, rating: Rating) -> None:
    data = {"rating": rating.pk}
    events.publish(events.Event(events.CONVERSATION_RATED, str(conversation.pk), str(conversation.state), data))
