"""Which events are told to whom: `record_deliveries` writes them down inside the transaction of the change.

What was committed is sent sooner or later, what was rolled back never; over a crash nothing is lost.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from bot.api.models import Delivery, Endpoint, Kind
from bot.config import config
from bot.conversations import events, states
from bot.conversations.events import Event
from bot.conversations.models import Message
from bot.conversations.states import Author, State

HANDED_OFF = "conversation.handed_off"
MESSAGE_CREATED = "message.created"
RESOLVED = "conversation.resolved"
CLOSED = "conversation.closed"
RATED = "conversation.rated"
EVENTS = (HANDED_OFF, MESSAGE_CREATED, RESOLVED, CLOSED, RATED)
# Not for webhooks: tells the connector that what an agent wrote over there did not arrive.
MESSAGE_FAILED = "message.failed"
# What is kept of an event: ids and states.
KEPT = ("message", "hand_off", "reason", "by_agent", "rating")


NAMES = {
    events.CONVERSATION_HANDED_OFF: HANDED_OFF,
    events.MESSAGE_RECORDED: MESSAGE_CREATED,
    events.MESSAGE_FAILED: MESSAGE_FAILED,
    events.CONVERSATION_RESOLVED: RESOLVED,
    events.CONVERSATION_CLOSED: CLOSED,
    events.CONVERSATION_RATED: RATED,
}


def record_deliveries(event: Event) -> None:
    """One row for each endpoint that wants it. Inside the caller's transaction."""
    name = NAMES.get(event.name)
    if name is None or not event.conversation or not _does_anybody_listen():
        return
    wanting = [
        endpoint
        for endpoint in Endpoint.objects.filter(active=True).order_by("pk")
        if name in endpoint.events and not (endpoint.kind == Kind.CHATWOOT and _is_not_for_agents(event))
    ]
    if not wanting:
        return
    now = timezone.now()
    until = now + timedelta(hours=config().webhook_retry_h)
    data = {key: event.data[key] for key in KEPT if key in event.data} | {"state": event.state}
    held_until = _find_hold(event)
    Delivery.objects.bulk_create(
        Delivery(
            endpoint=endpoint,
            conversation_id=event.conversation,
            event=name,
            data=data,
            created_at=now,
            next_try_at=held_until,
            retry_until=until,
        )
        for endpoint in wanting
    )


def _does_anybody_listen() -> bool:
    """Asked for every message, and mostly nobody does: without the ORM it takes a twentieth of the time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM api_endpoint WHERE active LIMIT 1")
        return cursor.fetchone() is not None


def _find_hold(event: Event) -> datetime | None:
    """Until when a reply can be taken back: until then nobody is told of it."""
    if event.data.get("author") != Author.AGENT:
        return None
    own = Message.objects.filter(pk=event.data.get("message", 0), delivery=states.Delivery.QUEUED)
    return own.values_list("next_try_at", flat=True).first()


def _is_not_for_agents(event: Event) -> bool:
    """What is said before anybody asks for a person; Chatwoot gets it with the hand-off. And what is said of an ended
    conversation (a rating): Chatwoot would open it again. And that the assistant's own words did not arrive.
    """
    if event.name == events.MESSAGE_FAILED:
        return event.data.get("author") != Author.AGENT
    return event.name == events.MESSAGE_RECORDED and event.state in (State.BOT, State.CLOSED, "")
