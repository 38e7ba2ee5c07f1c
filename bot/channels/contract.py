"""What every channel speaks with the heart of the gateway: frozen values in, frozen values out.

A channel turns bytes into `InboundMessage` (verify, parse) and sends `OutboundMessage` (send); it knows no database.
Rules for all channels stand in `bot.conversations`; what a channel cannot show is put into words by `build_plain_text`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Profile:
    """What a channel tells about a person; hints, never proof of identity."""

    name: str = ""
    language: str = ""
    page: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message of a person.

    `external_id` is unique in the channel (each channel says what makes it so). `choice` is the opaque id of a pressed
    button; the gateway maps it, and takes `text` as written if the id is forged or not this person's.
    """

    channel: str
    external_id: str
    user_external_id: str
    text: str
    kind: str = "text"
    choice: str = ""
    sent_at: datetime | None = None
    profile: Profile = field(default_factory=Profile)


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press; `id` is opaque, what it means stays in the gateway."""

    id: str
    title: str
    kind: str = "choice"


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to a person. `maybe_repeated`: a process died while sending it, it may have arrived already."""

    id: int
    channel: str
    conversation: str
    user_external_id: str
    author: str
    author_name: str
    text: str
    created_at: datetime
    buttons: tuple[Button, ...] = ()
    cards: tuple[dict[str, Any], ...] = ()
    image: str = ""
    turn: dict[str, Any] | None = None
    maybe_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """The remote side took it; `external_id` is its id for it, if it names one."""

    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Delayed:
    """Not taken now; repeating after `retry_after_s` helps. `unknown`: it may have arrived all the same."""

    retry_after_s: float
    reason: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """Will never be taken; `reason` is shown to the agent. `unreachable`: nor will anything else to this person."""

    reason: str
    unreachable: bool = False


SendResult = Sent | Delayed | Rejected


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can show."""

    text_max: int
    buttons_max: int
    button_title_max: int
    cards: bool = False
    images: bool = False


class Channel(Protocol):
    """One way to people. `send` raises nothing for what the remote side answers: it returns a SendResult."""

    name: str
    limits: Limits

    async def send(self, message: OutboundMessage) -> SendResult:
        """Hands one message over."""
        ...

    async def show_typing(self, user_external_id: str, on: bool, who: str) -> None:
        """Shows or hides that somebody is writing; best effort, raises nothing."""
        ...

    async def show_state(self, user_external_id: str, state: str, agent_name: str) -> None:
        """Tells the person's open pages who is answering now; best effort, raises nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of an inbound message; `duplicate`: it had been recorded before, quietly the same answer again.

    `shortened`: only the beginning was kept, or is read by the assistant.
    """

    id: int
    conversation: str
    at: datetime
    text: str
    duplicate: bool = False
    shortened: bool = False


@dataclass(frozen=True, slots=True)
class SessionState:
    """What a returning person sees: who answers, and the messages after the last one they have."""

    known: bool
    conversation: str = ""
    state: str = "bot"
    agent_name: str = ""
    language: str = ""
    history: tuple[dict[str, Any], ...] = ()
    more: bool = False


class Inbox(Protocol):
    """What a channel may ask of the heart of the gateway."""

    async def record(self, message: InboundMessage) -> Recorded:
        """Commit A. Raises EmptyMessage if there is nothing to read; any other error: not stored, try again."""
        ...

    async def open_session(self, channel: str, user_external_id: str, after_id: int) -> SessionState:
        """The person's newest conversation and what was said after `after_id` (0: the last messages)."""
        ...

    async def mark_read(self, channel: str, user_external_id: str, up_to_id: int) -> None:
        """The person has seen everything up to this message of their own."""
        ...


def build_plain_text(message: OutboundMessage) -> str:
    """The whole message in words, for a channel (or a client) that cannot show buttons, cards or images."""
    parts = [message.text] if message.text else []
    for card in message.cards:
        parts.append(" · ".join(str(card[key]) for key in ("title", "subtitle", "price", "link") if card.get(key)))
    if message.image:
        parts.append(message.image)
    if message.buttons:
        parts.append("\n".join(f"• {button.title}" for button in message.buttons))
    return "\n".join(parts)
