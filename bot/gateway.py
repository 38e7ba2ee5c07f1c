"""The gateway process: `python -m bot.gateway` serves `bot.asgi` with uvicorn at GATEWAY_HOST:GATEWAY_PORT."""

from __future__ import annotations

import contextlib
import socket
import sys

import uvicorn
from uvicorn.main import STARTUP_FAILURE

from bot.config import config


class GatewayServer(uvicorn.Server):
    """uvicorn's, which waits for open answers before it ends; those that never end by themselves are told to."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the live connections of desk pages first: else every restart would wait for its whole patience."""
        from bot.conversations.feed import close_feed  # Django's, which the application has set up by now

        close_feed()
        await super().shutdown(sockets)


def main() -> None:
    """Serves until it is ended. Exits with STARTUP_FAILURE if it cannot begin."""
    settings = config()
    server = GatewayServer(
        uvicorn.Config(
            "bot.asgi:application",
            host=settings.gateway_host,
            port=settings.gateway_port,
            # uvicorn's automatic choice fails on the websockets release that Rasa pins (CHANNELS 0).
            ws="wsproto",
            lifespan="on",
            access_log=False,
            log_level=settings.log_level.lower(),
            proxy_headers=settings.behind_proxy,
            timeout_graceful_shutdown=5,
        )
    )
    server.config.load_app()
    # As uvicorn.run does it: Ctrl-C is no fault.
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


if __name__ == "__main__":
    main()
