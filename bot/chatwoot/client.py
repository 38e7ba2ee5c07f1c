"""Chatwoot's Application API, as far as the mirror needs it.

Paths and fields: developers.chatwoot.com/api-reference (conversations/create-new-conversation, contacts, messages) and
chatwoot/chatwoot, app/controllers/api/v1/accounts/{contacts,conversations}_controller.rb and
app/builders/messages/message_builder.rb (`source_id`, `private`, `message_type`; read in November 2026).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from bot.config import Config

Json = dict[str, Any]
TIMEOUT_S = 10.0


class ChatwootRefused(Exception):
    """It said no. `status` as answered."""

    def __init__(self, status: int) -> None:
        super().__init__(f"Chatwoot answered {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Person:
    """A contact in the inbox; `source_id` joins the two."""

    contact_id: int
    source_id: str


class ChatwootClient:
    """One account and inbox. Methods raise httpx.HTTPError or ChatwootRefused; repeating may help."""

    def __init__(self, config: Config) -> None:
        self.inbox_id = config.chatwoot_inbox_id
        base = f"{config.chatwoot_url.rstrip('/')}/api/v1/accounts/{config.chatwoot_account_id}"
        headers = {"api_access_token": config.chatwoot_token.reveal()}
        self._http = httpx.AsyncClient(base_url=base, headers=headers, timeout=TIMEOUT_S, trust_env=False)

    async def close(self) -> None:
        """Ends its connections."""
        await self._http.aclose()

    async def find_person(self, identifier: str) -> Person | None:
        """Somebody who is there already."""
        found = await self._call("GET", "/contacts/search", params={"q": identifier})
        for one in found.get("payload") or []:
            if one.get("identifier") == identifier:
                return Person(int(one["id"]), self._find_source(one))
        return None

    async def make_person(self, identifier: str, name: str) -> Person:
        """A new contact in the inbox."""
        body = {"inbox_id": self.inbox_id, "name": name, "identifier": identifier}
        made = (await self._call("POST", "/contacts", body))["payload"]
        own = made.get("contact_inbox") or {}
        return Person(int(made["contact"]["id"]), str(own.get("source_id") or self._find_source(made["contact"])))

    async def find_talk(self, person: Person, conversation: str) -> int | None:
        """The number of the conversation that was made for this one of ours."""
        found = await self._call("GET", f"/contacts/{person.contact_id}/conversations")
        for one in found.get("payload") or []:
            if (one.get("custom_attributes") or {}).get("seva_conversation") == conversation:
                return int(one["id"])
        return None

    async def make_talk(self, person: Person, attributes: Json) -> int:
        """A new open conversation; its number."""
        body = {
            "inbox_id": self.inbox_id,
            "contact_id": person.contact_id,
            "source_id": person.source_id,
            "status": "open",
            "custom_attributes": attributes,
        }
        return int((await self._call("POST", "/conversations", body))["id"])

    async def has_message(self, talk: int, source_id: str) -> bool:
        """Whether a message that may have arrived is there."""
        found = await self._call("GET", f"/conversations/{talk}/messages")
        return any(one.get("source_id") == source_id for one in found.get("payload") or [])

    async def write(self, talk: int, text: str, source_id: str, *, incoming: bool = False) -> None:
        """The customer's words (`incoming`), or a private note: what is private never comes back to us."""
        kind = (
            {"message_type": "incoming", "private": False}
            if incoming
            else {"message_type": "outgoing", "private": True}
        )
        await self._call("POST", f"/conversations/{talk}/messages", {"content": text, "source_id": source_id, **kind})

    async def set_status(self, talk: int, status: str) -> None:
        """`open` or `resolved`."""
        await self._call("POST", f"/conversations/{talk}/toggle_status", {"status": status})

    def _find_source(self, contact: Json) -> str:
        for one in contact.get("contact_inboxes") or []:
            if (one.get("inbox") or {}).get("id") == self.inbox_id:
                return str(one.get("source_id") or "")
        return ""

    async def _call(self, method: str, path: str, body: Json | None = None, params: Json | None = None) -> Json:
        answer = await self._http.request(method, path, json=body, params=params)
        if not answer.is_success:
            raise ChatwootRefused(answer.status_code)
        found = answer.json() if answer.content else {}
        return found if isinstance(found, dict) else {}
