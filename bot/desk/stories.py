"""Everything that was said and done in one conversation, in order, for the agent who opens it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from bot.care.models import Complaint, OrderAct
from bot.channels.contract import STAND_IN
from bot.config import config
from bot.conversations.handoffs import mark_agent_read, name_agent
from bot.conversations.models import Attachment, Conversation, Message
from bot.conversations.notes import mark_mentions_seen
from bot.conversations.replies import find_held, may_send_again
from bot.conversations.states import Delivery, Direction, State
from bot.desk.topics import name_route, name_topic
from bot.language.languages import script_language

ENTRIES_MAX = 300
PLAIN_KINDS = ("text", "choice")
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file of a message. `problem`: why it cannot be opened; `shown`: the page draws it."""

    id: str
    kind: str
    name: str
    size: str
    state: str
    problem: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Window:
    """Until when the channel lets agents write freely. `templates`: one of these carries words after that."""

    closes_at: datetime
    open: bool
    templates: tuple[str, ...]

    @property
    def may_write(self) -> bool:
        """Whether what is written now can go out at all."""
        return self.open or bool(self.templates)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing said (`contact`, `bot`, `agent`, `system`), a `note`, a `hand_off`, or an `act` on an order.

    `what`: the kind of message where it is not plain words (texts/<language>/desk.yml, `message_kind`). `undo_until`:
    the reading agent may take it back until then; `again`: it failed and may be sent again. `before`: what it said
    before its author changed it; `withdrawn`: they have taken it back.
    """

    kind: str
    at: datetime
    text: str = ""
    name: str = ""
    language: str = ""
    delivery: str = ""
    error: str = ""
    reason: str = ""
    turn: dict[str, Any] | None = None
    buttons: tuple[str, ...] = ()
    cards: tuple[str, ...] = field(default=())
    what: str = ""
    files: tuple[FileShown, ...] = ()
    id: int = 0
    undo_until: datetime | None = None
    again: bool = False
    act: OrderAct | None = None
    before: tuple[str, ...] = ()
    withdrawn: bool = False


def build_story(conversation: Conversation, language: str, reader: User) -> list[Entry]:
    """At most the last ENTRIES_MAX messages, with notes and hand-offs where they belong, and what `reader` may do."""
    found = conversation.messages.select_related("turn", "agent").prefetch_related("attachments", "reports", "earlier")
    messages = list(found.order_by("-id")[:ENTRIES_MAX])
    held = set(find_held(conversation.pk).filter(agent=reader).values_list("pk", flat=True))
    mine = conversation.state == State.AGENT and conversation.agent_id == reader.pk
    entries = []
    for message in messages:
        entry = _build_entry(message, language)
        again = mine and may_send_again(message, conversation)
        entries.append(replace(entry, undo_until=message.next_try_at if message.pk in held else None, again=again))
    for note in conversation.notes.select_related("author"):
        entries.append(Entry("note", note.created_at, note.text, name_agent(note.author) if note.author else ""))
    for hand_off in conversation.hand_offs.all():
        entries.append(Entry("hand_off", hand_off.created_at, reason=hand_off.reason))
    for act in OrderAct.objects.filter(conversation=str(conversation.pk)).exclude(outcome="begun"):
        entries.append(Entry("act", act.at, name=act.agent_name, act=act))
    return sorted(entries, key=lambda entry: entry.at)


def build_window(conversation: Conversation) -> Window | None:
    """None where the channel sets no such limit."""
    closes_at = conversation.identity.window_closes_at
    if closes_at is None:
        return None
    return Window(closes_at, timezone.now() < closes_at, config().whatsapp_template)


def build_complaints(conversation: Conversation) -> list[Complaint]:
    """What the customer is unhappy about, not settled yet, the most pressing first."""
    found = Complaint.objects.filter(conversation=str(conversation.pk), settled_at=None)
    return list(found.order_by("-severity", "-made_at"))


def mark_seen(conversation: Conversation, agent: User) -> None:
    """The agent has everything before them: it is read where they are the one to answer, and so are their mentions."""
    mine = conversation.state == State.AGENT and conversation.agent_id == agent.pk
    if mine or conversation.state == State.WAITING:
        last = conversation.messages.order_by("-id").values_list("pk", flat=True).first()
        mark_agent_read(conversation.pk, last or 0)
    mark_mentions_seen(conversation.pk, agent)


def _build_entry(message: Message, language: str) -> Entry:
    inbound = message.direction == Direction.INBOUND
    record = message.turn.record if message.turn and not inbound else None
    return Entry(
        id=message.pk,
        kind=message.author,
        at=message.created_at,
        text="" if _is_stand_in(message) else message.text,
        name=message.author_name or (name_agent(message.agent) if message.agent else ""),
        language=script_language(message.text),
        delivery="" if inbound else str(message.delivery),
        error=message.error if message.delivery == Delivery.FAILED else "",
        turn=_describe_turn(record, language) if record and message.position in (0, None) else None,
        buttons=tuple(str(button["title"]) for button in message.buttons if "card" not in button),
        cards=tuple(str(card.get("title", "")) for card in message.cards),
        what=message.kind if message.kind not in PLAIN_KINDS else "",
        before=tuple(one.text for one in message.earlier.all() if not one.withdrawn),
        withdrawn=any(one.withdrawn for one in message.earlier.all()),
        files=tuple(build_file(file) for file in sorted(message.attachments.all(), key=lambda file: file.position)),
    )


def _is_stand_in(message: Message) -> bool:
    """Whether the channel's own name of a kind stands there instead of words; `what` says it in the desk's language."""
    return message.kind not in PLAIN_KINDS and message.text.startswith(STAND_IN)


def build_file(file: Attachment) -> FileShown:
    """A file as the desk shows it."""
    size = f"{file.size / 1024 / 1024:.1f} MB" if file.size and file.size >= MEGABYTE else ""
    size = size or (f"{max(file.size // 1024, 1)} kB" if file.size else "")
    return FileShown(str(file.pk), file.kind, file.file_name, size, str(file.state), file.problem, file.shown)


def _describe_turn(record: dict[str, Any], language: str) -> dict[str, Any]:
    confidence = record.get("confidence")
    topic, route = str(record.get("topic") or ""), str(record.get("route") or "")
    subject = name_topic(topic, language) if topic else record.get("product")
    return {
        "subject": subject or (name_route(route, language) if route else ""),
        "percent": _percent(confidence),
        "decision": record.get("decision") or "",
        "reason": record.get("reason") or "",
        "route": name_route(route, language) if route else "",
        "topic": name_topic(topic, language) if topic else "",
        "product": record.get("product") or "",
        "order": record.get("order") or "",
        "language": record.get("language") or "",
        "others": [_describe_other(one, language) for one in record.get("alternatives") or ()],
        "also": [_describe_other(one, language)[0] for one in record.get("also") or ()],
    }


def _describe_other(candidate: dict[str, Any], language: str) -> tuple[str, int | None]:
    """What else it may have been, and how likely."""
    topic, route = str(candidate.get("topic") or ""), str(candidate.get("route") or "")
    name = name_topic(topic, language) if topic else name_route(route, language)
    return name, _percent(candidate.get("confidence"))


def _percent(confidence: object) -> int | None:
    return round(float(confidence) * 100) if isinstance(confidence, int | float) else None
