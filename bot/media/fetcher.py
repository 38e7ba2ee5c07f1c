"""Fetches the files that came with messages, after the messages are recorded and answered for. One per gateway process.

A webhook never waits for a file: its row says `waiting`, this job finds it (also after a crash), asks the channel for
the bytes and puts them into the store.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping

from django.db import DatabaseError

from bot.channels.media import MediaRefused, MediaSource, MediaUnavailable
from bot.conversations import files
from bot.conversations.database import DatabasePool
from bot.conversations.files import Fetch
from bot.media.store import Store
from bot.waiting import wait_at_most

LOOK_EVERY_S = 5.0
TOGETHER_MAX = 3
RETRY_S = 10.0
FETCH_TIMEOUT_S = 150.0  # less than the claim lasts

_log = logging.getLogger(__name__)


class Fetcher:
    """Made once per process, started in its event loop."""

    def __init__(self, pool: DatabasePool, store: Store, sources: Mapping[str, MediaSource]) -> None:
        self._pool = pool
        self._store = store
        self._sources = sources
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to look, if there is a channel that files come from."""
        if self._sources:
            self._looking = asyncio.create_task(self._look())

    def wake(self) -> None:
        """A message with files has been recorded; from the event loop."""
        self._wake.set()

    async def stop(self) -> None:
        """Ends it; what is under way is begun again after the next start."""
        for task in (*self._tasks, *([self._looking] if self._looking else [])):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _look(self) -> None:
        while True:
            try:
                while len(self._tasks) < TOGETHER_MAX and (
                    fetch := await self._pool.write(files.claim_file, tuple(self._sources))
                ):
                    self._begin(fetch)
            except DatabaseError as error:
                _log.warning("the database does not answer: %s", type(error).__name__)
            except Exception:
                _log.exception("looking for files to fetch failed and goes on")
            await wait_at_most(self._wake, LOOK_EVERY_S)
            self._wake.clear()

    def _begin(self, fetch: Fetch) -> None:
        task = asyncio.create_task(self._fetch(fetch))
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.set()

    async def _fetch(self, fetch: Fetch) -> None:
        try:
            await self._take(fetch)
        except MediaRefused as error:
            _log.info("file %s is not taken: %s", fetch.id, error.reason)
            await self._pool.write(files.mark_refused, fetch.id, error.reason)
        except MediaUnavailable as error:
            await self._pool.write(files.mark_delayed, fetch, "unavailable", error.retry_after_s)
        except TimeoutError:
            await self._pool.write(files.mark_delayed, fetch, "too_slow", RETRY_S)
        except Exception:
            # The claim ends by itself, and the try has been counted.
            _log.exception("fetching file %s failed", fetch.id)

    async def _take(self, fetch: Fetch) -> None:
        if not await self._pool.read(files.has_room, fetch):
            raise MediaRefused("quota")
        with self._store.receive(fetch.id) as incoming:
            if fetch.announced.size:
                incoming.expect(fetch.announced.size)
            async with asyncio.timeout(FETCH_TIMEOUT_S):
                await self._sources[fetch.channel].fetch_media(fetch.announced, incoming)
            stored = await asyncio.to_thread(incoming.keep, fetch.announced.sha256)
        kept = (stored.size, stored.mime_type, stored.shown)
        if not await self._pool.write(files.mark_stored, fetch.id, *kept):
            self._store.delete(fetch.id)
