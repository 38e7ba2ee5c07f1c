"""A small real receiver of webhooks: keeps what it is sent and answers what a test tells it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """One request, as it came."""

    headers: dict[str, str]
    body: bytes
    answered: int

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    def is_signed_by(self, secret: str) -> bool:
        """Checked as the specification tells receivers to."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return f"v1,{wanted}" in self.headers["webhook-signature"].split(" ")


@dataclass
class Receiver:
    """`answers`: the statuses of the next requests, then 204."""

    answers: list[int] = field(default_factory=list)
    got: list[Received] = field(default_factory=list)

    @property
    def taken(self) -> list[Received]:
        return [one for one in self.got if one.answered < 300]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        status = self.answers.pop(0) if self.answers else 204
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.got.append(Received(headers, body, status))
        extra = [(b"location", b"/elsewhere")] if status in (301, 302) else []
        await send({"type": "http.response.start", "status": status, "headers": extra})
        await send({"type": "http.response.body", "body": b""})
