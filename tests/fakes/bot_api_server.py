"""A Bot API server: a small ASGI application that shows what bots send, and fails as it is told.

What a chat shows stands in `shown`, the calls in `calls`, both in order. A test orders faults by method (`fail_next`),
or a silence after or before the deed (`hang_next`). `find_repeats` is the oracle: what a chat was shown twice.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.asgi import read_body, reply, reply_json

Json = dict[str, Any]
TOKEN = "7200000001:AAH-tests-only-" + "t" * 20
USERNAME = "seva_test_bot"
SHOWING = ("sendMessage", "sendPhoto", "sendDocument", "sendVideo", "sendAudio", "sendVoice")


@dataclass
class Fault:
    """An answer to give instead: `description` with `code`, and whether the deed is done all the same."""

    code: int = 500
    description: str = "Internal Server Error"
    parameters: Json = field(default_factory=dict)
    done: bool = False
    hang: bool = False


@dataclass
class FakeBotApi:
    """`updates`: what getUpdates hands out until it is confirmed, as Telegram keeps it."""

    token: str = TOKEN
    shown: list[Json] = field(default_factory=list)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    updates: list[Json] = field(default_factory=list)
    confirmed: int = 0
    webhook: Json = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[Fault | None]] = field(default_factory=dict)
    fetched_by_path: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)

    def fail_next(self, method: str, code: int, description: str, **parameters: Any) -> None:
        """The next call of `method` is refused."""
        self.faults.setdefault(method, []).append(Fault(code, description, parameters))

    def let_next(self, method: str) -> None:
        """The next call of `method` goes well, before whatever is ordered after it."""
        self.faults.setdefault(method, []).append(None)

    def hang_next(self, method: str, done: bool) -> None:
        """The next call of `method` gets no answer; `done`: it is carried out."""
        self.faults.setdefault(method, []).append(Fault(done=done, hang=True))

    def texts(self, chat: str | None = None) -> list[str]:
        """What a chat (or every chat) shows, in order: texts and captions."""
        own = (one for one in self.shown if chat is None or str(one["chat_id"]) == chat)
        return [str(one.get("text") or one.get("caption") or "") for one in own]

    def methods(self) -> list[str]:
        """Names of the calls in order."""
        return [name for name, _ in self.calls]

    def find_repeats(self) -> list[str]:
        """Texts that one chat was shown more than once."""
        seen = Counter((str(one["chat_id"]), one.get("text") or one.get("caption")) for one in self.shown)
        return [f"{chat}: {text}" for (chat, text), count in seen.items() if count > 1]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, headers = await read_body(receive), {name.decode(): value.decode() for name, value in scope["headers"]}
        prefix, _, method = urlsplit(scope["path"]).path.rpartition("/")
        if scope["path"].startswith(f"/file/bot{self.token}/"):
            self.fetched_by_path.append(method)
            found = self.files.get(method)
            await reply(send, 200 if found is not None else 404, found or b"", "application/octet-stream")
            return
        if prefix == "/pictures":  # somebody's web server
            await reply(send, 200 if method in self.pictures else 404, self.pictures.get(method, b""), "image/png")
            return
        if prefix != f"/bot{self.token}":
            await _refuse(send, Fault(401, "Unauthorized"))
            return
        params = _read_params(headers.get("content-type", ""), body, scope.get("query_string", b""))
        self.calls.append((method, params))
        fault = self.faults.get(method) and self.faults[method].pop(0)
        if not fault:
            await reply_json(send, 200, {"ok": True, "result": await self._do(method, params)})
            return
        if fault.done:
            await self._do(method, params)
        if fault.hang:
            await asyncio.sleep(60)
        await _refuse(send, fault)

    async def _do(self, method: str, params: Json) -> Any:
        if method in SHOWING:
            return self._show(method, params)
        if method == "getUpdates":
            return await self._get_updates(params)
        if method == "getFile":
            return {"file_id": params["file_id"], "file_path": f"files/{params['file_id']}"}
        if method == "setWebhook":
            self.webhook = dict(params)
        if method == "deleteWebhook":
            self.webhook = {}
        if method == "getWebhookInfo":
            return {"url": self.webhook.get("url", ""), "pending_update_count": len(self.updates), **self.webhook}
        if method == "getMe":
            return {"id": int(self.token.split(":")[0]), "is_bot": True, "first_name": "Seva", "username": USERNAME}
        return True

    def _show(self, method: str, params: Json) -> Json:
        number = len(self.shown) + 1000
        self.shown.append({"method": method, "message_id": number, **params})
        shown: Json = {"message_id": number, "date": 1_760_000_000, "chat": {"id": params["chat_id"]}}
        if method == "sendPhoto":
            shown["photo"] = [{"file_id": f"photo-{number}", "file_unique_id": "u", "width": 1, "height": 1}]
        return shown

    async def _get_updates(self, params: Json) -> list[Json]:
        offset = int(params.get("offset") or 0)
        self.confirmed = max(self.confirmed, offset)
        self.updates = [one for one in self.updates if one["update_id"] >= offset]
        for _ in range(20):
            if self.updates:
                break
            await asyncio.sleep(0.01)
        return self.updates[: int(params.get("limit") or 100)]


def _read_params(kind: str, body: bytes, query: bytes) -> Json:
    """JSON, or the fields of a form; a file is `<name, bytes>`."""
    if kind.startswith("application/json"):
        return dict(json.loads(body or b"{}"))
    if not kind.startswith("multipart/"):
        return {key: values[0] for key, values in parse_qs(query.decode()).items()}
    found: Json = {}
    for part in message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body).get_payload():
        name = str(part.get_param("name", header="content-disposition"))  # type: ignore[union-attr]
        content = part.get_payload(decode=True)  # type: ignore[union-attr]
        file_name = part.get_filename()  # type: ignore[union-attr]
        found[name] = (file_name, content) if file_name else content.decode()  # type: ignore[union-attr]
    return found


async def _refuse(send: Any, fault: Fault) -> None:
    body: Json = {"ok": False, "error_code": fault.code, "description": fault.description}
    await reply_json(send, fault.code, {**body, **({"parameters": fault.parameters} if fault.parameters else {})})
