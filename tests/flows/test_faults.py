"""Rasa or its actions are away, slow or broken: nothing is lost, nobody is left in silence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.conversations.models import Conversation, HandOff, Message, Turn
from bot.conversations.states import Handling, State, TurnState
from bot.language.texts import say
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running
from tests.fakes.visitor import Visitor, wait_until

Visitors = Callable[[], Visitor]
NOTICE = say("system.fault.delayed", "en")
GAVE_UP = say("system.fault.gave_up", "en")


def count_notices(visitor: Visitor) -> int:
    return sum(NOTICE in text for text in visitor.texts())


async def test_a_message_waits_for_rasa_and_the_customer_is_told_once(
    visitors: Visitors, rasa: Running[FakeRasa]
) -> None:
    rasa.app.down = "action_unavailable"
    visitor = visitors()
    await visitor.open()
    await visitor.send("first question")
    await visitor.wait_for_text(NOTICE)
    await visitor.send("second question")
    asked = len(rasa.app.asked)
    await wait_until(lambda: len(rasa.app.asked) > asked + 6, "more tries")
    assert count_notices(visitor) == 1
    rasa.app.down = ""
    await visitor.wait_for_text("about: second question")
    assert [run[2] for run in rasa.app.ran] == ["first question", "second question"]
    conversation = await in_database(Conversation.objects.get)
    assert (conversation.state, conversation.fault_told, conversation.failing_since) == (State.BOT, False, None)


async def test_a_stopped_rasa_is_an_outage_and_not_the_messages_fault(
    visitors: Visitors, rasa: Running[FakeRasa]
) -> None:
    await rasa.stop()
    visitor = visitors()
    await visitor.open()
    await visitor.send("anybody there?")
    await visitor.wait_for_text(NOTICE)
    turn = await wait_for_rows(Turn.objects.filter(failures__gt=6).first, "many tries")
    assert turn.attempts == 0
    await rasa.start()
    await visitor.wait_for_text("about: anybody there?")
    assert len(rasa.app.ran) == 1


async def test_a_rasa_that_still_loads_its_model_is_waited_for(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    rasa.app.loading = True
    visitor = visitors()
    await visitor.open()
    await visitor.send("good morning")
    await wait_for_rows(Turn.objects.filter(failures__gt=6, attempts=0).exists, "uncounted tries")
    rasa.app.loading = False
    await visitor.wait_for_text("about: good morning")


async def test_a_retry_asks_exactly_the_same(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    rasa.app.drop_answers = 2
    visitor = visitors()
    await visitor.open()
    await visitor.send("count me once")
    await visitor.send("and me")
    await visitor.wait_for_text("about: and me")
    first = [(a["message_id"], a["text"]) for a in rasa.app.asked if a["message_id"] == rasa.app.ran[0][1]]
    assert len(first) >= 2
    assert len(set(first)) == 1
    assert len(rasa.app.ran) == 2
    assert sum("count me once" in text for text in visitor.texts()) == 1


@pytest.mark.parametrize(
    "word", ["agent", "Agent!!", "maanas", "માણસ", "મારે માણસ સાથે વાત કરવી છે", "மனிதர்", "human please"]
)
async def test_a_person_is_reachable_while_rasa_is_down(visitors: Visitors, rasa: Running[FakeRasa], word: str) -> None:
    rasa.app.down = "action_unavailable"
    visitor = visitors()
    await visitor.open()
    await visitor.send("my parcel is lost")
    await wait_for_rows(Conversation.objects.exclude(failing_since=None).exists, "the fault")
    await visitor.send(word)
    await visitor.wait_for_text(say("system.fault.person", "en"))
    await visitor.wait_for_text("colleague will")
    record = await in_database(HandOff.objects.get)
    assert record.reason == "asked"
    assert "my parcel is lost" in str(record.summary["last"])
    assert not await in_database(Message.objects.filter(handling=Handling.PENDING).exists)
    rasa.app.down = ""
    await visitor.send("still here")
    assert rasa.app.ran == []


@pytest.mark.parametrize("fault", ["poison", "malformed", "silence"])
async def test_a_message_that_always_fails_goes_to_a_person(
    visitors: Visitors, rasa: Running[FakeRasa], fault: str
) -> None:
    rasa.app.poison = "snake" if fault == "poison" else ""
    rasa.app.malformed = fault == "malformed"
    visitor = visitors()
    await visitor.open()
    ack = await visitor.send("a snake in silence")
    await visitor.wait_for_text(GAVE_UP)
    await visitor.wait_for_text("colleague will")
    turn = await in_database(Turn.objects.get)
    assert (turn.state, turn.attempts) == (TurnState.DEAD, 5)
    assert (await in_database(Message.objects.get, pk=ack["id"])).handling == Handling.DEAD
    record = await in_database(HandOff.objects.get)
    assert (record.reason, record.conversation_id) == ("action_failed", turn.conversation_id)


async def test_one_poisonous_message_holds_up_nobody_else(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    rasa.app.poison = "snake"
    bitten, other = visitors(), visitors()
    await bitten.open()
    await other.open()
    await bitten.send("a snake")
    for number in range(5):
        await other.send(f"fine {number}")
        await other.wait_for_text(f"about: fine {number}")
    await bitten.wait_for_text(GAVE_UP)


async def test_a_hanging_rasa_is_given_up_in_time(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    rasa.app.hold = asyncio.Event()
    visitor = visitors()
    await visitor.open()
    await visitor.send("slow")
    await wait_for_rows(Turn.objects.filter(failures=1, attempts=1).exists, "a counted try, Rasa itself being well")
    rasa.app.hold.set()
    await visitor.wait_for_text("about: slow")
    assert len(rasa.app.ran) <= 2  # the abandoned try may have run to its end


async def test_a_wrong_token_waits_for_the_operator(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    right, rasa.app.token = rasa.app.token, "another"
    visitor = visitors()
    await visitor.open()
    await visitor.send("hello")
    await wait_for_rows(Turn.objects.filter(failures__gt=6, attempts=0).exists, "uncounted tries")
    rasa.app.token = right
    await visitor.wait_for_text("about: hello")
