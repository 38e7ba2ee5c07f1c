"""A small real Chatwoot: contacts, conversations and messages of one account, in the shapes of its Application API.

Shapes: chatwoot/chatwoot, app/controllers/api/v1/accounts/contacts_controller.rb (`create`: payload.contact and
payload.contact_inbox; `search`: payload), conversations_controller.rb (`create`, `toggle_status`), and the webhook's
headers of pull request 13573. `fail`: so many of the next calls are carried out and then answered with 502, as when an
answer gets lost.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

Json = dict[str, Any]
TOKEN, SECRET, ACCOUNT, INBOX = "cw-token", "cw-secret", 3, 7


@dataclass
class Chatwoot:
    """Everything it holds; `calls` in order."""

    fail: int = 0
    contacts: list[Json] = field(default_factory=list)
    talks: list[Json] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    ids: Any = field(default_factory=lambda: itertools.count(100))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raw = b""
        while True:
            part = await receive()
            raw += part.get("body", b"")
            if not part.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        base = f"/api/v1/accounts/{ACCOUNT}"
        if headers.get("api_access_token") != TOKEN or not scope["path"].startswith(base):
            status, body = 401, {"error": "Invalid Access Token"}
        else:
            path = scope["path"].removeprefix(base)
            self.calls.append(f"{scope['method']} {path}")
            query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
            status, body = self._answer(scope["method"], path, query, json.loads(raw) if raw else {})
            if self.fail and scope["method"] == "POST":
                self.fail, status = self.fail - 1, 502
        answer = json.dumps(body).encode()
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
        )
        await send({"type": "http.response.body", "body": answer})

    def _answer(self, method: str, path: str, query: Json, body: Json) -> tuple[int, Json]:
        match method, path.strip("/").split("/"):
            case "GET", ["contacts", "search"]:
                return 200, {"payload": [one for one in self.contacts if query["q"] in one["identifier"]]}
            case "POST", ["contacts"]:
                return self._make_contact(body)
            case "GET", ["contacts", contact, "conversations"]:
                return 200, {"payload": [one for one in self.talks if one["contact_id"] == int(contact)]}
            case "POST", ["conversations"]:
                self.talks.append({"id": len(self.talks) + 1, "messages": [], **body})
                return 200, self.talks[-1]
            case "GET", ["conversations", talk, "messages"]:
                return 200, {"payload": self.find(int(talk))["messages"]}
            case "POST", ["conversations", talk, "messages"]:
                self.find(int(talk))["messages"].append({"id": next(self.ids), **body})
                return 200, self.find(int(talk))["messages"][-1]
            case "POST", ["conversations", talk, "toggle_status"]:
                self.find(int(talk))["status"] = body["status"]
                return 200, {"payload": {"success": True}}
        return 404, {"error": "Resource could not be found"}

    def _make_contact(self, body: Json) -> tuple[int, Json]:
        if any(one["identifier"] == body["identifier"] for one in self.contacts):
            return 422, {"message": "Identifier has already been taken"}
        source = f"source-{len(self.contacts)}"
        inbox = {"source_id": source, "inbox": {"id": body["inbox_id"]}}
        self.contacts.append({"id": next(self.ids), **body, "contact_inboxes": [inbox]})
        return 200, {"payload": {"contact": self.contacts[-1], "contact_inbox": inbox}}

    def find(self, talk: int) -> Json:
        return next(one for one in self.talks if one["id"] == talk)

    def read(self, talk: int) -> list[tuple[str, str]]:
        """What stands in a conversation: `incoming`, or `note` for what is private."""
        said = self.find(talk)["messages"]
        return [("note" if one["private"] else str(one["message_type"]), str(one["content"])) for one in said]


def build_reply(talk: int, text: str, reply: int, **more: object) -> Json:
    """What the webhook tells of an agent's message."""
    return {
        "event": "message_created",
        "id": reply,
        "content": text,
        "message_type": "outgoing",
        "private": False,
        "source_id": None,
        "sender": {"id": 1, "name": "Ravi Patel", "type": "user"},
        "conversation": {"id": talk, "status": "open"},
        **more,
    }


def sign(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The headers of its webhooks."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"x-chatwoot-signature": f"sha256={digest}", "x-chatwoot-timestamp": stamp}
