"""How many sockets and new sessions one address may have: against floods by strangers, far above an office or a school.

The address is that of the peer, or with BEHIND_PROXY the one that the proxy names (uvicorn reads the header then, and
only from a proxy on this machine). Loopback is not counted: commands, and a proxy that the settings do not tell of.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import Any

from bot.channels.webchat.limits import RateLimit

SESSIONS_WINDOW_S = 60.0
# Sockets close by themselves; nobody can say when.
SOCKETS_RETRY_S = 20.0


class Doors:
    """Of one gateway process. `take_socket` and `leave` belong together, `sid` is Socket.IO's id of the socket."""

    def __init__(self, sockets_max: int, sessions_max: int) -> None:
        self._sockets_max = sockets_max
        self._open: Counter[str] = Counter()
        self._address_of: dict[str, str] = {}
        self._sessions = RateLimit(sessions_max, SESSIONS_WINDOW_S)

    def take_socket(self, sid: str, environ: dict[str, Any]) -> float:
        """0.0 if the socket may open, else the seconds after which to try again."""
        address = read_address(environ)
        if address and self._open[address] >= self._sockets_max:
            return SOCKETS_RETRY_S
        self._address_of[sid] = address
        self._open[address] += 1
        return 0.0

    def take_session(self, sid: str) -> float:
        """0.0 if this socket may begin a new session, else the seconds until it may."""
        address = self._address_of.get(sid, "")
        return self._sessions.take(address) if address else 0.0

    def leave(self, sid: str) -> None:
        """The socket is closed. Safe to call for one that was refused."""
        if (address := self._address_of.pop(sid, None)) is not None:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]


def read_address(environ: dict[str, Any]) -> str:
    """Who is counted: an IPv4 address, the /64 network of an IPv6 one; empty for loopback and what is no address."""
    client = (environ.get("asgi.scope") or {}).get("client") or ("",)
    try:
        address = ipaddress.ip_address(str(client[0]))
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback:
        return ""
    if address.version == 6:
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)
