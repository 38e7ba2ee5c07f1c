"""The sign that somebody writes: Telegram shows it for five seconds, so it is repeated while the work lasts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.waiting import wait_at_most

# CHANNELS 2.5: shown at most 5 s, or until a message arrives.
REPEAT_S = 4.0
# An agent who stops writing without a word must not seem to write for ever.
REPEATS_MAX = 15
STOP_TIMEOUT_S = 2.0


class TypingSigns:
    """One per channel. `show` calls Telegram once and raises nothing."""

    def __init__(self, show: Callable[[str], Awaitable[None]], repeat_s: float = REPEAT_S) -> None:
        self._show = show
        self._repeat_s = repeat_s
        self._off: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def turn_on(self, chat: str) -> None:
        """Shows it until turned off; once more for who writes already."""
        self.turn_off(chat)
        off = self._off[chat] = asyncio.Event()
        task = asyncio.create_task(self._keep(chat, off))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def turn_off(self, chat: str) -> None:
        """Stops repeating it; the sign goes by itself. A call under way is let finish: its socket would be lost."""
        off = self._off.pop(chat, None)
        if off:
            off.set()

    async def stop(self) -> None:
        """Ends all."""
        for chat in list(self._off):
            self.turn_off(chat)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_TIMEOUT_S)

    async def _keep(self, chat: str, off: asyncio.Event) -> None:
        for _ in range(REPEATS_MAX):
            if off.is_set():
                return
            await self._show(chat)
            await wait_at_most(off, self._repeat_s)
