"""An open web chat asks for its way into Telegram."""

from __future__ import annotations

import json

import httpx
import pytest

from bot.assembly import Gateway
from bot.channels.telegram.connection import LINK_PATH
from bot.channels.webchat.sessions import SessionIds
from bot.config import config
from bot.conversations.models import ChannelIdentity
from tests.fakes.bot_api_server import FakeBotApi
from tests.fakes.rows import in_database
from tests.fakes.running import Running
from tests.fakes.visitor import wait_until
from tests.flows.telegram.conftest import People


async def ask(url: str, body: bytes) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        return await client.post(LINK_PATH, content=body)


async def test_a_session_gets_an_address_that_joins_it(
    people: People, gateway: Gateway, bot_api: Running[FakeBotApi]
) -> None:
    person = people()
    session = SessionIds(config().secret_key.reveal()).issue()
    answers = [await ask(person.url, json.dumps({"session": session}).encode()) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    address, _, token = answers[0].json()["url"].partition("?start=")
    assert (address, len(token)) == ("https://t.me/seva_test_bot", 32)
    await person.say(f"/start {token}")
    await wait_until(lambda: bot_api.app.shown, "a word")
    contacts = await in_database(lambda: set(ChannelIdentity.objects.values_list("contact_id", flat=True)))
    assert len(contacts) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"[]", 400), (b'{"session": 5}', 403), (b'{"session": "made.up"}', 403), (b"{" * 9_000, 400)],
)
async def test_a_session_of_nobody_gets_none(people: People, body: bytes, status: int) -> None:
    answer = await ask(people().url, body)
    assert answer.status_code == status
    assert not await in_database(ChannelIdentity.objects.exists)
