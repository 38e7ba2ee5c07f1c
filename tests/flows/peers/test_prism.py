"""What we send to WhatsApp, against Meta's own description of it, served by somebody else's program (Prism)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.assembly import Gateway, build_gateway
from bot.channels.contract import Button, OutboundMessage, Sent
from bot.channels.media import File
from bot.channels.whatsapp import outcomes
from bot.config import Secret, config
from bot.conversations.models import Message
from bot.conversations.states import Delivery
from tests.fakes.meta import SETTINGS, Meta
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import wait_for_rows
from tests.fakes.running import Running, run_app

CARD = {
    "title": "Kurta", "subtitle": "cotton", "price": "₹899", "link": "https://shop.example/products/kurta",
    "image": "https://shop.example/kurta.png", "buttons": [{"id": "b_ask", "title": "Ask about it"}],
}  # fmt: skip


@pytest.fixture
async def gateway(
    transactional_db: None, rasa: Running[FakeRasa], prism_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Gateway]:
    """The gateway with Prism as Meta."""
    monkeypatch.setattr(outcomes, "RETRY_S", (0.02,) * 5)
    secrets = {name: Secret(value) if name != "whatsapp_phone_number_id" else value for name, value in SETTINGS.items()}
    settings: dict[str, Any] = {"whatsapp_api_url": f"{prism_url}/v23.0", "whatsapp_template": ("support",), **secrets}
    built = build_gateway(replace(config(), rasa_urls=(rasa.url,), **settings))
    await built.start()
    yield built
    await built.stop()


@pytest.mark.parametrize(
    "text",
    ["how do I return it?", "buttons please", "show me cards", "ગુજરાતી 🙂 " * 600],
    ids=["words", "buttons", "cards", "long"],
)
async def test_a_conversation_is_what_meta_describes(gateway: Gateway, text: str) -> None:
    async with run_app(gateway.webhooks) as webhooks:
        meta = Meta(webhooks.url)
        await meta.say(text)
        answers = Message.objects.filter(direction="outbound").exclude(delivery=Delivery.QUEUED)
        row = await wait_for_rows(lambda: answers.exclude(delivery="sending").first(), "the answer")
        await meta.close()
    assert (row.delivery, row.error) == (Delivery.SENT, "")
    # The one id that Prism knows.
    assert (row.external_id or "").startswith("wamid.")


def build_message(**more: Any) -> OutboundMessage:
    values: dict[str, Any] = {
        "id": 7, "channel": "whatsapp", "conversation": "c", "user_external_id": "919876500001", "author": "bot",
        "author_name": "Seva", "text": "Here you are", "created_at": datetime.now(UTC),
    }  # fmt: skip
    return OutboundMessage(**values | more)


@pytest.mark.parametrize(
    "more",
    [
        {"buttons": tuple(Button(f"b_{number}", f"Choice {number}") for number in range(3))},
        {"buttons": tuple(Button(f"b_{number}", f"Choice {number}") for number in range(9))},
        {"cards": (CARD,)},
        {"cards": (CARD,) * 4},
        {"image": "https://shop.example/kurta.png"},
        {"author": "agent", "author_name": "Meera", "text": "x" * 9000},
        {"author": "agent", "author_name": "Meera", "free_until": datetime.now(UTC) - timedelta(hours=1)},
        {"user_external_id": "IN.2081978709342942"},
    ],
    ids=["buttons", "list", "card", "cards", "picture", "long", "template", "business-scoped id"],
)
async def test_every_kind_of_message_is_what_meta_describes(gateway: Gateway, more: dict[str, Any]) -> None:
    assert gateway.whatsapp is not None
    assert isinstance(await gateway.whatsapp.send(build_message(**more)), Sent)


async def test_a_file_is_uploaded_as_meta_describes(gateway: Gateway, tmp_path: Path) -> None:
    assert gateway.whatsapp is not None
    bill = tmp_path / "bill.pdf"
    bill.write_bytes(b"%PDF-1.7 a bill")
    message = build_message(files=(File("document", bill, "application/pdf", "bill.pdf"),))
    assert isinstance(await gateway.whatsapp.send(message), Sent)


async def test_prism_does_say_no(prism_url: str) -> None:
    """Otherwise all of the above would prove nothing."""
    body = {"messaging_product": "whatsapp", "to": "919876500001", "type": "text", "text": {"words": "hi"}}
    headers = {"Authorization": "Bearer x", "User-Agent": "seva/0.1.0"}
    async with httpx.AsyncClient(base_url=prism_url, headers=headers) as http:
        assert (await http.post("/v23.0/1/messages", json=body)).status_code == 400
