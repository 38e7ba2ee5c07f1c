"""What happened to conversations, told to whoever watches (desk pages, open chats), and only after the commit.

`publish` is called inside a transaction and speaks when it has committed; nothing that was rolled back is heard of. An
event is a hint to look at the database, never the truth itself: it carries ids and states, no text of a customer.
What has to be written down with a change, or not at all, is a recorder: it is called inside the transaction.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction

MESSAGE_RECORDED = "message.recorded"
MESSAGE_EDITED = "message.edited"
MESSAGE_SENT = "message.sent"
MESSAGE_DELAYED = "message.delayed"
MESSAGE_DELIVERED = "message.delivered"
MESSAGE_FAILED = "message.failed"
MESSAGE_WITHDRAWN = "message.withdrawn"
MESSAGE_RETRIED = "message.retried"
FILE_CHANGED = "file.changed"
MESSAGES_READ = "message.read"
CONVERSATION_OPENED = "conversation.opened"
CONVERSATION_HANDED_OFF = "conversation.handed_off"
CONVERSATION_TAKEN = "conversation.taken"
CONVERSATION_HANDED_BACK = "conversation.handed_back"
CONVERSATION_CLOSED = "conversation.closed"
CONVERSATION_RETURNED = "conversation.returned"
NOTE_RECORDED = "note.recorded"
AGENT_READ = "agent.read"
CONVERSATION_RESOLVED = "conversation.resolved"
CONVERSATION_RATED = "conversation.rated"
CONVERSATION_REOPENED = "conversation.reopened"
CONVERSATION_SNOOZED = "conversation.snoozed"
CONVERSATION_WOKEN = "conversation.woken"
AGENT_MENTIONED = "note.mentioned"
TYPING = "typing.changed"
LOOKING = "agent.looking"
PRESENCE = "agent.presence"

STATE_CHANGES = {
    CONVERSATION_HANDED_OFF,
    CONVERSATION_TAKEN,
    CONVERSATION_HANDED_BACK,
    CONVERSATION_CLOSED,
    CONVERSATION_RETURNED,
    CONVERSATION_REOPENED,
}

# Of what is stored nowhere.
PASSING = {TYPING, LOOKING}

PROCESS = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `origin` names the process, so that of many gateways one reacts."""

    name: str
    conversation: str
    state: str
    data: dict[str, Any] = field(default_factory=dict)
    origin: str = PROCESS

    def as_dict(self) -> dict[str, Any]:
        """For the way through Redis and to pages."""
        return asdict(self)


Listener = Callable[[Event], None]
_listeners: list[Listener] = []
_recorders: list[Listener] = []
_lock = threading.Lock()


def add_listener(listener: Listener) -> Callable[[], None]:
    """Calls `listener` for every event of this process, in the thread that committed: it must be quick and never raise.

    Returns the function that takes it off again.
    """
    with _lock:
        _listeners.append(listener)

    def remove() -> None:
        with _lock:
            _listeners.remove(listener)

    return remove


def add_recorder(recorder: Listener) -> None:
    """Calls `recorder` inside the transaction of every change: what it writes is there if and only if the change is.

    For the life of the process; called when Django starts. What it raises undoes the change.
    """
    _recorders.append(recorder)


def publish(event: Event) -> None:
    """Tells the recorders now and all listeners once the transaction has committed (at once outside of one)."""
    for recorder in _recorders:
        recorder(event)
    transaction.on_commit(lambda: tell(event), robust=True)


def tell(event: Event) -> None:
    """Tells all listeners now; for what is not stored, such as typing."""
    with _lock:
        listeners = tuple(_listeners)
    for listener in listeners:
        listener(event)
