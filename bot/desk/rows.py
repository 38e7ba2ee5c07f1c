"""The desk's list: which conversations, and what a line about each says. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from bot.conversations.endings import snoozed
from bot.conversations.handoffs import name_agent
from bot.conversations.models import Conversation, HandOff, Message
from bot.conversations.states import Author, Direction, State
from bot.desk.stories import PLAIN_KINDS
from bot.language.formats import time_span

ROWS_MAX = 100
WORDS_MAX = 120
# From this priority on a line says so.
URGENT_MIN = 2
FILTERS = ("waiting", "mine", "all")


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation in the list."""

    id: str
    name: str
    number: int
    state: str
    reason: str
    urgent: bool
    language: str
    channel: str
    agent: str
    last_words: str
    last_author: str
    last_kind: str
    unread: int
    since: datetime
    span: str


def count_filters(agent: User) -> dict[str, int]:
    """How many wait, and how many this agent has."""
    waiting = Count("pk", filter=Q(state=State.WAITING))
    mine = Count("pk", filter=Q(~snoozed(), state=State.AGENT, agent=agent))
    return Conversation.objects.aggregate(waiting=waiting, mine=mine)


def build_rows(which: str, agent: User, now: datetime, language: str) -> list[Row]:
    """Waiting ones by priority, then first come first served; all others newest first."""
    return [_build_row(found, now, language) for found in _find(which, agent)]


def _find(which: str, agent: User) -> QuerySet[Conversation]:
    # What people said: the assistant's answers and notices stand in the story.
    people = (Author.CONTACT, Author.AGENT)
    last = Message.objects.filter(conversation=OuterRef("pk"), author__in=people)
    # A photo without a word is something said; a plain text without one is not.
    last = last.exclude(text="", kind__in=PLAIN_KINDS).order_by("-id")
    hand_off = HandOff.objects.filter(conversation=OuterRef("pk"), ended_at=None)
    unread = Q(messages__direction=Direction.INBOUND, messages__id__gt=F("agent_read_id"))
    found = Conversation.objects.select_related("contact", "agent").annotate(
        last_words=Subquery(last.values("text")[:1]),
        last_author=Subquery(last.values("author")[:1]),
        last_kind=Subquery(last.values("kind")[:1]),
        hand_off_reason=Subquery(hand_off.values("reason")[:1]),
        hand_off_priority=Subquery(hand_off.values("priority")[:1]),
        hand_off_at=Subquery(hand_off.values("created_at")[:1]),
        unread_count=Count("messages", filter=unread),
    )
    if which == "waiting":
        return found.filter(state=State.WAITING).order_by(
            F("hand_off_priority").desc(nulls_last=True), "hand_off_at", "last_message_at"
        )[:ROWS_MAX]
    if which == "mine":
        found = found.filter(~snoozed(), state=State.AGENT, agent=agent)
    return found.order_by("-last_message_at")[:ROWS_MAX]


def _build_row(found: Conversation, now: datetime, language: str) -> Row:
    notes = found.__dict__  # what `annotate` has put beside the model's own fields
    waiting = found.state == State.WAITING
    since: datetime = (notes["hand_off_at"] if waiting else None) or found.last_message_at
    return Row(
        id=str(found.pk),
        name=found.contact.name,
        number=found.contact.pk,
        state=str(found.state),
        reason=notes["hand_off_reason"] or "",
        urgent=(notes["hand_off_priority"] or 0) >= URGENT_MIN,
        language=found.language or found.contact.language,
        channel=found.channel,
        agent=name_agent(found.agent) if found.agent and found.state == State.AGENT else "",
        last_words=" ".join((notes["last_words"] or "").split())[:WORDS_MAX],
        last_author=notes["last_author"] or "",
        last_kind=notes["last_kind"] or "",
        unread=notes["unread_count"] if found.state in (State.WAITING, State.AGENT) else 0,
        since=since,
        span=build_span(now - since, language),
    )


def build_span(span: timedelta, language: str) -> str:
    """`5 minutes`; empty below two minutes, which pages call "just now"."""
    return time_span(span, language) if span >= timedelta(minutes=2) else ""
