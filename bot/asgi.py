"""The gateway as one ASGI application: Django for pages and API, Socket.IO for the web chat, a worker for the inbox.

Run by `bot.gateway`. Start and end of the process come as ASGI lifespan events.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from bot.config import set_environment_default

set_environment_default("DJANGO_SETTINGS_MODULE", "bot.settings")

from django.core.asgi import get_asgi_application  # noqa: E402 - Django needs its settings' name first

django_application: Any = get_asgi_application()

import socketio  # noqa: E402

from bot.assembly import build_gateway  # noqa: E402
from bot.config import config  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = logging.getLogger(__name__)


class Application:
    """Dispatches by path; starts and stops the gateway's parts with the process."""

    def __init__(self) -> None:
        self._gateway = build_gateway(config())
        self._sockets = socketio.ASGIApp(self._gateway.webchat.server)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection or request; `lifespan` is the process itself."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket" or scope["path"].startswith("/socket.io"):
            await self._sockets(scope, receive, send)
        elif self._gateway.uploads.has(scope["path"]):
            await self._gateway.uploads(scope, receive, send)
        elif self._gateway.webhooks.has(scope["path"]):
            await self._gateway.webhooks(scope, receive, send)
        else:
            await django_application(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._gateway.start()
        except Exception as error:
            _log.exception("the gateway does not start")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._gateway.stop()
        await send({"type": "lifespan.shutdown.complete"})


application = Application()
