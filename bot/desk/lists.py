"""The desk's list as a part of a page: tabs, filters, lines. Live changes of it are `pushing`'s to send.

A line is written anew only when it says something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from bot.config import config
from bot.conversations.hours import find_opening, load_hours
from bot.conversations.notices import read_shop_time
from bot.desk.access import agent_of, desk_language, desk_page, for_agents
from bot.desk.presence import note_seen
from bot.desk.queue import PAGE_ROWS, SHOWS, Counts, Found, Wanted, count_open, read_list, read_wanted
from bot.desk.rows import Row, build_row, name_moment
from bot.page_texts import area_texts, build_tree

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a list by their conversation's id, in order; `more`: there are others."""

    written: dict[str, str]
    more: bool


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab above the list: what it shows, its title, how many are there; `hot`: they wait for somebody."""

    show: str
    title: str
    count: int
    open: bool
    hot: bool


@require_safe
@for_agents
def conversation_list(request: HttpRequest) -> HttpResponse:
    """The list alone, when another one is asked for."""
    return desk_page(request, "desk/_list.html", build_list(request))


def build_list(request: HttpRequest) -> Values:
    """What `desk/_list.html` needs, as the address of the request asks for it. No name of it is one of `panels`'."""
    agent, language, counts = agent_of(request), desk_language(request), count_open()
    wanted = settle_show(read_wanted(request.GET), counts, agent.pk)
    lines = write_lines(wanted, language, read_list(wanted, agent.pk))
    return {
        "wanted": wanted,
        "presence": note_seen(agent.pk),
        "lines": mark_safe("".join(lines.written.values())),  # noqa: S308 - written by a template
        "none": _say_none(wanted, language),
        "more": name_more(wanted, lines),
        "tabs": _build_tabs(wanted, counts, agent.pk, language),
        "news": counts.count_news(agent.pk),
        "closed_until": name_opening(language),
    }


def settle_show(wanted: Wanted, counts: Counts, agent_id: int) -> Wanted:
    """The tab, where the address names none: one's own if nobody waits."""
    if wanted.show:
        return wanted
    return wanted.showing("mine" if counts.had.get(agent_id) and not counts.waiting else "waiting")


def _build_tabs(wanted: Wanted, counts: Counts, agent_id: int, language: str) -> list[Tab]:
    """What is looked for by words stands in no tab."""
    texts = area_texts("desk", language)
    numbers = {
        "waiting": counts.waiting,
        "mine": counts.had.get(agent_id, 0),
        "snoozed": counts.asleep.get(agent_id, 0),
    }
    shown = "" if wanted.words else wanted.show
    return [Tab(show, texts[f"list.{show}"], numbers.get(show, 0), show == shown, show == "waiting") for show in SHOWS]


def _say_none(wanted: Wanted, language: str) -> str:
    """What stands there while the list is empty."""
    if wanted.words or wanted.narrowed:
        return area_texts("desk_queue", language)["none.found" if wanted.words else "none.narrowed"]
    return area_texts("desk", language)[f"list.none_{wanted.show}"]


def name_more(wanted: Wanted, lines: Lines) -> str:
    """The query of the same list with more rows; empty if that is all."""
    return wanted.showing(wanted.show, rows=wanted.rows + PAGE_ROWS).query if lines.more else ""


def name_opening(language: str) -> str:
    """When people come next, in words; empty while they are there."""
    zone = ZoneInfo(config().shop_timezone)
    now, hours = read_shop_time(zone), load_hours()
    return "" if hours.is_open(now) else name_moment(find_opening(now, hours, zone), now, language)


def write_lines(wanted: Wanted, language: str, found: Found) -> Lines:
    """The lines of what `queue.read_list` has found."""
    now = timezone.now()
    rows = [build_row(one, found.told[one.pk], now, language) for one in found.conversations]
    if wanted.show == "mine":
        # Whoever has written and has no answer comes first, and of those who has waited longest.
        rows.sort(key=lambda row: (not row.unread, row.since - now if row.unread else now - row.since))
    written = {row.id: _write_line(row, language, wanted.query, wanted.show) for row in rows}
    return Lines(written, found.more)


@lru_cache(maxsize=3000)
def _write_line(row: Row, language: str, query: str, show: str) -> str:
    values = {"row": row, "t": build_tree("desk", language), "q": build_tree("desk_queue", language)}
    return render_to_string("desk/_row.html", values | {"query": query, "show": show})
