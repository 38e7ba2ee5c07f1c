"""A whole gateway with Telegram on: its Bot API is the fake one, updates come over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from bot.assembly import Gateway, build_gateway
from bot.config import Secret, config
from tests.fakes.bot_api_server import TOKEN, FakeBotApi
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.running import Running, run_app
from tests.fakes.telegram_person import SECRET, TelegramPerson

People = Callable[..., TelegramPerson]


@pytest.fixture
async def bot_api() -> AsyncIterator[Running[FakeBotApi]]:
    """Telegram's side."""
    async with run_app(FakeBotApi()) as running:
        yield running


@pytest.fixture
async def gateway(
    transactional_db: None, rasa: Running[FakeRasa], bot_api: Running[FakeBotApi]
) -> AsyncIterator[Gateway]:
    """The gateway of all tests, with the channel's settings."""
    settings = replace(
        config(),
        rasa_urls=(rasa.url,),
        telegram_bot_token=Secret(TOKEN),
        telegram_webhook_secret=Secret(SECRET),
        telegram_api_url=bot_api.url,
    )
    built = build_gateway(settings)
    await built.start()
    yield built
    await built.stop()


@pytest.fixture
async def people(gateway: Gateway) -> AsyncIterator[People]:
    """Makes people who write to the bot."""
    async with run_app(gateway.webhooks) as running:

        def make(chat: int = 4711, language: str = "en") -> TelegramPerson:
            return TelegramPerson(running.url, chat, language)

        yield make
