"""Webhooks of all channels as one small ASGI application beside Django, so that nothing of a page's way slows them.

Reads the body as it came (signatures are over bytes) within limits, and gives it to the channel of the path. Whatever
goes wrong inside is 503, which the platforms repeat; nothing of the body is ever logged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import parse_qsl

# Meta sends at most 3 MB in one request (CHANNELS 1.3); Telegram far less.
BODY_BYTES_MAX = 3 * 1024 * 1024
BODY_TIMEOUT_S = 10.0

_log = logging.getLogger(__name__)
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names in lower case, the first value of each query parameter."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """The answer, as plain text."""

    status: HTTPStatus = HTTPStatus.OK
    text: str = "ok"
    headers: Mapping[str, str] = field(default_factory=dict)


class Webhook(Protocol):
    """A channel's end of it."""

    async def answer(self, request: Request) -> Response:
        """Success only after what came is committed. Any exception is answered with 503."""
        ...


class Webhooks:
    """Paths and whose they are."""

    def __init__(self, by_path: Mapping[str, Webhook]) -> None:
        self._by_path = dict(by_path)

    def has(self, path: str) -> bool:
        """Whether a channel that is on listens there."""
        return path.rstrip("/") in self._by_path

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request."""
        response = await self._answer(scope, receive)
        raw = response.text.encode()
        headers = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(raw)), **response.headers}
        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": int(response.status), "headers": pairs})
        await send({"type": "http.response.body", "body": raw})

    async def _answer(self, scope: MutableMapping[str, Any], receive: Receive) -> Response:
        path = str(scope["path"]).rstrip("/")
        if scope["method"] not in ("GET", "POST"):
            return Response(HTTPStatus.METHOD_NOT_ALLOWED, "only GET and POST", {"allow": "GET, POST"})
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                body = await _read_body(receive)
        except TimeoutError:
            return Response(HTTPStatus.REQUEST_TIMEOUT, "too slow")
        if body is None:
            return Response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large")
        query = dict(reversed(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)))
        try:
            return await self._by_path[path].answer(Request(scope["method"], query, headers, body))
        except Exception as error:
            _log.warning("a webhook of %s is to be repeated: %s", path, type(error).__name__)
            return Response(HTTPStatus.SERVICE_UNAVAILABLE, "not now", {"retry-after": "5"})


async def _read_body(receive: Receive) -> bytes | None:
    """All of it; None as soon as it is too large."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        chunk = bytes(message.get("body", b""))
        size += len(chunk)
        if size > BODY_BYTES_MAX:
            return None
        chunks.append(chunk)
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return b"".join(chunks)
