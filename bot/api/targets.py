"""Where a webhook may go: to public addresses only, unless WEBHOOKS_PRIVATE. No redirects, the checked address is used.

Whoever may name an address must not reach with it what only this machine reaches (SECURITY 6, "SSRF"). The name is
resolved once, every address it has is checked, and the connection goes to the one that was checked.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.config import config

NAT64 = ipaddress.ip_network("64:ff9b::/96")


class TargetRefused(Exception):
    """A webhook may not go there. `reason`: one word of the desk's texts (`hooks.problem`)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was checked: `url` has the number instead of the name, `host` is the name."""

    url: str
    host: str
    host_header: str


def check_url(url: str) -> None:
    """Whether it can be an address of a webhook at all; no look-up. Raises TargetRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TargetRefused("malformed") from error
    if not parts.hostname or parts.username or parts.password or parts.fragment or port == 0:
        raise TargetRefused("malformed")
    if parts.scheme != "https" and not (parts.scheme == "http" and config().webhooks_private):
        raise TargetRefused("not_https")


async def find_target(url: str) -> Target:
    """The checked address. Raises TargetRefused; OSError if the name is not known."""
    check_url(url)
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numbers = [str(one[4][0]) for one in found]
    if not numbers or not (config().webhooks_private or all(is_public(number) for number in numbers)):
        raise TargetRefused("private")
    number = f"[{numbers[0]}]" if ":" in numbers[0] else numbers[0]
    rest = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(f"{parts.scheme}://{number}:{port}{rest}", host, parts.netloc)


def is_public(number: str) -> bool:
    """Whether the IP address is one of the open internet, also when it carries another one inside."""
    address = ipaddress.ip_address(number.split("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
    return address.is_global and not address.is_multicast and not address.is_reserved
