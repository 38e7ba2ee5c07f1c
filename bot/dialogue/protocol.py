"""What gateway and Rasa say to each other about one turn, as frozen dataclasses, and nothing else.

Used by `client` (gateway) and `channel` (inside Rasa). Imports neither Django nor Rasa. Reading is in `wire`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Decision = Literal["answer", "ask_back", "not_understood", "hand_off"]


@dataclass(frozen=True)
class Said:
    """One earlier message, oldest first in a history; `sender` is "customer" or "bot"."""

    sender: str
    text: str


@dataclass(frozen=True)
class TurnContext:
    """What the gateway knows of customer and page. All of it may be missing."""

    language: str | None = None
    script: str | None = None
    name: str | None = None
    channel: str | None = None
    contact: str | None = None
    last_bot_text: str | None = None
    page_product: str | None = None
    history: tuple[Said, ...] = ()


@dataclass(frozen=True)
class TurnRequest:
    """One message of a customer, or one pressed button.

    `text` is never a command, whatever stands in it. `payload` is: only the gateway may fill it, from a button of ours.
    """

    conversation: str
    message_id: str
    text: str | None = None
    payload: str | None = None
    context: TurnContext = field(default_factory=TurnContext)


@dataclass(frozen=True)
class Button:
    """`payload` stays between gateway and Rasa; `kind` is related, feedback, switch, person or choice."""

    title: str
    payload: str
    kind: str | None = None


@dataclass(frozen=True)
class Card:
    """One product of a list."""

    title: str
    subtitle: str | None = None
    price: str | None = None
    image: str | None = None
    link: str | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Reply:
    """One bubble."""

    text: str | None
    buttons: tuple[Button, ...] = ()
    image: str | None = None
    cards: tuple[Card, ...] = ()


@dataclass(frozen=True)
class Alternative:
    """A route that was considered beside the chosen one; `confidence` 0-1."""

    route: str
    topic: str | None = None
    confidence: float = 0.0


@dataclass(frozen=True)
class TurnRecord:
    """What every turn leaves behind (DESIGN 5). `confidence` 0-1, `ms` wall-clock milliseconds.

    `also`: a second wish in the same message, served after the first or as soon as an open form is done.
    `route` is None when an open form took the message. `summary` comes with a hand-off: known facts and tried topics.
    `awaits` is "photo" where a picture would be an answer now.
    """

    route: str | None
    decision: Decision
    confidence: float
    language: str
    script: str | None
    topic: str | None = None
    product: str | None = None
    order: str | None = None
    reason: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    ms: dict[str, float] = field(default_factory=dict)
    summary: Json | None = None
    also: tuple[Alternative, ...] = ()
    awaits: str | None = None


@dataclass(frozen=True)
class TurnResult:
    """The answer to one turn; `replayed` when it had been given before and nothing ran again."""

    message_id: str
    replies: tuple[Reply, ...]
    turn: TurnRecord
    replayed: bool = False


def as_json(value: TurnRequest | TurnResult | TurnRecord | Reply) -> Json:
    """The JSON form, tuples as lists. `summary`, `also` and `awaits` are left out where there is none."""
    plain: Json = dataclasses.asdict(value)
    if isinstance(value, TurnRequest):
        plain["context"]["history"] = [{"from": said.sender, "text": said.text} for said in value.context.history]
    turn = plain.get("turn") if isinstance(value, TurnResult) else plain
    for name in ("summary", "awaits"):
        if isinstance(turn, dict) and turn.get(name, "") is None:
            del turn[name]
    if isinstance(turn, dict) and turn.get("also") == ():
        del turn["also"]
    return plain
