"""A round trip over somebody else's Bot API (telegram-test-api), by polling as without a public address."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from bot.assembly import Gateway, build_gateway
from bot.channels.telegram import polling
from bot.channels.telegram.api import BotApi
from bot.channels.telegram.polling import NotDelivered, Poller
from bot.config import Secret, config
from tests.fakes.bot_api_server import TOKEN
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import wait_for_rows
from tests.fakes.running import Running, run_app
from tests.fakes.telegram_person import PATH, SECRET

Json = dict[str, Any]
PERSON = {"id": 4711, "first_name": "Asha", "username": "asha", "type": "private", "is_bot": False}


@dataclass
class Person:
    """Somebody whose Telegram talks to the test API."""

    http: httpx.AsyncClient

    async def say(self, text: str) -> None:
        """A message as the package's own client sends it."""
        body = {"botToken": TOKEN, "from": PERSON, "chat": PERSON, "date": int(time.time()), "text": text}
        await self._post("/sendMessage", body)

    async def press(self, data: str, message: Json) -> None:
        """A button under a message of the bot."""
        body = {"botToken": TOKEN, "from": PERSON, "data": data, "message": message}
        await self._post("/sendCallback", body)

    async def read(self) -> list[Json]:
        """All that the bot has sent."""
        history = (await self._post("/getUpdatesHistory", {"token": TOKEN}))["result"]
        sent = [one for one in history if "chat_id" in one.get("message", {})]
        return [one["message"] | {"message_id": one["messageId"]} for one in sent]

    async def _post(self, path: str, body: Json) -> Json:
        answer = await self.http.post(path, json=body)
        answer.raise_for_status()
        return dict(answer.json())


@pytest.fixture
async def gateway(transactional_db: None, rasa: Running[FakeRasa], telegram_url: str) -> AsyncIterator[Gateway]:
    settings = replace(
        config(),
        rasa_urls=(rasa.url,),
        telegram_bot_token=Secret(TOKEN),
        telegram_webhook_secret=Secret(SECRET),
        telegram_api_url=telegram_url,
    )
    built = build_gateway(settings)
    await built.start()
    yield built
    await built.stop()


@pytest.fixture
async def person(gateway: Gateway, telegram_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Person]:
    monkeypatch.setattr(polling, "IDLE_PAUSE_S", 0.05)
    async with run_app(gateway.webhooks) as webhooks, httpx.AsyncClient(base_url=webhooks.url) as inward:

        async def deliver(update: Json) -> None:
            answer = await inward.post(PATH, json=update, headers={"X-Telegram-Bot-Api-Secret-Token": SECRET})
            if answer.status_code != 200:
                raise NotDelivered(str(answer.status_code))

        api = BotApi(Secret(TOKEN), telegram_url)
        looking = asyncio.create_task(Poller(api, deliver, wait_s=0).run())
        async with httpx.AsyncClient(base_url=telegram_url) as http:
            yield Person(http)
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
        await api.close()


async def wait_for_words(person: Person, words: str) -> Json:
    """The bot's message that begins so."""
    async with asyncio.timeout(20):
        while True:
            found = [one for one in await person.read() if str(one.get("text", "")).startswith(words)]
            if found:
                return found[-1]
            await asyncio.sleep(0.05)


async def test_words_and_buttons_go_round(person: Person, rasa: Running[FakeRasa]) -> None:
    await person.say("how do I return it?")
    await wait_for_words(person, "about: how do I return it?")
    await person.say("buttons please")
    asked = await wait_for_words(person, "about: buttons please")
    keyboard = asked["reply_markup"]["inline_keyboard"]
    titles = [button["text"] for row in keyboard for button in row]
    assert titles == ["Refund time", "Yes, it helped"]
    await person.press(keyboard[0][0]["callback_data"], asked | {"chat": PERSON})
    await wait_for_words(person, 'about: /faq{"topic":"refund.time"}')
    assert [text for _, _, text in rasa.app.ran] == [
        "how do I return it?", "buttons please", '/faq{"topic":"refund.time"}',
    ]  # fmt: skip


async def test_many_words_arrive_in_order_and_once(person: Person, rasa: Running[FakeRasa]) -> None:
    said = [f"question {number} about returns, please" for number in range(12)]
    for text in said:
        await person.say(text)

    def heard() -> list[str]:
        return [line for _, _, text in rasa.app.ran for line in text.split("\n")]

    await wait_for_rows(lambda: len(heard()) >= len(said), "all questions")
    assert heard() == said
