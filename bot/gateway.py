"""The gateway process: `python -m bot.gateway` serves `bot.asgi` with uvicorn at GATEWAY_HOST:GATEWAY_PORT."""

from __future__ import annotations

import uvicorn

from bot.config import config


def main() -> None:
    """Serves until it is ended."""
    settings = config()
    uvicorn.run(
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


if __name__ == "__main__":
    main()
