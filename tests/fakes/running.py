"""Serves an ASGI application with uvicorn on a free port, in the test's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import uvicorn

App = TypeVar("App")


@dataclass
class Running(Generic[App]):
    """A served application. `stop` and `start` make it go away and come back at the same address."""

    app: App
    port: int = 0
    _server: uvicorn.Server | None = None
    _task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        settings = uvicorn.Config(
            self.app, host="127.0.0.1", port=self.port, ws="wsproto", lifespan="off", log_level="error",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = _QuietServer(settings)
        self._task = asyncio.create_task(self._server.serve())
        while not self._server.started:
            if self._task.done():
                await self._task
            await asyncio.sleep(0.005)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server and self._task:
            self._server.should_exit = True
            await self._task
            self._server = self._task = None


class _QuietServer(uvicorn.Server):
    """Signals belong to pytest."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@contextlib.asynccontextmanager
async def run_app(app: App) -> AsyncIterator[Running[App]]:
    """The application, served while the block runs."""
    running = Running(app)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


@contextlib.contextmanager
def run_aside(app: App) -> Iterator[Running[App]]:
    """The application, served from a thread of its own: for tests of code that waits instead of awaiting."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    running = Running(app)
    asyncio.run_coroutine_threadsafe(running.start(), loop).result()
    try:
        yield running
    finally:
        asyncio.run_coroutine_threadsafe(running.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
