"""The gateway as one ASGI application: Django for pages and API, Socket.IO for the web chat, workers for the inbox.

Run by uvicorn with `ws="wsproto"` (its automatic choice fails on the websockets release that Rasa pins) and
`lifespan="on"`: the parts start and stop with the server.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import socketio
from django.core.asgi import get_asgi_application

from bot.config import config, set_environment_default

if TYPE_CHECKING:
    from bot.assembly import Gateway

set_environment_default("DJANGO_SETTINGS_MODULE", "bot.settings")
django_application = get_asgi_application()

_log = logging.getLogger(__name__)


class Application:
    """Passes each request to its part; builds the parts when the server starts."""

    def __init__(self) -> None:
        self.gateway: Gateway | None = None
        self._sockets: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"].startswith("/socket.io/") and self._sockets:
            await self._sockets(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        else:
            await django_application(scope, receive, send)

    async def _live(self, receive: Any, send: Any) -> None:
        """Start and end of the server, by the ASGI lifespan protocol."""
        from bot.assembly import build_gateway  # its models need the registry that get_asgi_application has filled

        await receive()
        try:
            self.gateway = build_gateway(config())
            self._sockets = socketio.ASGIApp(self.gateway.webchat.server, socketio_path="socket.io")
            await self.gateway.start()
        except Exception as error:
            _log.exception("the gateway does not start")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.gateway.stop()
        await send({"type": "lifespan.shutdown.complete"})


application = Application()
