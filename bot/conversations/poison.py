"""Work that breaks whoever touches it must not hold up its conversation, let alone the others."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from bot.config import config
from bot.conversations.clock import After
from bot.conversations.handoffs import hand_off
from bot.conversations.leases import Claim, release
from bot.conversations.models import Conversation, Message, Turn
from bot.conversations.notices import choose_language, say_in
from bot.conversations.outbox import find_unsent, queue_message
from bot.conversations.states import Author, Delivery, Handling, Reason, State, TurnState

PAUSE_FACTOR = 5.0


def put_aside(claim: Claim, error: str) -> None:
    """Counts a try for what is at the head of the conversation, ends it after too many, and gives the lease back.

    A message that cannot be sent becomes `failed`; messages that cannot be asked become `dead`, with an honest word to
    the customer and a person to look at it. Inside the caller's transaction.
    """
    conversation = Conversation.objects.select_related("contact", "identity").get(pk=claim.conversation)
    unsent = find_unsent(conversation)
    if unsent:
        _count_unsent(unsent, error)
    else:
        _count_pending(conversation, error)
    release(claim, After(config().retry_s * PAUSE_FACTOR))


def _count_unsent(message: Message, error: str) -> None:
    message.attempts += 1
    message.error = error[:300]
    if message.attempts >= config().attempts_max:
        message.delivery = Delivery.FAILED
    message.save(update_fields=["attempts", "error", "delivery"])


def _count_pending(conversation: Conversation, error: str) -> None:
    pending = Message.objects.filter(conversation=conversation, handling=Handling.PENDING)
    pending.update(attempts=F("attempts") + 1, error=error[:300])
    dead = list(pending.filter(attempts__gte=config().attempts_max).values_list("pk", flat=True))
    if not dead:
        return
    Message.objects.filter(pk__in=dead).update(handling=Handling.DEAD)
    Turn.objects.filter(conversation=conversation, state=TurnState.OPEN).update(
        state=TurnState.DEAD, finished_at=timezone.now(), error=error[:300]
    )
    if conversation.state == State.BOT:
        text = say_in("system.fault.gave_up", choose_language(conversation))
        queue_message(conversation, author=Author.SYSTEM, text=text)
        hand_off(conversation, Reason.ACTION_FAILED, {"error": error})
