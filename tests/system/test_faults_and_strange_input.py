"""What a customer hears of a broken action, and what becomes of text that no command line can carry."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest

from bot.language.texts import say
from tests.fakes.visitor import Visitor, wait_until
from tests.system.conftest import System

pytestmark = pytest.mark.rasa

ORDER, CONTACT = "TT-10402", "thomas.mathew@example.org"


@contextlib.asynccontextmanager
async def visiting(system: System) -> AsyncIterator[Visitor]:
    visitor = Visitor(system.url)
    await visitor.open()
    try:
        yield visitor
    finally:
        await visitor.leave()


async def test_an_action_that_raises_ends_in_honest_words_and_a_person(system: System) -> None:
    [(placed_at,)] = system.read_rows("SELECT placed_at FROM shop_order WHERE name = ?", ORDER)
    system.change_rows("UPDATE shop_order SET placed_at = 'yesterday' WHERE name = ?", ORDER)
    try:
        async with visiting(system) as visitor:
            ack = await visitor.send(f"where is my order {ORDER}, my mail is {CONTACT}")
            await visitor.wait_for_text(say("system.fault.gave_up", "en"))
            await wait_until(lambda: visitor.states and visitor.states[-1]["state"] == "waiting", "the hand-off")
            others = [text for text in visitor.texts() if say("system.fault.delayed", "en") in text]
    finally:
        system.change_rows("UPDATE shop_order SET placed_at = ? WHERE name = ?", placed_at, ORDER)
    [(reason, state, attempts)] = system.read_rows(
        "SELECT h.reason, t.state, t.attempts FROM conversations_message m"
        " JOIN conversations_turn t ON t.id = m.turn_id"
        " JOIN conversations_handoff h ON h.conversation_id = m.conversation_id"
        " WHERE m.id = ?",
        ack["id"],
    )
    assert (reason, state, attempts) == ("action_failed", "dead", 5)
    assert others in ([], [say("system.fault.delayed", "en")])


@pytest.mark.parametrize("text", ["how do I pay\x00 by upi", "\x00how do I pay by upi", "how do I pay by upi\x00\x00"])
async def test_nul_is_taken_out_and_the_question_answered(system: System, text: str) -> None:
    async with visiting(system) as visitor:
        ack = await visitor.send(text)
        assert ack["ok"]
        await wait_until(lambda: visitor.received, "an answer")
        assert visitor.received[0]["metadata"]["turn"]["topic"] == "payment.upi"
    [(stored,)] = system.read_rows("SELECT text FROM conversations_message WHERE id = ?", ack["id"])
    assert stored == "how do I pay by upi"


async def test_nothing_but_nul_is_refused_kindly(system: System) -> None:
    async with visiting(system) as visitor:
        ack = await visitor.send("\x00\x00", cid="nul")
        assert (ack["ok"], ack["code"], ack["text"]) == (False, "empty", say("system.refused.empty", "en"))
        assert (await visitor.send("how do I pay by upi"))["ok"]
        await wait_until(lambda: visitor.received, "an answer after it")
