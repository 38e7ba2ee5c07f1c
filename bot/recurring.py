"""Work that a gateway does by itself again and again: what it does and how often is `bot.duties`' to say."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import DatabaseError

from bot.conversations.database import DatabasePool

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Duty:
    """One kind of work. `run` is safe to repeat, also beside another gateway's, and returns how much it did.

    `speaks`: it may have written to customers, so that the worker has to look.
    """

    name: str
    run: Callable[[], int]
    every_s: float
    speaks: bool = False


class Recurring:
    """Does each duty at the start and then every so often. A fault is logged and ends nothing."""

    def __init__(self, duties: Sequence[Duty], pool: DatabasePool, wake: Callable[[], None]) -> None:
        self._duties = duties
        self._pool = pool
        self._wake = wake
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begins; in the gateway's event loop."""
        self._tasks = [asyncio.create_task(self._repeat(duty)) for duty in self._duties]

    async def stop(self) -> None:
        """Ends it; what is not done yet is done after the next start."""
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _repeat(self, duty: Duty) -> None:
        while True:
            try:
                done = await self._pool.write(duty.run)
                if done and duty.speaks:
                    self._wake()
                if done:
                    _log.info("%s: %d", duty.name, done)
            except DatabaseError as error:
                _log.warning("%s: the database does not answer: %s", duty.name, type(error).__name__)
            except Exception:
                _log.exception("%s failed and goes on", duty.name)
            await asyncio.sleep(duty.every_s)
