"""A Graph API with a ledger and faults to order: a small ASGI application that checks by Meta's own schema.

What it has taken stands in `accepted`, once for each time it was taken: the oracle counts there. `on_accept` is how a
test plays the phone behind it (delivered, read). Faults are used up by messages in order; read marks have none.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.fakes.asgi import read_body, reply_json

Json = dict[str, Any]
SCHEMA = json.loads((Path(__file__).parent.parent / "payloads" / "whatsapp_send_schema.json").read_text("utf-8"))
PHONE_NUMBER_ID = "106540352242922"
TOKEN = "tests-only-access"


@dataclass(frozen=True)
class Fault:
    """What happens to the next message. `accepts`: it is taken all the same; `cut`: no answer ever comes."""

    status: int = 500
    code: int | None = None
    accepts: bool = False
    cut: bool = False


@dataclass
class Stored:
    """A customer's file at Meta."""

    content: bytes
    mime_type: str = "image/jpeg"
    status: int = 200
    size: int | None = None


@dataclass
class FakeGraph:
    """`uploads`: files that were sent to it, by the id it gave them. `given`: files that were asked for.

    `slow_files`: until it is set, nobody gets a file.
    """

    phone_number_id: str = PHONE_NUMBER_ID
    token: str = TOKEN
    accepted: list[Json] = field(default_factory=list)
    refused: list[Json] = field(default_factory=list)
    marks: list[Json] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, Stored] = field(default_factory=dict)
    faults: deque[Fault] = field(default_factory=deque)
    on_accept: Callable[[Json, str], None] = lambda body, wamid: None
    base_url: str = ""
    hold: asyncio.Event | None = None
    slow_files: asyncio.Event | None = None
    given: list[str] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = await read_body(receive)
        headers = dict(scope["headers"])
        self.base_url = f"http://{headers[b'host'].decode()}"
        if headers.get(b"authorization") != f"Bearer {self.token}".encode():
            await reply_json(send, 401, _error(190, "the token has ended"))
            return
        parts = scope["path"].strip("/").split("/")
        if scope["method"] == "POST" and parts[-1] == "messages":
            await self._take(json.loads(body), send)
        elif scope["method"] == "POST" and parts[-1] == "media":
            self.uploads[f"up-{len(self.uploads)}"] = body
            await reply_json(send, 200, {"id": f"up-{len(self.uploads) - 1}"})
        elif parts[0] == "files":
            await self._give(parts[1], send)
        else:
            await self._describe(parts[-1], send)

    def count(self) -> Counter[str]:
        """How often each part of each message of ours was taken."""
        return Counter(str(body["biz_opaque_callback_data"]) for body in self.accepted)

    def texts(self) -> list[str]:
        """The words of everything taken, in order."""
        return [find_text(body) for body in self.accepted]

    def digest(self, name: str) -> str:
        """What a webhook says of a file."""
        return base64.b64encode(hashlib.sha256(self.files[name].content).digest()).decode()

    async def _take(self, body: Json, send: Any) -> None:
        wrong = [error.message[:200] for error in Draft202012Validator(SCHEMA).iter_errors(body)]
        if wrong:
            self.refused.append({"body": body, "wrong": wrong})
            await reply_json(send, 400, _error(100, "; ".join(wrong)))
            return
        if body.get("status") == "read":
            self.marks.append(body)
            await reply_json(send, 200, {"success": True})
            return
        if self.hold:
            await self.hold.wait()
        fault = self.faults.popleft() if self.faults else None
        wamid = self._accept(body) if fault is None or fault.accepts else ""
        if fault is None:
            to = body.get("to", body.get("recipient"))
            contacts = [{"input": to, "wa_id": to}]
            answer = {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": wamid}]}
            await reply_json(send, 200, answer)
        elif fault.cut:
            # Less than was announced: the server cuts the connection.
            headers = [(b"content-length", b"100")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"{"})
        else:
            await reply_json(send, fault.status, _error(fault.code, "as ordered") if fault.code is not None else {})

    def _accept(self, body: Json) -> str:
        self.accepted.append(body)
        wamid = f"wamid.out{len(self.accepted)}"
        self.on_accept(body, wamid)
        return wamid

    async def _describe(self, name: str, send: Any) -> None:
        found = self.files.get(name)
        if found is None:
            await reply_json(send, 400, _error(100, "no such object"))
            return
        size = len(found.content) if found.size is None else found.size
        url = f"{self.base_url}/files/{name}"
        await reply_json(send, 200, {"id": name, "url": url, "mime_type": found.mime_type, "file_size": str(size)})

    async def _give(self, name: str, send: Any) -> None:
        found = self.files[name]
        self.given.append(name)
        if self.slow_files:
            await self.slow_files.wait()
        headers = [(b"content-length", str(len(found.content)).encode())]
        await send({"type": "http.response.start", "status": found.status, "headers": headers})
        await send({"type": "http.response.body", "body": found.content})


def find_text(body: Json) -> str:
    """The words a person reads in a message of any kind."""
    content = body[body["type"]]
    if body["type"] == "interactive":
        return str(content["body"]["text"])
    if body["type"] == "template":
        return str(content["components"][0]["parameters"][0]["text"])
    return str(content.get("body", content.get("caption", "")))


def _error(code: int | None, details: str) -> Json:
    return {"error": {"message": "no", "type": "OAuthException", "code": code, "fbtrace_id": "T",
                      "error_data": {"messaging_product": "whatsapp", "details": details}}}  # fmt: skip
