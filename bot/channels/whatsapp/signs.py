"""Read marks and the sign that somebody writes (CHANNELS 1.10): best effort, nothing waits for them.

Both need the id of the customer's last message, which this process remembers while it is likely to matter.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bot.channels.whatsapp.graph import Graph, GraphRefused, GraphUnknown, GraphUnreached

# The sign goes out by itself after 25 s; earlier it need not be repeated.
TYPING_S = 20.0
REMEMBERED_MAX = 5_000

_log = logging.getLogger(__name__)


@dataclass
class _Last:
    wamid: str
    is_read: bool = False
    typing_at: float = float("-inf")


class Signs:
    """One per phone number."""

    def __init__(self, graph: Graph, clock: Callable[[], float] = time.monotonic) -> None:
        self._graph = graph
        self._clock = clock
        self._last: OrderedDict[str, _Last] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def hear(self, users: tuple[str, ...], wamid: str) -> None:
        """The person's newest message, under each of their addresses."""
        last = _Last(wamid)
        for user in users:
            self._last[user] = last
            self._last.move_to_end(user)
        while len(self._last) > REMEMBERED_MAX:
            self._last.popitem(last=False)

    async def show_typing(self, user: str) -> None:
        """Shows the sign, which also marks as read; not again while it is shown."""
        last = self._last.get(user)
        if last is None or self._clock() - last.typing_at < TYPING_S:
            return
        last.typing_at = self._clock()
        last.is_read = True
        await self._tell(last.wamid, typing=True)

    def answered(self, user: str) -> None:
        """What was answered has been read; our message has ended the sign. Returns at once."""
        last = self._last.get(user)
        if last is None:
            return
        last.typing_at = float("-inf")
        if not last.is_read:
            last.is_read = True
            task = asyncio.create_task(self._tell(last.wamid, typing=False))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Ends what is under way."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell(self, wamid: str, *, typing: bool) -> None:
        try:
            await self._graph.mark_read(wamid, typing=typing)
        except (GraphUnreached, GraphUnknown, GraphRefused) as error:
            _log.info("no read mark: %s", error)
