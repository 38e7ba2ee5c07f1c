"""Which conversations an agent's list shows, and in which order: the most urgent first. Reads only.

The number of queries does not depend on the number of conversations.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from django.db.models import Count, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict

from bot.conversations.endings import snoozed, snoozed_until
from bot.conversations.models import Conversation, Message
from bot.conversations.states import Author, Direction, State
from bot.desk.search import find_matches
from bot.desk.stories import PLAIN_KINDS

SHOWS = ("waiting", "mine", "snoozed", "all")
PAGE_ROWS = 50
ROWS_MAX = 500
WORDS_MAX = 80
# What people said: the assistant's answers and notices stand in the story.
PEOPLE = (Author.CONTACT, Author.AGENT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for. `words`: looked for in everything, whatever is shown otherwise."""

    show: str = ""
    channel: str = ""
    language: str = ""
    reason: str = ""
    words: str = ""
    rows: int = PAGE_ROWS

    @property
    def query(self) -> str:
        """The same as part of an address."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        return urlencode({key: value for key, value in given.items() if value and (key, value) != ("rows", PAGE_ROWS)})

    def showing(self, show: str, rows: int = PAGE_ROWS) -> Wanted:
        """The same of another tab, or with more rows."""
        return replace(self, show=show, rows=rows)

    @property
    def sees_assistant(self) -> bool:
        """Whether conversations of the assistant's are among them."""
        return self.show == "all" or bool(self.words)

    @property
    def is_own(self) -> bool:
        """Whether it is another list for every agent."""
        return self.show in ("mine", "snoozed")

    @property
    def narrowed(self) -> bool:
        """Whether a filter is on."""
        return bool(self.channel or self.language or self.reason)


def read_wanted(given: QueryDict) -> Wanted:
    """What an address asks for; whatever is not understood is left out."""
    show = given.get("show", "")
    rows = given.get("rows", "")
    return Wanted(
        show=show if show in SHOWS else "",
        channel=given.get("channel", "")[:20],
        language=given.get("language", "")[:8],
        reason=given.get("reason", "")[:20],
        words=tidy_words(given.get("words", "")),
        rows=min(max(int(rows), PAGE_ROWS), ROWS_MAX) if rows.isascii() and rows.isdigit() else PAGE_ROWS,
    )


def tidy_words(words: str) -> str:
    """What is looked for, as one line."""
    return " ".join(words.split())[:WORDS_MAX]


@dataclass(frozen=True, slots=True)
class Told:
    """What messages say about one conversation of the list."""

    words: str = ""
    author: str = ""
    kind: str = ""
    unread: int = 0


def find_conversations(wanted: Wanted, agent_id: int) -> list[Conversation]:
    """At most one more than `wanted.rows`: with contact, agent, `asleep_until`, an open hand-off as `hand_off_*`."""
    found = Conversation.objects.select_related("contact", "agent").annotate(
        open_one=FilteredRelation("hand_offs", condition=Q(hand_offs__ended_at=None)),
        hand_off_reason=F("open_one__reason"),
        hand_off_priority=F("open_one__priority"),
        hand_off_skill=F("open_one__skill"),
        hand_off_by=F("open_one__answer_by"),
        hand_off_back=F("open_one__came_back"),
        hand_off_at=Coalesce("open_one__queued_at", "open_one__created_at"),
        asleep_until=snoozed_until(),
    )
    found = found.filter(_build_filter(wanted))
    if wanted.words:
        return list(found.filter(pk__in=find_matches(wanted.words)).order_by("-last_message_at")[: wanted.rows + 1])
    if wanted.show == "waiting":
        due = Coalesce("open_one__answer_by", "open_one__created_at", "last_message_at")
        urgent = F("open_one__priority").desc(nulls_last=True)
        return list(found.filter(state=State.WAITING).order_by(urgent, due, "pk")[: wanted.rows + 1])
    if wanted.show == "mine":
        found = found.filter(~snoozed(), state=State.AGENT, agent=agent_id)
    if wanted.show == "snoozed":
        found = found.filter(snoozed(), state=State.AGENT, agent=agent_id)
        return list(found.order_by("asleep_until", "pk")[: wanted.rows + 1])
    return list(found.order_by("-last_message_at", "pk")[: wanted.rows + 1])


def _build_filter(wanted: Wanted) -> Q:
    fits = Q()
    if wanted.channel:
        fits &= Q(channel=wanted.channel)
    if wanted.language:
        fits &= Q(language=wanted.language) | Q(language="", contact__language=wanted.language)
    if wanted.reason:
        fits &= Q(open_one__reason=wanted.reason)
    return fits


def find_told(conversations: Iterable[Conversation]) -> dict[uuid.UUID, Told]:
    """Last words and unread messages of each."""
    states = {one.pk: one.state for one in conversations}
    said = Message.objects.filter(conversation=OuterRef("pk"), author__in=PEOPLE)
    # A photo without a word is something said; a plain text without one is not.
    said = said.exclude(text="", kind__in=PLAIN_KINDS).order_by("-id")
    newest = Conversation.objects.filter(pk__in=states).annotate(newest=Subquery(said.values("id")[:1]))
    last = Message.objects.filter(pk__in=[pk for pk in newest.values_list("newest", flat=True) if pk])
    lines = {one.conversation_id: one for one in last.only("conversation_id", "text", "author", "kind")}
    open_ones = [pk for pk, state in states.items() if state in (State.WAITING, State.AGENT)]
    unread = dict(_unread().filter(conversation__in=open_ones).values_list("conversation").annotate(Count("pk")))
    return {
        pk: Told(one.text, one.author, one.kind, unread.get(pk, 0))
        if (one := lines.get(pk))
        else Told(unread=unread.get(pk, 0))
        for pk in states
    }


@dataclass(frozen=True, slots=True)
class Found:
    """What a list is written from, in any language."""

    conversations: list[Conversation]
    told: dict[uuid.UUID, Told]
    more: bool


def read_list(wanted: Wanted, agent_id: int) -> Found:
    """Everything that the list needs; only one's own (`Wanted.is_own`) depend on the agent."""
    found = find_conversations(wanted, agent_id)
    return Found(found[: wanted.rows], find_told(found), len(found) > wanted.rows)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many wait in all; by agent: how many they have, how many aside, in how many something is unread."""

    waiting: int
    had: dict[int, int]
    asleep: dict[int, int]
    unread: dict[int, int]

    def count_news(self, agent_id: int) -> int:
        """What the page's title counts: everybody who waits, and the agent's own with something unread."""
        return self.waiting + self.unread.get(agent_id, 0)


def count_open() -> Counts:
    """For all agents at once."""
    counted = Conversation.objects.filter(state__in=(State.WAITING, State.AGENT)).annotate(sleeps=snoozed())
    waiting, had, asleep = 0, dict[int, int](), dict[int, int]()
    for state, agent, sleeps, number in counted.values_list("state", "agent", "sleeps").annotate(Count("pk")):
        if state == State.WAITING:
            waiting += number
        elif agent:
            (asleep if sleeps else had)[agent] = number
    unread = _unread().filter(conversation__state=State.AGENT).values_list("conversation__agent")
    return Counts(waiting, had, asleep, dict(unread.annotate(Count("conversation", distinct=True))))


def _unread() -> QuerySet[Message]:
    return Message.objects.filter(direction=Direction.INBOUND, id__gt=F("conversation__agent_read_id")).order_by()
