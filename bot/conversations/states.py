"""The fixed words that tables, pages and events share (docs/glossary.md). No models here."""

from __future__ import annotations

from django.db.models import TextChoices


class State(TextChoices):
    """Who owns a conversation. The bot speaks only in `bot`."""

    BOT = "bot"
    WAITING = "waiting"
    AGENT = "agent"
    CLOSED = "closed"


class Direction(TextChoices):
    """Which way a message goes, seen from the shop."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Author(TextChoices):
    """Who wrote a message."""

    CONTACT = "contact"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Handling(TextChoices):
    """What became of an inbound message; empty for outbound ones."""

    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"


class Delivery(TextChoices):
    """Where an outbound message is; empty for inbound ones.

    `sending` is committed before the channel is called: a row found there by a new lease may have gone out already.
    """

    QUEUED = "queued"
    SENDING = "sending"
    DELAYED = "delayed"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


# What later reports of a channel may change a message to, by rank: whatever order they come in, the highest stays.
# Delivered outranks failed because a phone has it then (CHANNELS 1.6).
DELIVERY_RANK = {
    Delivery.SENT.value: 1,
    Delivery.FAILED.value: 2,
    Delivery.DELIVERED.value: 3,
    Delivery.READ.value: 4,
}


class FileState(TextChoices):
    """Where a file of a message is. `refused`: too large, gone, not what it was said to be."""

    WAITING = "waiting"
    STORED = "stored"
    REFUSED = "refused"


UNSENT = [Delivery.QUEUED.value, Delivery.SENDING.value, Delivery.DELAYED.value]


class TurnState(TextChoices):
    """`open` until Rasa's answer is committed; `dropped` if a person took over; `dead` after too many tries."""

    OPEN = "open"
    ANSWERED = "answered"
    DROPPED = "dropped"
    DEAD = "dead"


class Reason(TextChoices):
    """Why a person is asked to help (DESIGN section 4)."""

    ASKED = "asked"
    LOW_CONFIDENCE = "low_confidence"
    COMPLAINT = "complaint"
    NOT_HELPED = "not_helped"
    SENSITIVE = "sensitive"
    ACTION_FAILED = "action_failed"
    IDENTITY_FAILED = "identity_failed"
    # Nobody had asked: an agent had stepped in and has passed it on.
    STEPPED_IN = "stepped_in"


class CameBack(TextChoices):
    """Why a conversation that a person had is in the queue again."""

    GONE = "gone"
    TRANSFERRED = "transferred"


class Outcome(TextChoices):
    """How a hand-off ended."""

    CLOSED = "closed"
    HANDED_BACK = "handed_back"
