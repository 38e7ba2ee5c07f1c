"""What every channel speaks with the heart of the gateway: frozen values in, frozen values out.

A channel turns bytes into `InboundMessage` (verify, parse) and sends `OutboundMessage` (send); it knows no database.
Rules for all channels stand in `bot.conversations`; what a channel cannot show is put into words by `build_plain_text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from bot.channels.media import Attachment, File
from bot.channels.reports import ChannelEvent, DeliveryReport, Edit

# Who reads a message: the assistant; nobody yet, but its writer is told what the assistant cannot do with it; or it is
# only kept (a reaction, a deletion, what is days old when it arrives).
Reading = Literal["assistant", "notice", "nobody"]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a channel tells about a person; hints, never proof of identity."""

    name: str = ""
    language: str = ""
    page: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is reached from now on; what is empty is not known."""

    external_id: str = ""
    account_id: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message of a person.

    `external_id` is unique in the channel (each channel says what makes it so). `choice` is the opaque id of a pressed
    button; the gateway maps it, and takes `text` as written if the id is forged or not this person's.

    `user_external_id` is the address that answers go to. `account_id` is the platform's own lasting id of the person,
    where it has one besides the address: the same person whatever the address. `moved`: the person's new address.
    `opens_until`: until when the channel lets us write freely because of this message.

    `command` is what the channel itself asks ("/greet" for a pressed Start), never what a person wrote. `link` is a
    token by which the person joins what they began on another channel. `notice`: key of the text to say if nobody reads
    it, where the one for its kind does not fit. `writes_on`: whether the person is writing more; None where the channel
    cannot see that. `changes`: external_id of the person's message that this one corrects (`edit`) or takes back
    (`deleted`).
    """

    channel: str
    external_id: str
    user_external_id: str
    text: str
    kind: str = "text"
    choice: str = ""
    sent_at: datetime | None = None
    profile: Profile = field(default_factory=Profile)
    reading: Reading = "assistant"
    attachments: tuple[Attachment, ...] = ()
    account_id: str = ""
    moved: Address | None = None
    opens_until: datetime | None = None
    command: str = ""
    link: str = ""
    notice: str = ""
    writes_on: bool | None = None
    changes: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press; `id` is opaque, what it means stays in the gateway."""

    id: str
    title: str
    kind: str = "choice"


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to a person. `maybe_repeated`: a process died while sending it, it may have arrived already.

    A channel that needs several calls for one message numbers them: `parts_sent` went out on an earlier try. `attempts`
    counts the tries, this one too. `free_until`: see `InboundMessage.opens_until`; None if there is no such limit.
    `read_up_to`: the person's last message that its author had read; 0 for notices. `language`: the conversation's;
    `template`: the approved one that its author has chosen for when free words are over.
    """

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
    files: tuple[File, ...] = ()
    parts_sent: int = 0
    attempts: int = 1
    free_until: datetime | None = None
    read_up_to: int = 0
    language: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The remote side took it; `external_id` is its id for it, if it names one."""

    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Delayed:
    """Not taken now; repeating after `retry_after_s` helps. `unknown`: it may have arrived all the same.

    `parts_sent`: so many parts have gone out by now. `counted`: False if nothing was tried, only waited for.
    """

    retry_after_s: float
    reason: str = ""
    unknown: bool = False
    parts_sent: int = 0
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Rejected:
    """Will never be taken; `reason` is shown to the agent. `unreachable`: nor will anything else to this person.

    `parts_sent`: so many parts have gone out by now; an agent's "send again" goes on after them.
    """

    reason: str
    unreachable: bool = False
    parts_sent: int = 0


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

    async def show_read(self, user_external_id: str, up_to_id: int) -> None:
        """An agent has seen everything up to this message of ours; best effort, raises nothing."""
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
    """What a returning person sees: who answers, and the messages after the last one they have.

    `known_to`: a message after this id is still held back and may come later than those with higher ids; None if not.
    `read_up_to`: somebody of the shop has seen everything up to this message.
    """

    known: bool
    conversation: str = ""
    state: str = "bot"
    agent_name: str = ""
    language: str = ""
    history: tuple[dict[str, Any], ...] = ()
    more: bool = False
    known_to: int | None = None
    read_up_to: int = 0


class Inbox(Protocol):
    """What a channel may ask of the heart of the gateway."""

    async def record(self, message: InboundMessage) -> Recorded:
        """Commit A. Raises EmptyMessage if there is nothing to read; any other error: not stored, try again."""
        ...

    async def record_reports(self, reports: Sequence[DeliveryReport]) -> None:
        """What became of messages that went out. In any order, any number of times; an error: try again."""
        ...

    async def record_events(self, events: Sequence[ChannelEvent]) -> None:
        """Keeps what is nobody's message, once each."""
        ...

    async def record_edit(self, event: ChannelEvent, edit: Edit) -> bool:
        """Keeps the event and changes the stored words with it; False if it had been kept before."""
        ...

    async def record_reach(self, event: ChannelEvent, user_external_id: str, reachable: bool) -> bool:
        """Keeps the event and whether the person can be written to; False if it had been kept before."""
        ...

    async def record_group(self, event: ChannelEvent) -> bool:
        """Keeps an event of a chat where several read (`body["chat"]`); whether it is the first of that chat."""
        ...

    async def record_writing(self, channel: str, user_external_id: str) -> None:
        """The person writes on: what waits for the rest of it waits a little longer."""
        ...

    async def open_session(self, channel: str, user_external_id: str, after_id: int) -> SessionState:
        """The person's newest conversation and what was said after `after_id` (0: the last messages)."""
        ...

    async def mark_read(self, channel: str, user_external_id: str, up_to_id: int) -> None:
        """The person has seen everything up to this message of their own."""
        ...


# So begins what a channel writes for a message without words: its own name of the kind.
STAND_IN = "· "
# Kinds of buttons that go on with the matter; the others judge the answer, switch the language or call a person.
CHOICES = frozenset({"choice", "related"})


def is_numbered_choice(kinds: Iterable[str]) -> bool:
    """Whether buttons of these kinds are choices among which a bare number may choose: two of them at least.

    One rule for what a customer reads as numbered and for what their number means (`bot.conversations.choices`).
    """
    return sum(kind in CHOICES for kind in kinds) > 1


def build_plain_text(message: OutboundMessage) -> str:
    """The whole message in words, for a channel (or a client) that cannot show buttons, cards or images.

    Choices are numbered; whoever writes the title or the number is heard as if they had pressed.
    """
    parts = [message.text] if message.text else []
    for card in message.cards:
        parts.append(" · ".join(str(card[key]) for key in ("title", "subtitle", "price", "link") if card.get(key)))
    if message.image:
        parts.append(message.image)
    return "\n".join([*parts, *_list_buttons(message)])


def _list_buttons(message: OutboundMessage) -> list[str]:
    # Beside cards a number means one of the products.
    if message.cards or not is_numbered_choice(button.kind for button in message.buttons):
        return [f"• {button.title}" for button in message.buttons]
    said = message.text.split("\n")
    lines = [f"{place}. {button.title}" for place, button in enumerate(message.buttons, start=1)]
    # What the text numbers already, perhaps at greater length, is not said twice.
    return [line for line in lines if not any(one.startswith(line.removesuffix("…")) for one in said)]
