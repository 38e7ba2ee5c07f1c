"""Who waits outside is served before the worker's own steps; nothing is lost on the way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from bot.conversations.database import DatabasePool


@pytest.fixture
async def pool() -> AsyncIterator[DatabasePool]:
    """One writer, as with SQLite."""
    built = DatabasePool("sqlite")
    yield built
    await built.close()


async def test_what_somebody_waits_for_goes_first(pool: DatabasePool) -> None:
    let_go, done = threading.Event(), list[str]()
    begun = asyncio.create_task(pool.write(let_go.wait, 5))
    steps = [asyncio.create_task(pool.write(done.append, f"step {number}")) for number in range(3)]
    first = [asyncio.create_task(pool.write_first(done.append, f"webhook {number}")) for number in range(3)]
    await asyncio.sleep(0)
    let_go.set()
    await asyncio.gather(begun, *steps, *first)
    assert done == ["webhook 0", "webhook 1", "webhook 2", "step 0", "step 1", "step 2"]


async def test_what_is_raised_arrives_and_the_next_goes_on(pool: DatabasePool) -> None:
    with pytest.raises(ZeroDivisionError):
        await pool.write(lambda: 1 // 0)
    assert await pool.write_first(lambda: 7) == 7


async def test_what_is_given_up_before_it_began_never_runs(pool: DatabasePool) -> None:
    let_go, done = threading.Event(), list[str]()
    begun = asyncio.create_task(pool.write(let_go.wait, 5))
    given_up = asyncio.create_task(pool.write(done.append, "given up"))
    await asyncio.sleep(0)
    given_up.cancel()
    after = asyncio.create_task(pool.write(done.append, "after"))
    await asyncio.gather(given_up, return_exceptions=True)
    let_go.set()
    await asyncio.gather(begun, after)
    assert done == ["after"]
