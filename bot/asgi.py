"""The gateway as one ASGI application: Django for pages and API, Socket.IO for the web chat, a worker for the inbox.

Run by `bot.gateway`. Start and end of the process come as ASGI lifespan events.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from bot.config import set_environment_default

set_environment_default("DJANGO_SETTINGS_MODULE", "bot.settings")

from django.core.asgi import get_asgi_application  # noqa: E402 - Django needs its settings' name first

django_application = get_asgi_application()

import socketio  # noqa: E402
from django.db import connection  # noqa: E402

from bot.channels.webchat.origins import build_origin_check  # noqa: E402
from bot.channels.webchat.server import WebChat  # noqa: E402
from bot.config import config  # noqa: E402
from bot.conversations.database import DatabasePool  # noqa: E402
from bot.conversations.feed import Feed, set_feed  # noqa: E402
from bot.conversations.port import DatabaseInbox  # noqa: E402
from bot.conversations.presence import Presence  # noqa: E402
from bot.conversations.worker import Worker  # noqa: E402
from bot.dialogue.client import DialogueClient  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Gateway:
    """Dispatches by path; owns what lives as long as the process."""

    def __init__(self) -> None:
        settings = config()
        self.webchat = WebChat(
            settings.secret_key.reveal(), settings.message_rate, build_origin_check(settings), settings.redis_url
        )
        self._sockets = socketio.ASGIApp(self.webchat.server)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection or request; `lifespan` is the process itself."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket" or scope["path"].startswith("/socket.io"):
            await self._sockets(scope, receive, send)
        else:
            await django_application(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._running():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        settings = config()
        pool, feed = DatabasePool(connection.vendor), Feed(settings.redis_url)
        dialogue = DialogueClient(
            settings.rasa_addresses, settings.rasa_token.reveal(), settings.turn_timeout_s, settings.turns_in_flight
        )
        channels = {self.webchat.name: self.webchat}
        worker = Worker(settings, pool, dialogue, channels)
        presence = Presence(pool, channels, worker.wake)
        self.webchat.attach(DatabaseInbox(pool, worker))
        await feed.start()
        set_feed(feed)
        presence.start()
        await worker.start()
        try:
            yield
        finally:
            await self.webchat.server.shutdown()
            await worker.stop()
            presence.stop()
            set_feed(None)
            await feed.stop()
            await dialogue.close()
            await pool.close()


application = Gateway()
