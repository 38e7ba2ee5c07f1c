"""The bounded thread pools in which asynchronous code talks to the database.

SQLite takes one writer at a time: a pool of one thread queues writers in order instead of letting them poll for the
lock. What somebody outside waits for (a webhook's answer, a message's tick) goes before the worker's own steps. Reads
have their own threads, so that opening a page never waits behind a burst of messages.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connection, connections

P = ParamSpec("P")
R = TypeVar("R")

WRITERS_POSTGRESQL = 8
READERS = 3


class DatabasePool:
    """Runs blocking database work off the event loop. One per gateway process."""

    def __init__(self, vendor: str) -> None:
        self._writers = _Threads(1 if vendor == "sqlite" else WRITERS_POSTGRESQL, "seva-write")
        self._readers = _Threads(READERS, "seva-read")

    async def write(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs `work` (which opens its own transaction) in a writer's thread. Raises what it raises."""
        return await self._run(self._writers, False, work, *args, **kwargs)

    async def write_first(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Like `write`, but before everything of `write` that has not begun; among themselves in order."""
        return await self._run(self._writers, True, work, *args, **kwargs)

    async def read(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs `work`, which changes nothing, in a reader's thread. Raises what it raises."""
        return await self._run(self._readers, False, work, *args, **kwargs)

    async def _run(self, pool: _Threads, first: bool, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        def call() -> R:
            close_old_connections()
            return work(*args, **kwargs)

        return await asyncio.wrap_future(pool.enqueue(call, first))

    async def close(self) -> None:
        """Waits for the work under way and closes every thread's connection."""
        await asyncio.to_thread(self._writers.close)
        await asyncio.to_thread(self._readers.close)


class _Threads(ThreadPoolExecutor):
    """A pool with a second line, and that can close each thread's database connection (Django keeps one a thread)."""

    def __init__(self, size: int, name: str) -> None:
        self._size = size
        self._first: deque[Callable[[], None]] = deque()
        self._then: deque[Callable[[], None]] = deque()
        super().__init__(size, thread_name_prefix=name)

    def enqueue(self, call: Callable[[], R], first: bool) -> Future[R]:
        """Runs the call in a thread, after what waits in its line; whatever is `first` comes before all others."""
        future: Future[R] = Future()
        (self._first if first else self._then).append(lambda: _fulfil(future, call))
        self.submit(self._take_next)
        return future

    def _take_next(self) -> None:
        """One call, whichever is next by now: as many of these are submitted as calls wait."""
        try:
            work = self._first.popleft()
        except IndexError:
            work = self._then.popleft()
        work()

    def close(self) -> None:
        """Ends all threads."""
        together = threading.Barrier(self._size)

        def close_own() -> None:
            connections.close_all()
            together.wait(timeout=5)  # nobody takes two of these, so every thread takes one

        for call in [self.submit(close_own) for _ in range(self._size)]:
            call.result()
        self.shutdown(wait=True)


def _fulfil(future: Future[R], call: Callable[[], R]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:  # it is raised where the result is awaited
        future.set_exception(error)
    else:
        future.set_result(result)


@contextlib.contextmanager
def without_waiting_for_the_disk() -> Iterator[None]:
    """Around one transaction whose loss in a power cut (not in a crash of ours) only costs work; SQLite alone.

    The write-ahead log is one file in order: any later commit that does wait makes this one durable too, and without
    one the database is as it was before. PostgreSQL has more than one writer and gathers their waiting by itself.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
