"""Pictures that go out: fetched by us and uploaded; Telegram's own fetchers fail on private hosts (CHANNELS 2.5).

What was uploaded once is named by the id that Telegram gave it. A picture that cannot be had costs no message: its
words are sent instead.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from urllib.parse import urlsplit

import httpx

# What sendPhoto takes as a picture.
BYTES_MAX = 10_000_000
FETCH_TIMEOUT_S = 10.0
KINDS = ("image/jpeg", "image/png", "image/webp")
KNOWN_MAX = 2_000

_log = logging.getLogger(__name__)


class Pictures:
    """Of one gateway. `own_url`: how pages name the gateway; `loopback_url`: where it really listens."""

    def __init__(self, own_url: str, loopback_url: str) -> None:
        self._own_url = own_url
        self._loopback_url = loopback_url
        self._known: OrderedDict[str, str] = OrderedDict()
        # A proxy of the environment is for the outside only.
        own_way = {loopback_url: httpx.AsyncHTTPTransport()}
        self._http = httpx.AsyncClient(timeout=FETCH_TIMEOUT_S, follow_redirects=True, mounts=own_way)

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    def find_id(self, address: str) -> str:
        """Telegram's id of a picture that was uploaded before; empty if it was not."""
        return self._known.get(address, "")

    def remember(self, address: str, file_id: str) -> None:
        """It need not be uploaded again."""
        self._known[address] = file_id
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)

    def forget(self, address: str) -> None:
        """The id is not taken any more."""
        self._known.pop(address, None)

    async def fetch(self, address: str) -> tuple[str, bytes, str] | None:
        """Name, content and type; None if there is no picture there that Telegram takes."""
        url, headers = address, dict[str, str]()
        if address.startswith(self._own_url + "/"):
            # The way over the outside may be closed from inside; ours is not.
            url = self._loopback_url + address.removeprefix(self._own_url)
            headers["Host"] = urlsplit(self._own_url).netloc
        try:
            return await _read(self._http, url, headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            _log.warning("a picture is not sent: %s", type(error).__name__)
            return None


async def _read(client: httpx.AsyncClient, url: str, headers: dict[str, str]) -> tuple[str, bytes, str] | None:
    async with client.stream("GET", url, headers=headers) as answer:
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not answer.is_success or kind not in KINDS:
            _log.warning("a picture is not sent: answer %s of type %s", answer.status_code, kind[:50])
            return None
        content = b""
        async for chunk in answer.aiter_bytes():
            content += chunk
            if len(content) > BYTES_MAX:
                _log.warning("a picture is not sent: larger than %s bytes", BYTES_MAX)
                return None
    return f"picture.{kind.partition('/')[2]}", content, kind
