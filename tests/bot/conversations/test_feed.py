"""Live events for the desk: in one process, through Redis, and for a reader that is too slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from django.db import transaction

from bot.conversations import events
from bot.conversations.events import Event
from bot.conversations.feed import QUEUE_MAX, Feed
from tests.fakes.rows import in_database
from tests.fakes.visitor import wait_until


class Reader:
    """A desk page that listens."""

    def __init__(self, feed: Feed) -> None:
        self.heard: list[str] = []
        self._feed = feed
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for event in self._feed.subscribe():
            self.heard.append(event.name)


@pytest.fixture
async def feed() -> AsyncIterator[Feed]:
    """A feed of this process alone."""
    made = Feed()
    await made.start()
    yield made
    await made.stop()


async def test_only_what_was_committed_is_heard(feed: Feed, transactional_db: None) -> None:
    reader = Reader(feed)
    await asyncio.sleep(0)

    def work(name: str, fail: bool) -> None:
        with transaction.atomic():
            events.publish(Event(name, "c", "bot"))
            if fail:
                raise LookupError

    with pytest.raises(LookupError):
        await in_database(work, "rolled back", True)
    await in_database(work, "committed", False)
    await wait_until(lambda: reader.heard, "an event")
    assert reader.heard == ["committed"]
    reader.task.cancel()


async def test_a_slow_reader_is_told_to_look_again(feed: Feed) -> None:
    stream = feed.subscribe()
    first = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    for number in range(QUEUE_MAX + 5):
        events.tell(Event(f"event {number}", "c", "bot"))
    assert (await first).name in ("event 0", "resync")
    names = [(await anext(stream)).name for _ in range(3)]
    assert "resync" in [*names, first.result().name]
    await stream.aclose()  # type: ignore[attr-defined]


async def test_events_reach_other_processes_through_redis(redis_url: str) -> None:
    one, two = Feed(redis_url), Feed(redis_url)
    await one.start()
    reader = Reader(two)
    await two.start()
    await wait_until(lambda: "resync" in reader.heard, "the subscription")
    events.tell(Event("conversation.taken", "c", "agent"))
    await wait_until(lambda: "conversation.taken" in reader.heard, "the event")
    reader.task.cancel()
    await one.stop()
    await two.stop()
