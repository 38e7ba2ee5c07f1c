"""Chatwoot beside the gateway, and a conversation in it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction

from bot.api import courier as courier_module
from bot.api import deliveries
from bot.api.courier import Courier
from bot.api.models import Delivery, Endpoint
from bot.assembly import build_courier
from bot.channels.reports import DeliveryReport
from bot.channels.webhooks import Request, Webhook
from bot.chatwoot.mirror import KEY
from bot.config import Secret, config
from bot.conversations import handoffs
from bot.conversations.database import DatabasePool
from bot.conversations.models import Conversation, Message
from bot.conversations.reports import record_reports
from bot.conversations.states import Reason, State
from tests.bot.desk.conftest import Make, make, meera
from tests.fakes.chatwoot_server import ACCOUNT, INBOX, SECRET, TOKEN, Chatwoot, sign
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running, run_app

__all__ = ["make", "meera"]


@pytest.fixture
async def chatwoot() -> AsyncIterator[Running[Chatwoot]]:
    """The other desk."""
    async with run_app(Chatwoot()) as running:
        yield running


@pytest.fixture
async def hook(
    transactional_db: None, chatwoot: Running[Chatwoot], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Webhook]:
    """Our end of its webhook; what carries events to it runs beside."""
    async with connect(chatwoot.url, monkeypatch) as webhook:
        yield webhook


@contextlib.asynccontextmanager
async def connect(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Webhook]:
    """The connector to the Chatwoot at this address, while the block runs."""
    monkeypatch.setattr(deliveries, "PAUSES_S", (0.01,))
    monkeypatch.setattr(courier_module, "LOOK_EVERY_S", 0.02)
    settings = replace(
        config(),
        chatwoot_url=url,
        chatwoot_account_id=ACCOUNT,
        chatwoot_inbox_id=INBOX,
        chatwoot_token=Secret(TOKEN),
        chatwoot_webhook_secret=Secret(SECRET),
    )
    pool = DatabasePool(connection.vendor)
    hooks: dict[str, Webhook] = {}
    courier: Courier = build_courier(settings, pool, hooks)
    courier.start()
    await wait_for_rows(lambda: Endpoint.objects.filter(active=True).exists(), "the connection")
    yield hooks["/webhooks/chatwoot"]
    await courier.stop()
    await hooks["/webhooks/chatwoot"]._client.close()  # type: ignore[attr-defined]
    await pool.close()


@transaction.atomic
def hand_off(found: Conversation) -> None:
    handoffs.hand_off(handoffs.lock_conversation(found.pk), Reason.ASKED)


async def begin(make: Make, chatwoot: Chatwoot, words: str = "I want a person") -> Conversation:
    found = await in_database(make, words, State.BOT)
    await in_database(hand_off, found)
    await settle()
    return found


async def settle() -> None:
    await wait_for_rows(lambda: not Delivery.objects.exclude(state="delivered").exists(), "the mirror")


async def fail(reply: int, reason: str) -> None:
    """The channel says that a reply from there did not arrive."""
    message = await in_database(lambda: Message.objects.get(client_key=f"{KEY}{reply}"))
    report = DeliveryReport("webchat", f"{reply}-{reason}", "failed", own_id=message.pk, reason=reason)
    await in_database(record_reports, [report])
    await settle()


async def tell(hook: Webhook, body: dict[str, Any], **headers: str) -> int:
    raw = json.dumps(body).encode()
    return int((await hook.answer(Request("POST", {}, headers or sign(raw), raw))).status)
