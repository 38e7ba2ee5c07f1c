"""What an agent may still do about a reply of their own: take it back before it goes, send it again when it failed.

Both change the row that is there, in one transaction that holds the conversation's: no second row and no second id, so
whatever a channel knows a repeat by stays the same.
"""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from bot.conversations import events
from bot.conversations.clock import After
from bot.conversations.handoffs import Agent, check_owner, lock_conversation
from bot.conversations.leases import wake_conversation
from bot.conversations.models import Conversation, Message
from bot.conversations.outbox import publish_message
from bot.conversations.states import Author, Delivery, State
from bot.errors import TransitionRefused

# Reasons after which it may have arrived all the same, and the one that only the customer's next message lifts.
UNSURE, WINDOW = "unsure", "window_closed"


def held_replies() -> Q:
    """Agents' words that wait to be undone: no customer has seen anything of them."""
    return Q(author=Author.AGENT, delivery=Delivery.QUEUED, attempts=0, next_try_at__gt=After())


def find_held(conversation_id: uuid.UUID | str) -> QuerySet[Message]:
    """Those of one conversation."""
    return Message.objects.filter(held_replies(), conversation_id=conversation_id)


@transaction.atomic
def undo_reply(conversation_id: uuid.UUID | str, agent: Agent, message_id: int) -> str:
    """Takes the agent's own reply out of the outbox; its words, for the box they came from.

    Raises: NotFound; TransitionRefused if it has gone out, or is on its way.
    """
    conversation = lock_conversation(conversation_id)
    held = find_held(conversation.pk).filter(pk=message_id, agent=agent).first()
    if held is None:
        raise TransitionRefused("this reply has gone out")
    text = held.text
    publish_message(events.MESSAGE_WITHDRAWN, held, conversation.state)
    held.delete()
    for hand_off in conversation.hand_offs.filter(ended_at=None).exclude(taken_at=None):
        later = conversation.messages.filter(author=Author.AGENT, created_at__gte=hand_off.taken_at)
        if not later.exists():
            conversation.hand_offs.filter(pk=hand_off.pk).update(first_reply_at=None)
    return text


def may_send_again(message: Message, conversation: Conversation) -> bool:
    """Whether a second try cannot double anything and has a chance. Reads `message.reports`."""
    if message.author != Author.AGENT or message.delivery != Delivery.FAILED or message.maybe_repeated:
        return False
    reason = message.error.removeprefix("given up: ").partition(" (")[0]
    until = conversation.identity.window_closes_at
    if reason == UNSURE or (reason == WINDOW and until is not None and until <= timezone.now()):
        return False
    # A message of several parts, one of which failed: the others have gone out.
    return not any(report.parts > 1 and report.status != "failed" for report in message.reports.all())


@transaction.atomic
def send_again(conversation_id: uuid.UUID | str, agent: Agent, message_id: int) -> None:
    """Puts a failed reply back into the outbox, as it was. A second click finds it there and changes nothing.

    Raises: NotFound; TransitionRefused if it is not the agent's conversation or `may_send_again` says no.
    """
    conversation = lock_conversation(conversation_id)
    check_owner(conversation, agent, (State.AGENT,))
    message = conversation.messages.filter(pk=message_id, author=Author.AGENT).prefetch_related("reports").first()
    if message is not None and message.delivery in (Delivery.QUEUED, Delivery.SENDING, Delivery.DELAYED):
        return
    if message is None or not may_send_again(message, conversation):
        raise TransitionRefused("this reply cannot be sent again")
    wake_conversation(conversation.pk)
    Message.objects.filter(pk=message.pk).update(delivery=Delivery.QUEUED, attempts=0, next_try_at=None, error="")
    publish_message(events.MESSAGE_RETRIED, message, conversation.state)
