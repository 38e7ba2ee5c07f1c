"""Stars in Telegram: an inline keyboard, one row a step, pressed twice at once."""

from __future__ import annotations

import asyncio

from django.contrib.auth.models import User

from bot.language.texts import say
from tests.fakes.bot_api_server import FakeBotApi
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database
from tests.fakes.running import Running
from tests.fakes.visitor import wait_until
from tests.flows.telegram.conftest import People
from tests.flows.test_ratings import ASK, FOUR, THANKS, check_kept, solve


async def test_a_keyboard_of_five(
    people: People, bot_api: Running[FakeBotApi], rasa: Running[FakeRasa], agent: User
) -> None:
    person = people()
    await person.say("hello")
    await wait_until(lambda: bot_api.app.texts() == ["about: hello"], "the answer")
    solved = await in_database(solve, agent)
    await wait_until(lambda: bot_api.app.texts()[-1].endswith(ASK), "the question")
    asked = bot_api.app.shown[-1]
    assert [len(row) for row in asked["reply_markup"]["inline_keyboard"]] == [1] * 5
    await asyncio.gather(person.tap(asked, 1), person.tap(asked, 1))
    await wait_until(lambda: THANKS in bot_api.app.texts(), "the thanks")
    await wait_until(lambda: FOUR in [params.get("text") for _, params in bot_api.app.calls], "a word on the button")
    # Somebody else presses what they were never shown: it is nothing.
    await people(chat=666).tap(asked, 0)
    assert say("system.rating.thanks", "en", stars=5) not in bot_api.app.texts()
    assert bot_api.app.find_repeats() == []
    await check_kept(solved, rasa.app)
