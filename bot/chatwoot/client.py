"""Chatwoot's Application API, as far as the mirror needs it.

Paths and fields: chatwoot/chatwoot, swagger/paths/application and swagger/definitions/request. Where these are silent
or wrong: app/controllers/api/v1/accounts/{contacts,conversations}_controller.rb, contacts/contact_inboxes_controller.rb
and app/builders/{contact_inbox,conversation,messages/message}_builder.rb (read in November 2026).
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from bot.config import Config

Json = dict[str, Any]
TIMEOUT_S = 10.0
# Pages turned at most: of 15 contacts (contacts_controller.rb), of 20 messages (app/finders/message_finder.rb).
PEOPLE_PAGES_MAX = 40
MESSAGE_PAGES_MAX = 10


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

    async def load_person(self, identifier: str, name: str) -> Person:
        """The contact in the inbox, made if there is none. Safe to call again: identifiers are unique in an account."""
        body = {"inbox_id": self.inbox_id, "name": name, "identifier": identifier}
        try:
            made = (await self._call("POST", "/contacts", body))["payload"]
        except ChatwootRefused as error:
            found = await self._find_contact(identifier) if error.status == HTTPStatus.UNPROCESSABLE_ENTITY else None
            if found is None:
                raise
            return Person(int(found["id"]), self._find_source(found) or await self._join_inbox(int(found["id"])))
        return Person(int(made["contact"]["id"]), str(made["contact_inbox"]["source_id"]))

    async def find_talk(self, person: Person, conversation: str) -> int | None:
        """The number of the conversation that was made for this one of ours."""
        found = await self._call("GET", f"/contacts/{person.contact_id}/conversations")
        for one in found.get("payload") or []:
            if (one.get("custom_attributes") or {}).get("seva_conversation") == conversation:
                return int(one["id"])
        return None

    async def make_talk(self, person: Person, attributes: Json) -> int:
        """A new conversation; its number. In an inbox that keeps one conversation a contact, the number of that one."""
        body = {
            "inbox_id": self.inbox_id,
            "contact_id": person.contact_id,
            "source_id": person.source_id,
            "status": "open",
            "custom_attributes": attributes,
        }
        return int((await self._call("POST", "/conversations", body))["id"])

    async def has_message(self, talk: int, source_id: str) -> bool:
        """Whether a message that may have arrived is there; looks back over its newest 200."""
        before: Json = {}
        for _ in range(MESSAGE_PAGES_MAX):
            found = (await self._call("GET", f"/conversations/{talk}/messages", params=before)).get("payload") or []
            if any(one.get("source_id") == source_id for one in found):
                return True
            if not found:
                return False
            before = {"before": min(int(one["id"]) for one in found)}
        return False

    async def write(self, talk: int, text: str, source_id: str, *, incoming: bool = False) -> None:
        """The customer's words (`incoming`), or a private note: what is private never comes back to us.

        `source_id` is not in Chatwoot's description, but message_builder.rb keeps it.
        """
        kind = (
            {"message_type": "incoming", "private": False}
            if incoming
            else {"message_type": "outgoing", "private": True}
        )
        await self._call("POST", f"/conversations/{talk}/messages", {"content": text, "source_id": source_id, **kind})

    async def fail(self, talk: int, message: int, reason: str) -> None:
        """Marks an agent's message as failed, with the reason. 404 if Chatwoot cannot (before 4.2, April 2025)."""
        body = {"status": "failed", "external_error": reason}
        await self._call("PATCH", f"/conversations/{talk}/messages/{message}", body)

    async def open(self, talk: int) -> None:
        """Makes it one that agents see, unless it is.

        Not set blindly: with an agent's token Chatwoot assigns what is set to open to that agent, away from the others'
        list (conversations_controller.rb, `should_assign_conversation?`).
        """
        if (await self._call("GET", f"/conversations/{talk}")).get("status") != "open":
            await self._set_status(talk, "open")

    async def resolve(self, talk: int) -> None:
        """It is over."""
        await self._set_status(talk, "resolved")

    async def _set_status(self, talk: int, status: str) -> None:
        await self._call("POST", f"/conversations/{talk}/toggle_status", {"status": status})

    async def _find_contact(self, identifier: str) -> Json | None:
        # The search finds parts of names and identifiers, so that "seva-1" finds "seva-10" too. Newest first: what is
        # looked for was mostly made a moment ago (`-created_at` is in the source, not in the description).
        for page in range(1, PEOPLE_PAGES_MAX + 1):
            asked = {"q": identifier, "sort": "-created_at", "page": page}
            found = (await self._call("GET", "/contacts/search", params=asked)).get("payload") or []
            for one in found:
                if one.get("identifier") == identifier:
                    return dict(one)
            if not found:
                return None
        return None

    async def _join_inbox(self, contact: int) -> str:
        # Without a source_id the conversation would be refused with 404 (contact_inbox_builder.rb).
        made = await self._call("POST", f"/contacts/{contact}/contact_inboxes", {"inbox_id": self.inbox_id})
        return str(made["source_id"])

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
