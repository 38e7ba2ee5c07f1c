"""Requests and answers over connections that are kept open to Rasa; for `client` only.

aiohttp, whose parser is C and which comes with Rasa anyway, takes 0.7 ms of processor time for a turn; httpx took 2.4
(both on one connection to a Rasa that answers at once).
"""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp

CONNECT_TIMEOUT_S = 2.0


class NotReached(Exception):
    """No answer came: not connected, or broken off. Its text names the kind of failure."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    body: bytes


class Exchange:
    """Connections of one event loop; the first request opens the first. How long to wait is the caller's to say."""

    def __init__(self, token: str) -> None:
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes) -> Answer:
        """Raises NotReached. A request that broke off is sent once more at once: only for what may run twice."""
        try:
            return await self._request("POST", url, body)
        except aiohttp.ClientConnectorError as error:
            raise NotReached(type(error).__name__) from error
        except aiohttp.ClientError:
            # An idle connection was closed in the moment we used it.
            try:
                return await self._request("POST", url, body)
            except aiohttp.ClientError as error:
                raise NotReached(type(error).__name__) from error

    async def get(self, url: str) -> Answer:
        """Raises NotReached."""
        try:
            return await self._request("GET", url)
        except aiohttp.ClientError as error:
            raise NotReached(type(error).__name__) from error

    async def close(self) -> None:
        """Ends the open connections."""
        if self._session:
            await self._session.close()
            self._session = None

    async def _request(self, method: str, url: str, body: bytes | None = None) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                # The number of turns at once is limited by the client, per process and not per connection.
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S),
            )
        async with self._session.request(method, url, data=body, allow_redirects=False) as response:
            return Answer(response.status, await response.read())
