"""Which pages may carry the chat: the gateway's own addresses and the shop's list, compared exactly.

A request without an Origin does not come from a page in a browser (which always sends one across sites) and is let in.
`null`, a look-alike ending, another port or another scheme is not on the list.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from bot.config import Config


def build_origin_check(config: Config) -> Callable[[str | None], bool]:
    """The check for this installation."""
    parts = urlsplit(config.base_url)
    own = {f"{parts.scheme}://{parts.netloc}"}
    own |= {f"http://{host}:{config.gateway_port}" for host in ("localhost", "127.0.0.1", "[::1]")}
    allowed = own | {origin.rstrip("/") for origin in config.allowed_origins}
    return lambda origin: origin is None or origin in allowed
