"""Which events are told to whom: `record_deliveries` writes them down inside the transaction of the change.

What was committed is sent sooner or later, what was rolled back never; over a crash nothing is lost.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from bot.api.models import Delivery, Endpoint, Kind
from bot.config import config
from bot.conversations import events
from bot.conversations.events import Event
from bot.conversations.states import State

HANDED_OFF = "conversation.handed_off"
MESSAGE_CREATED = "message.created"
RESOLVED = "conversation.resolved"
CLOSED = "conversation.closed"
EVENTS = (HANDED_OFF, MESSAGE_CREATED, RESOLVED, CLOSED)
# What is kept of an event: ids and states.
KEPT = ("message", "hand_off", "reason", "by_agent")


def find_names(event: Event) -> tuple[str, ...]:
    """What an event is called outside. A person who closes a conversation has resolved it; a quiet one only closes."""
    if event.name == events.CONVERSATION_HANDED_OFF:
        return (HANDED_OFF,)
    if event.name == events.MESSAGE_RECORDED:
        return (MESSAGE_CREATED,)
    if event.name == events.CONVERSATION_CLOSED:
        return (RESOLVED, CLOSED) if event.data.get("by_agent") else (CLOSED,)
    return ()


def record_deliveries(event: Event) -> None:
    """One row for each endpoint that wants it. Inside the caller's transaction."""
    names = find_names(event)
    if not names or not event.conversation:
        return
    now = timezone.now()
    until = now + timedelta(hours=config().webhook_retry_h)
    data = {key: event.data[key] for key in KEPT if key in event.data} | {"state": event.state}
    Delivery.objects.bulk_create(
        Delivery(
            endpoint=endpoint,
            conversation_id=event.conversation,
            event=name,
            data=data,
            created_at=now,
            retry_until=until,
        )
        for endpoint in Endpoint.objects.filter(active=True).order_by("pk")
        for name in names
        if name in endpoint.events and not (endpoint.kind == Kind.CHATWOOT and _is_with_the_bot(event))
    )


def _is_with_the_bot(event: Event) -> bool:
    """What is said before anybody asks for a person; Chatwoot gets it with the hand-off."""
    return event.name == events.MESSAGE_RECORDED and event.state in (State.BOT, "")
