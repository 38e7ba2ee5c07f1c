"""How the small ASGI applications here read a request's body and answer."""

from __future__ import annotations

import json
from typing import Any


async def read_body(receive: Any) -> bytes:
    """All of it. Raises: ConnectionError if whoever sends it is gone before the end; nobody acts on half a request."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("gone in the middle of a request")
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


async def reply(send: Any, status: int, raw: bytes, kind: str) -> None:
    """An answer of that content type."""
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(raw)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": raw})


async def reply_json(send: Any, status: int, body: object) -> None:
    """An answer in JSON."""
    await reply(send, status, json.dumps(body).encode(), "application/json")
