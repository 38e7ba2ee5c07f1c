"""A person in Telegram: what they do arrives as updates at the webhook of a gateway, as Telegram would deliver them."""

from __future__ import annotations

import itertools
import json
import ssl
from typing import Any

import httpx

Json = dict[str, Any]
SECRET = "tests-only-webhook-secret"
PATH = "/webhooks/telegram"
_updates = itertools.count(700_000_001)
# Made once: it takes longer than the request that does not need it.
_TLS = ssl.create_default_context()


class TelegramPerson:
    """`chat` is the person's id and that of their private chat with the bot."""

    def __init__(self, url: str, chat: int = 4711, language: str = "en") -> None:
        self.url = url
        self.chat = chat
        self.sender: Json = {"id": chat, "is_bot": False, "first_name": "Hetal", "language_code": language}
        self._numbers = itertools.count(1)

    async def say(self, text: str, **more: Any) -> Json:
        """Sends a text; the update, so that it can be delivered again."""
        return await self.send_message(text=text, **more)

    async def send_message(self, **content: Any) -> Json:
        """Any message."""
        return await self.deliver({"message": self.build_message(**content)})

    async def tap(self, shown: Json, place: int = 0) -> Json:
        """Presses a button of what the chat shows."""
        keys = [key for row in shown["reply_markup"]["inline_keyboard"] for key in row]
        return await self.press(shown, keys[place]["callback_data"])

    async def press(self, shown: Json, data: str) -> Json:
        """Sends this data as if a button of the message had been pressed."""
        message = {
            "message_id": shown["message_id"], "date": 1_760_000_000, "chat": {"id": self.chat, "type": "private"},
            "reply_markup": shown.get("reply_markup", {}),
        }  # fmt: skip
        query = {"id": str(next(_updates)), "from": self.sender, "message": message, "chat_instance": "1", "data": data}
        return await self.deliver({"callback_query": query})

    async def deliver(self, update: Json, expect: int = 200) -> Json:
        """Delivers it as Telegram does and checks the answer."""
        update = {"update_id": update.get("update_id") or next(_updates), **update}
        answer = await self.post(update)
        assert answer.status_code == expect, answer.text
        return update

    async def post(self, update: Any, secret: str = SECRET) -> httpx.Response:
        """The bare request."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=10, verify=_TLS) as client:
            body = update if isinstance(update, bytes) else json.dumps(update).encode()
            return await client.post(PATH, headers={"X-Telegram-Bot-Api-Secret-Token": secret}, content=body)

    def build_message(self, **content: Any) -> Json:
        """A message of this person, not delivered yet."""
        return {
            "message_id": next(self._numbers), "from": self.sender, "date": 1_760_000_000,
            "chat": {"id": self.chat, "type": "private", "first_name": "Hetal"}, **content,
        }  # fmt: skip
