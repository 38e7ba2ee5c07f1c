"""What a line of the desk's list says about a conversation. Reads nothing: `queue` has found it all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.config import config
from bot.conversations.handoffs import name_agent
from bot.conversations.models import Conversation
from bot.conversations.notices import read_shop_time
from bot.conversations.skills import load_skills
from bot.conversations.states import State
from bot.desk.queue import Told
from bot.language.formats import day, time_span

WORDS_MAX = 120
# From this priority on a line says so.
URGENT_MIN = 2
# Nearer than this a promise is like any other and needs no mention.
SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation in the list, ready to be written: equal rows look the same.

    `late`: for how long the answer has been due; `due`: when it was promised, where that is not soon. `asleep`: until
    when its agent has put it aside.
    """

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
    skill: str = ""
    late: str = ""
    due: str = ""
    back: str = ""
    asleep: str = ""


def build_row(found: Conversation, told: Told, now: datetime, language: str) -> Row:
    """The line about a conversation that `queue.find_conversations` has given."""
    notes = found.__dict__  # what `annotate` has put beside the model's own fields
    waiting = found.state == State.WAITING
    since: datetime = (notes["hand_off_at"] if waiting else None) or found.last_message_at
    due: datetime | None = notes["hand_off_by"] if waiting else None
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
        last_words=" ".join(told.words.split())[:WORDS_MAX],
        last_author=told.author,
        last_kind=told.kind,
        unread=told.unread,
        since=since,
        span=build_span(now - since, language),
        skill=_find_skill(notes["hand_off_skill"] or "", notes["hand_off_reason"] or "") if waiting else "",
        late=build_span(now - due, language) if due else "",
        due=_name_promise(due, now, language) if due and due - now > SOON else "",
        back=notes["hand_off_back"] or "" if waiting else "",
        asleep=name_moment(notes["asleep_until"], now, language) if notes["asleep_until"] else "",
    )


def _find_skill(name: str, reason: str) -> str:
    """The skill, unless the reason says it already."""
    skill = load_skills().get(name)
    return "" if skill and reason in skill.reasons else name


def build_span(span: timedelta, language: str) -> str:
    """`5 minutes`; empty below two minutes, which pages call "just now"."""
    return time_span(span, language) if span >= timedelta(minutes=2) else ""


def _name_promise(due: datetime, now: datetime, language: str) -> str:
    """As the customer was told it: on the shop's date, also where that is frozen."""
    told_now = read_shop_time(ZoneInfo(config().shop_timezone), now)
    return name_moment(told_now + (due - now), told_now, language)


def name_moment(moment: datetime, now: datetime, language: str) -> str:
    """`10:30`, with the day if it is another one; by the shop's clock."""
    zone = ZoneInfo(config().shop_timezone)
    local = moment.astimezone(zone)
    time = f"{local:%H:%M}"
    return time if local.date() == now.astimezone(zone).date() else f"{_name_day(local.date(), language)}, {time}"


@lru_cache(maxsize=100)
def _name_day(local: date, language: str) -> str:
    return day(local, language)
