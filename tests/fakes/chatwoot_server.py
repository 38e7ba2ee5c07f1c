"""A small real Chatwoot: contacts, conversations and messages of one account, as its source does it.

Source: chatwoot/chatwoot, app/controllers/api/v1/accounts/{contacts,conversations}_controller.rb with their views,
app/builders/{contact_inbox,conversation,messages/message}_builder.rb, app/finders/message_finder.rb,
app/models/message.rb (`reopen_conversation`, `webhook_data`) and lib/webhooks/trigger.rb (headers); November 2026.
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
PEOPLE, MESSAGES, KINDS = 15, 20, ("incoming", "outgoing")
NOT_FOUND: tuple[int, Json] = (404, {"error": "Resource could not be found"})


@dataclass
class Chatwoot:
    """Everything it holds; `calls` in order, `told`: what its inbox' webhook says.

    `fail`: so many of the next changes are carried out and then answered with 502, as when an answer gets lost.
    `old`: before 4.2. `single`: the inbox keeps one conversation a contact. `bot`: a bot is on it, new ones wait for
    the bot. `failed`: messages marked as failed, and why.
    """

    old: bool = False
    fail: int = 0
    single: bool = False
    bot: bool = False
    contacts: list[Json] = field(default_factory=list)
    talks: list[Json] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    told: list[Json] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)
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
                return 200, {"meta": {}, "payload": self._search(query)}
            case "POST", ["contacts"]:
                return self._make_contact(body)
            case "POST", ["contacts", contact, "contact_inboxes"]:
                return 200, self._join(self._find_contact(int(contact)), f"uuid-{next(self.ids)}")
            case "GET", ["contacts", contact, "conversations"]:
                own = [self._show(one) for one in self.talks if one["contact_id"] == int(contact)]
                return 200, {"payload": own[::-1][:MESSAGES]}
            case "POST", ["conversations"]:
                return self._make_talk(body)
            case method, ["conversations", talk, *rest] if any(one["id"] == int(talk) for one in self.talks):
                return self._answer_talk(method, rest, self.find(int(talk)), query, body)
        return NOT_FOUND

    def _answer_talk(self, method: str, rest: list[str], talk: Json, query: Json, body: Json) -> tuple[int, Json]:
        match method, rest:
            case "GET", []:
                return 200, self._show(talk)
            case "GET", ["messages"]:
                before = int(query.get("before", 10**9))
                shown = [{**one, "message_type": KINDS.index(one["message_type"])} for one in talk["messages"]]
                return 200, {"meta": {}, "payload": [one for one in shown if one["id"] < before][-MESSAGES:]}
            case "POST", ["messages"]:
                return 200, self._write(talk, body)
            case "PATCH", ["messages", message] if not self.old:
                self.failed[int(message)] = body["external_error"]
                state = {"external_error": body["external_error"]}
                self.told.append(build_reply(talk["id"], "", int(message), content_attributes=state))
                return 200, {"id": int(message), "content": "", "message_type": 1, "source_id": None}
            case "POST", ["toggle_status"]:
                self._set(talk, body["status"])
                payload = {"success": True, "current_status": talk["status"], "conversation_id": talk["id"]}
                return 200, {"meta": {}, "payload": payload}
        return NOT_FOUND

    def _search(self, query: Json) -> list[Json]:
        found = [one for one in self.contacts if query["q"] in one["identifier"] or query["q"] in one["name"]]
        if query.get("sort") == "-created_at":
            found.reverse()
        start = (int(query.get("page", 1)) - 1) * PEOPLE
        return found[start : start + PEOPLE]

    def _make_contact(self, body: Json) -> tuple[int, Json]:
        if any(one["identifier"] == body["identifier"] for one in self.contacts):
            return 422, {"message": "Identifier has already been taken", "attributes": ["identifier"]}
        known = {"id": next(self.ids), "name": body["name"], "identifier": body["identifier"], "contact_inboxes": []}
        self.contacts.append(known)
        inbox = self._join(known, f"uuid-{next(self.ids)}") if body.get("inbox_id") else {}
        return 200, {"payload": {"contact": known, "contact_inbox": inbox}}

    def _join(self, contact: Json, source: str) -> Json:
        inbox = {"source_id": source, "inbox": {"id": INBOX, "channel_type": "Channel::Api"}}
        contact["contact_inboxes"].append(inbox)
        return inbox

    def _find_contact(self, contact: int) -> Json:
        return next(one for one in self.contacts if one["id"] == contact)

    def _make_talk(self, body: Json) -> tuple[int, Json]:
        source = body.get("source_id")
        if source == "" or not any(one["id"] == body["contact_id"] for one in self.contacts):
            return NOT_FOUND
        own = [one for one in self.talks if one["source_id"] == source]
        if not (self.single and own):
            number = len(self.talks) + 1
            status = "pending" if self.bot else body.get("status", "open")
            own = [{**body, "id": number, "status": status, "assignee": None, "messages": []}]
            self.talks += own
        return 200, self._show(own[-1])

    def _show(self, talk: Json) -> Json:
        return {key: talk[key] for key in ("id", "status", "inbox_id", "custom_attributes")} | {"messages": []}

    def _write(self, talk: Json, body: Json) -> Json:
        # What its builder knows; the rest is left out.
        known = {key: body.get(key) for key in ("content", "message_type", "source_id")}
        message = {"id": next(self.ids), "content_type": "text", "private": body.get("private", False), **known}
        talk["messages"].append(message)
        self.told.append(build_message(talk["id"], message, "Seva"))
        if message["message_type"] == "incoming" and talk["status"] in ("resolved", "snoozed"):
            talk["status"] = "open"
        return {**message, "message_type": KINDS.index(message["message_type"])}

    def _set(self, talk: Json, status: str) -> None:
        talk["status"] = status
        if status == "open":
            talk["assignee"] = "Seva"  # the token is an agent's
        self.told.append(build_status(talk["id"], status))

    def find(self, talk: int) -> Json:
        return next(one for one in self.talks if one["id"] == talk)

    def read(self, talk: int) -> list[tuple[str, str]]:
        """What stands in a conversation: `incoming`, or `note` for what is private."""
        said = self.find(talk)["messages"]
        return [("note" if one["private"] else str(one["message_type"]), str(one["content"])) for one in said]

    def write(self, talk: int, text: str) -> None:
        """An agent's private word there."""
        self._write(self.find(talk), {"content": text, "message_type": "outgoing", "private": True})


def build_status(talk: int, status: str) -> Json:
    """What the webhook tells of a conversation (`conversation_status_changed`)."""
    return {
        "event": "conversation_status_changed",
        "id": talk,
        "channel": "Channel::Api",
        "inbox_id": INBOX,
        "status": status,
        "messages": [],
        "meta": {"sender": {"id": 100, "name": "Asha", "type": "contact"}, "assignee": None},
        "changed_attributes": [{"status": {"previous_value": "open", "current_value": status}}],
    }


def build_message(talk: int, message: Json, sender: str) -> Json:
    """What the webhook tells of a message (`message_created`)."""
    return {
        "event": "message_created",
        "account": {"id": ACCOUNT, "name": "Shop"},
        "additional_attributes": {},
        "content_attributes": {},
        "content_type": message["content_type"],
        "content": message["content"],
        "conversation": {"id": talk, "status": "open", "inbox_id": INBOX, "channel": "Channel::Api", "messages": []},
        "created_at": "2026-11-22T10:00:00.000Z",
        "id": message["id"],
        "inbox": {"id": INBOX, "name": "Seva"},
        "message_type": message["message_type"],
        "private": message["private"],
        "sender": {"id": 1, "name": sender, "email": "ravi@shop.example", "type": "user"},
        "source_id": message["source_id"],
    }


def build_reply(talk: int, text: str | None, reply: int, **more: object) -> Json:
    """What the webhook tells of an agent's message."""
    message = {"id": reply, "content": text, "content_type": "text", "message_type": "outgoing"}
    return build_message(talk, {**message, "private": False, "source_id": None}, "Ravi Patel") | more


def build_file() -> Json:
    """A file of a message (app/models/attachment.rb, `push_event_data`)."""
    url = "https://chatwoot.example/rails/active_storage/blobs/redirect/x/bill.pdf"
    return {
        "id": 5, "message_id": 57, "file_type": "file", "account_id": ACCOUNT, "extension": None,
        "data_url": url, "thumb_url": "", "file_size": 1200, "width": None, "height": None,
    }  # fmt: skip


def sign(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The headers of its webhooks."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"x-chatwoot-signature": f"sha256={digest}", "x-chatwoot-timestamp": stamp, "x-chatwoot-delivery": "d-1"}
