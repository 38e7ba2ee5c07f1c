"""Meta's side of the webhook: builds bodies as WhatsApp sends them, signs them, posts them, repeats what got no 200."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.fakes.graph_server import PHONE_NUMBER_ID, TOKEN

Json = dict[str, Any]
APP_SECRET = "tests-only-app-secret"
VERIFY_TOKEN = "tests-only-word"
PATH = "/webhooks/whatsapp"
SETTINGS = {
    "whatsapp_phone_number_id": PHONE_NUMBER_ID,
    "whatsapp_access_token": TOKEN,
    "whatsapp_app_secret": APP_SECRET,
    "whatsapp_verify_token": VERIFY_TOKEN,
}
USER = "919876500001"


class Meta:
    """One webhook subscription. `url`: the gateway; it may die and come back there."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.AsyncClient(timeout=10, trust_env=False)
        self._numbers = itertools.count(1)
        self.taken: list[str] = []

    async def close(self) -> None:
        await self._client.aclose()

    async def post(self, body: Json | bytes, **headers: str) -> httpx.Response:
        """One try; signed unless `signature` says otherwise."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signature = headers.pop("signature", sign(raw))
        named = {"X-Hub-Signature-256": signature} if signature else {}
        return await self._client.post(self.url + PATH, content=raw, headers={**named, **headers})

    async def get(self, query: dict[str, str]) -> httpx.Response:
        """The verification."""
        return await self._client.get(self.url + PATH, params=query)

    async def deliver(self, body: Json) -> None:
        """Until it is taken, as Meta does, only faster."""
        while True:
            try:
                if (await self.post(body)).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.02)

    async def say(self, text: str, user: str = USER) -> str:
        """A person writes; their message's wamid."""
        message = build_text(text, user, f"wamid.in{user}.{next(self._numbers)}")
        await self.deliver(envelope(messages=[message]))
        self.taken.append(text)
        return str(message["id"])


def sign(raw: bytes, secret: str = APP_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def envelope(phone_number_id: str = PHONE_NUMBER_ID, **value: Any) -> Json:
    """A body with one change of the field `messages`."""
    metadata = {"display_phone_number": "15550783881", "phone_number_id": phone_number_id}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def build_message(kind: str, content: Json | None, user: str = USER, wamid: str = "wamid.in", **more: Any) -> Json:
    """One element of `messages`, sent now."""
    sender = {"from": user} if user.isdigit() else {"from_user_id": user}
    body: Json = {"id": wamid, "timestamp": str(int(time.time())), "type": kind, **sender, **more}
    return body | ({kind: content} if content is not None else {})


def build_text(text: str, user: str = USER, wamid: str = "wamid.in", **more: Any) -> Json:
    return build_message("text", {"body": text}, user, wamid, **more)


def build_status(wamid: str, status: str, opaque: str = "", **more: Any) -> Json:
    """One element of `statuses`."""
    body: Json = {"id": wamid, "status": status, "timestamp": str(int(time.time())), "recipient_id": USER, **more}
    return body | ({"biz_opaque_callback_data": opaque} if opaque else {})


def report_by(meta: Meta, *statuses: str) -> tuple[Callable[[Json, str], None], set[asyncio.Task[None]]]:
    """An `on_accept` for the fake Graph that reports these statuses of each message, until each is taken."""
    under_way: set[asyncio.Task[None]] = set()

    def report(body: Json, wamid: str) -> None:
        for status in statuses:
            found = build_status(wamid, status, str(body["biz_opaque_callback_data"]))
            task = asyncio.get_running_loop().create_task(meta.deliver(envelope(statuses=[found])))
            under_way.add(task)
            task.add_done_callback(under_way.discard)

    return report, under_way
