"""Keeps the list of an open desk page as it should be: what changed of it, sent over the page's live connection.

However many agents look, a list is read once after something happened, and what all of them see alike is written once.
A change is gathered for a moment with those that come with it, and then there is a pause. Changes made by other
processes without Redis are seen at the next minute's look.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.conversations.database import DatabasePool
from bot.conversations.events import PASSING, STATE_CHANGES, Event
from bot.conversations.feed import RESYNC, Feed
from bot.conversations.states import State
from bot.desk.lists import Lines, name_more, name_opening, settle_show, write_lines
from bot.desk.queue import Counts, Wanted, count_open, read_list

GATHER_S = 0.04
PAUSE_S = 0.15
# What has been read is not taken again after this, whatever was heard.
FRESH_S = 0.3
# Words like "waiting for 5 minutes" change by themselves.
LOOK_S = 30.0
SHARED_MAX = 400
# What changes nothing that a list shows.
SILENT = PASSING | {"message.sent", "message.delivered", "message.read", "message.delayed"}
T = TypeVar("T")
Json = dict[str, Any]


class Shared:
    """What is read once for everybody who asks before the next event. In the gateway's event loop."""

    def __init__(self) -> None:
        self._tasks: dict[object, tuple[object, float, asyncio.Task[Any]]] = {}

    async def read(self, pool: DatabasePool, key: object, state: object, work: Callable[[], T]) -> T:
        """What `work` gives, run in the pool; or gave, if it was asked for in the same state a moment ago."""
        known = self._tasks.get(key)
        if known is None or known[0] != state or time.monotonic() - known[1] > FRESH_S:
            if len(self._tasks) >= SHARED_MAX:
                self._tasks.clear()
            task = asyncio.ensure_future(pool.read(work))
            known = self._tasks[key] = (state, time.monotonic(), task)
        # One page that goes away must not end what others wait for.
        result: T = await asyncio.shield(known[2])
        return result


_shared = Shared()


@dataclass
class ListPusher:
    """One page's list: what the page has, and what is missing."""

    feed: Feed
    pool: DatabasePool
    wanted: Wanted
    language: str
    agent_id: int
    _sent: dict[str, str] = field(default_factory=dict)
    _rest: Json = field(default_factory=dict)
    _next_at: float = 0.0
    due_at: float = 0.0

    def hear(self, event: Event, now: float) -> None:
        """Notes that the list may have changed; `due_at` is when to look (0: not at all)."""
        if event.name in SILENT:
            return
        people = event == RESYNC or event.state != State.BOT or event.name in STATE_CHANGES
        if people or self.wanted.sees_assistant:
            self.due_at = self.due_at or max(now + GATHER_S, self._next_at)

    async def look(self, now: float) -> Json | None:
        """What to tell the page; None if it has everything."""
        self.due_at, self._next_at = 0.0, now + PAUSE_S
        counts = await _shared.read(self.pool, "counts", self.feed.heard_people, count_open)
        wanted = settle_show(self.wanted, counts, self.agent_id)
        whose = self.agent_id if wanted.is_own else 0
        state = self.feed.heard if wanted.sees_assistant else self.feed.heard_people
        found = await _shared.read(self.pool, (wanted, whose), state, lambda: read_list(wanted, whose))
        lines = await _shared.read(
            self.pool, (wanted, whose, self.language), state, lambda: write_lines(wanted, self.language, found)
        )
        return self._compare(wanted, counts, lines)

    def _compare(self, wanted: Wanted, counts: Counts, lines: Lines) -> Json | None:
        rest: Json = {
            "query": wanted.query,
            "order": list(lines.written),
            "waiting": counts.waiting,
            "mine": counts.had.get(self.agent_id, 0),
            "snoozed": counts.asleep.get(self.agent_id, 0),
            "news": counts.count_news(self.agent_id),
            "more": name_more(wanted, lines),
            "closed": name_opening(self.language),
        }
        changed = {key: line for key, line in lines.written.items() if self._sent.get(key) != line}
        if not changed and rest == self._rest:
            return None
        self._sent, self._rest = lines.written, rest
        return {"name": "list", "conversation": "", "state": "", "lines": changed, **rest}
