"""Long polling against a gateway of its own process: killed anywhere, it loses nothing and doubles nothing."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.channels.telegram import polling
from bot.channels.telegram.api import BotApi
from bot.channels.telegram.polling import NotDelivered, Poller
from bot.cli.channels import judge_delivery
from bot.config import Secret
from bot.errors import ConfigError
from tests.fakes.bot_api_server import TOKEN, FakeBotApi
from tests.fakes.crashing import GatewayProcess, OwnDatabase
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.running import Running
from tests.fakes.telegram_person import PATH, SECRET, TelegramPerson
from tests.fakes.visitor import wait_until

Api = Running[FakeBotApi]
_numbers = itertools.count(800_000_001)
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no test waits for what is only long in life."""
    monkeypatch.setattr(polling, "choose_pause", lambda tries: 0.05)
    monkeypatch.setattr(polling, "RIVAL_PAUSE_S", 0.02)
    monkeypatch.setattr(polling, "IDLE_PAUSE_S", 0.02)


@pytest.fixture
async def api(bot_api: Api) -> AsyncIterator[BotApi]:
    """The bot's own calls."""
    made = BotApi(Secret(TOKEN), bot_api.url)
    yield made
    await made.close()


def build_updates(*texts: str) -> list[dict[str, Any]]:
    """What a person wrote while nobody asked."""
    person = TelegramPerson("")
    return [{"update_id": next(_numbers), "message": person.build_message(text=text)} for text in texts]


async def poll_until(poller: Poller, done: Any, what: str) -> None:
    running = asyncio.create_task(poller.run())
    try:
        await wait_until(lambda: done() or running.done(), what)
        if running.done():
            await running
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def test_nothing_is_confirmed_before_it_is_taken(bot_api: Api, api: BotApi) -> None:
    bot_api.app.updates = build_updates("one", "two", "three")
    first, *_, last = (update["update_id"] for update in bot_api.app.updates)
    taken: list[int] = []
    down = [NotDelivered("down")] * 3

    async def deliver(update: dict[str, Any]) -> None:
        if len(taken) == 1 and down:
            assert bot_api.app.confirmed <= first
            raise down.pop()
        taken.append(update["update_id"])

    await poll_until(Poller(api, deliver, wait_s=0), lambda: bot_api.app.confirmed == last + 1, "all confirmed")
    assert taken == [first, first + 1, last]


async def test_a_new_start_gets_what_was_not_confirmed(bot_api: Api, api: BotApi) -> None:
    bot_api.app.updates = build_updates("one", "two")
    taken: list[int] = []

    async def deliver(update: dict[str, Any]) -> None:
        taken.append(update["update_id"])
        if len(taken) == 2:
            raise asyncio.CancelledError  # the process ends here

    with contextlib.suppress(asyncio.CancelledError):
        await Poller(api, deliver, wait_s=0).take_some()
    await poll_until(Poller(api, deliver, wait_s=0), lambda: not bot_api.app.updates, "all confirmed")
    assert Counter(taken).keys() == set(range(min(taken), max(taken) + 1))


async def test_numbers_that_begin_anew_are_not_skipped(bot_api: Api, api: BotApi) -> None:
    taken: list[int] = []

    async def deliver(update: dict[str, Any]) -> None:
        taken.append(update["update_id"])

    poller = Poller(api, deliver, wait_s=0)
    bot_api.app.updates = [{"update_id": 500}]
    assert [await poller.take_some(), await poller.take_some()] == [1, 0]
    bot_api.app.updates = [{"update_id": 20}]
    await poller.take_some()
    assert taken == [500, 20]


@pytest.mark.parametrize(
    ("code", "description"),
    [
        (409, "Conflict: terminated by other getUpdates request"),
        (409, "Conflict: can't use getUpdates method while webhook is active"),
        (429, "Too Many Requests: retry after 0"),
        (502, "Bad Gateway"),
    ],
)
async def test_polling_goes_on_after_a_refusal(bot_api: Api, api: BotApi, code: int, description: str) -> None:
    bot_api.app.webhook = {"url": "https://elsewhere.example"}
    bot_api.app.updates = build_updates("one")
    bot_api.app.fail_next("getUpdates", code, description)
    taken: list[dict[str, Any]] = []

    async def deliver(update: dict[str, Any]) -> None:
        taken.append(update)

    await poll_until(Poller(api, deliver, wait_s=0), lambda: taken, "the update")
    assert (bot_api.app.webhook == {}) == ("webhook" in description)


async def test_a_wrong_token_ends_polling(bot_api: Api, api: BotApi) -> None:
    bot_api.app.token = "another"

    async def deliver(update: dict[str, Any]) -> None:
        raise AssertionError("nothing to deliver")

    with pytest.raises(ConfigError, match="TELEGRAM_BOT_TOKEN"):
        await Poller(api, deliver, wait_s=0).run()


@pytest.mark.parametrize("point", ["before_a", "after_a", "before_b", "inside_b", "after_b", "before_c", "after_c"])
async def test_a_gateway_that_dies_loses_and_doubles_nothing(
    own_database: OwnDatabase, rasa: Running[FakeRasa], bot_api: Api, api: BotApi, point: str
) -> None:
    gateway = GatewayProcess(
        own_database, rasa.url, TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_WEBHOOK_SECRET=SECRET, TELEGRAM_API_URL=bot_api.url
    )
    texts = [f"{point} {number}" for number in range(4)]
    bot_api.app.updates = build_updates(*texts)

    running: asyncio.Task[None] | None = None
    async with httpx.AsyncClient(trust_env=False, timeout=2, headers=HEADERS) as client:

        async def deliver(update: dict[str, Any]) -> None:
            try:
                answer = await client.post(gateway.url + PATH, json=update)
            except httpx.HTTPError as error:
                raise NotDelivered(type(error).__name__) from None
            judge_delivery(answer.status_code)

        try:
            await gateway.start(point, 2)
            running = asyncio.create_task(Poller(api, deliver, wait_s=0).run())
            await gateway.wait_for_death()
            await gateway.start()
            await wait_until(lambda: not bot_api.app.updates, "all taken", 30)
            await wait_until(lambda: not find_unfinished(own_database), "all sent", 30)
        finally:
            if running:
                running.cancel()
            await gateway.end()
    rows = own_database.read("SELECT text FROM conversations_message WHERE direction = 'inbound' ORDER BY id")
    assert [text for (text,) in rows] == texts
    shown = bot_api.app.texts("4711")
    kept = [text for index, text in enumerate(shown) if text not in shown[:index]]
    assert [line for text in kept for line in text.removeprefix("about: ").split("\n")] == texts
    marked = own_database.read("SELECT text FROM conversations_message WHERE maybe_repeated")
    repeats = {text.partition(": ")[2] for text in bot_api.app.find_repeats()}
    assert repeats <= {text for (text,) in marked}


def find_unfinished(database: OwnDatabase) -> list[Any]:
    return database.read(
        "SELECT id FROM conversations_message WHERE handling = 'pending'"
        " OR delivery IN ('queued', 'sending', 'delayed', 'failed')"
    )
