"""Waiting for a sign, but not for ever."""

from __future__ import annotations

import asyncio
import contextlib


async def wait_at_most(sign: asyncio.Event, seconds: float) -> None:
    """Returns once the sign is given or the time is over.

    Not `asyncio.wait_for`: before Python 3.12 it forgets that it was cancelled if its wait ends just then.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await sign.wait()
