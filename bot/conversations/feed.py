"""The desk's ear: events of all gateway processes as an endless stream, `async for event in feed.subscribe()`.

In one process events go from the committing thread straight to the subscribers' queues. With Redis they travel through
one channel there to every process. A subscriber that does not keep up loses events and is told so by a `resync` event:
pages then read the database afresh, which is where the truth is.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable

import redis
import redis.asyncio

from bot.conversations.database import DatabasePool
from bot.conversations.events import PASSING, STATE_CHANGES, Event, add_listener
from bot.conversations.states import State

RESYNC = Event("resync", "", "")
# The process ends: whoever listens should go.
CLOSING = Event("closing", "", "")
QUEUE_MAX = 500
REDIS_CHANNEL = "seva:events"

_log = logging.getLogger(__name__)


class Feed:
    """Made once per process, started in its event loop.

    `heard` and `heard_people` count events, so that pages know whether what they have read may still be so; the second
    leaves out what is only between a customer and the assistant, and what is stored nowhere. `pool`: where listeners
    read the database when they have heard something.
    """

    def __init__(self, redis_url: str = "", pool: DatabasePool | None = None) -> None:
        self.pool = pool
        self.heard = self.heard_people = 0
        self._redis_url = redis_url
        self._queues: set[asyncio.Queue[Event]] = set()
        self._sender = (
            redis.Redis.from_url(redis_url, socket_timeout=1, socket_connect_timeout=1) if redis_url else None
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reader: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] = lambda: None
        self._closing = False

    async def start(self) -> None:
        """Begins to pass events on."""
        self._loop = asyncio.get_running_loop()
        self._stop_listening = add_listener(self._receive)
        if self._redis_url:
            self._reader = asyncio.create_task(self._read_redis())

    async def stop(self) -> None:
        """Ends it; subscribers that are still there wait for nothing."""
        self._stop_listening()
        if self._reader:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        if self._sender:
            self._sender.connection_pool.disconnect()

    def close(self) -> None:
        """Tells every subscriber, also those still to come, that the process ends. In its event loop."""
        self._closing = True
        for queue in self._queues:
            _put(queue, CLOSING)

    async def subscribe(self) -> AsyncIterator[Event]:
        """Events from now on, until the caller stops iterating."""
        queue: asyncio.Queue[Event] = asyncio.Queue(QUEUE_MAX)
        self._queues.add(queue)
        if self._closing:
            _put(queue, CLOSING)
        try:
            while True:
                yield await queue.get()
        finally:
            self._queues.discard(queue)

    def _receive(self, event: Event) -> None:
        if self._sender:
            try:
                self._sender.publish(REDIS_CHANNEL, json.dumps(event.as_dict()))
                return
            except redis.RedisError:
                _log.warning("event %s reaches only this process: Redis does not answer", event.name)
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._distribute, event)

    def _distribute(self, event: Event) -> None:
        if event.name not in PASSING:
            self.heard += 1
            self.heard_people += event.state != State.BOT.value or event.name in STATE_CHANGES
        for queue in self._queues:
            _put(queue, event)

    async def _read_redis(self) -> None:
        while True:
            try:
                await self._listen(redis.asyncio.Redis.from_url(self._redis_url))
            except redis.RedisError:
                _log.warning("events of other gateways are not heard: Redis does not answer")
                await asyncio.sleep(1)

    async def _listen(self, client: redis.asyncio.Redis) -> None:
        try:
            async with client.pubsub() as pubsub:
                await pubsub.subscribe(REDIS_CHANNEL)
                self._distribute(RESYNC)
                async for item in pubsub.listen():
                    if item["type"] == "message":
                        self._distribute(Event(**json.loads(item["data"])))
        finally:
            await client.close(close_connection_pool=True)


def _put(queue: asyncio.Queue[Event], event: Event) -> None:
    """Whoever has not kept up gets RESYNC instead of what is lost."""
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(RESYNC)
    queue.put_nowait(event)


_current: Feed | None = None


def set_feed(feed: Feed | None) -> None:
    """Makes it the one of this process; called at start and stop of the gateway."""
    global _current
    _current = feed


def close_feed() -> None:
    """Ends what listens in this process, if it has a feed. In its event loop."""
    if _current is not None:
        _current.close()


def get_feed() -> Feed:
    """The feed of this process, for pages. Raises RuntimeError outside of a running gateway."""
    if _current is None:
        raise RuntimeError("the gateway has not started")
    return _current
