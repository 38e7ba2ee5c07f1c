"""What a channel says of messages that are there already, and what is nobody's message. Frozen values, no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One status of one message of ours.

    `external_id` is the channel's id of the message, `own_id` ours if the channel carries it back, with the number of
    the part (`part` of `parts`) it speaks of. `status`: sent, delivered, read, played, failed, or a word of the
    channel's that changes nothing. `reason`, `unreachable`: as in `Rejected`.
    """

    channel: str
    external_id: str
    status: str
    at: datetime | None = None
    own_id: int | None = None
    part: int = 1
    parts: int = 1
    reason: str = ""
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class ChannelEvent:
    """Something genuine that is neither a message nor a status; kept as it came. `external_id` makes it one row."""

    channel: str
    external_id: str
    kind: str
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edit:
    """New words for a message of a person, whose external_id ends in `target`."""

    user_external_id: str
    target: str
    text: str
    at: datetime
