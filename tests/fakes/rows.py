"""Rows as tests want to see them, read off the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import connections

P = ParamSpec("P")
R = TypeVar("R")
WAIT_S = 10.0


async def in_database(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Runs `work` in a thread and leaves no connection behind."""

    def call() -> R:
        try:
            return work(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.to_thread(call)


async def wait_for_rows(read: Callable[[], R | None], what: str, timeout_s: float = WAIT_S) -> R:
    """The first true value that `read` finds in the database; fails with `what` after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while not (value := await in_database(read)):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(0.01)
    return value
