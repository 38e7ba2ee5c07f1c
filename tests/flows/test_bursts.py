"""What is written in pieces is one turn with one answer, and what says something by itself does not wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.config import config
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.running import Running
from tests.fakes.visitor import Visitor, wait_until

Visitors = Callable[[], Visitor]
BURST_S = 0.5
PIECES = {
    "en": ["hi", "my order", "TT-10402", "where is it?"],
    "gu": ["હેલો", "મારું રિફંડ", "ક્યારે", "આવશે"],
    "ta": ["வணக்கம்", "என் ஆர்டர்", "எங்கே இருக்கு", "TT-10402"],
}


def wait_for_more(monkeypatch: pytest.MonkeyPatch, burst_s: float) -> None:
    mine = replace(config(), burst_s=burst_s)
    for module in ("bursts", "express", "steps"):
        monkeypatch.setattr(f"bot.conversations.{module}.config", lambda: mine)


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway waits for the rest of a message, as shipped."""
    wait_for_more(monkeypatch, BURST_S)


@pytest.fixture
def waiting_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever waits for more is not answered in this test."""
    wait_for_more(monkeypatch, 3600.0)


def said(rasa: Running[FakeRasa]) -> list[str]:
    """The texts that Rasa was asked, in order."""
    return [text for _, _, text in rasa.app.ran]


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("pieces", PIECES.values(), ids=PIECES)
async def test_four_pieces_are_one_turn(visitors: Visitors, rasa: Running[FakeRasa], pieces: list[str]) -> None:
    visitor = visitors()
    await visitor.open()
    for piece in pieces:
        await visitor.send(piece)
    whole = "\n".join(pieces)
    await visitor.wait_for_text(f"about: {whole}")
    assert said(rasa) == [whole]
    assert len(visitor.received) == 1


@pytest.mark.usefixtures("waiting")
async def test_pieces_after_a_sentence_are_one_turn_too(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    await visitor.open()
    rasa.app.hold = asyncio.Event()
    await visitor.send("I would like to return something")
    await wait_until(lambda: rasa.app.asked, "the first question")
    await visitor.send("the kurti")
    rasa.app.hold.set()
    await visitor.wait_for_text("about: I would like")
    await visitor.send("it is too small")
    await visitor.wait_for_text("about: the kurti")
    assert said(rasa) == ["I would like to return something", "the kurti\nit is too small"]


@pytest.mark.usefixtures("waiting_for_ever")
@pytest.mark.parametrize("text", ["how do I return it", "TT-10402", "hetal@example.com", "really?", "Stop."])
async def test_what_says_something_by_itself_is_answered_at_once(visitors: Visitors, text: str) -> None:
    visitor = visitors()
    await visitor.open()
    await visitor.send(text)
    await visitor.wait_for_text(f"about: {text}")


@pytest.mark.usefixtures("waiting_for_ever")
async def test_a_button_does_not_wait_pressed_or_written(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    await visitor.open()
    await visitor.send("show me buttons please")
    shown = await visitor.wait_for_text("about: show me")
    title = shown["metadata"]["buttons"][0]["title"] if "metadata" in shown else shown["buttons"][0]["title"]
    await visitor.send(title)
    await wait_until(lambda: len(rasa.app.ran) == 2, "the button's turn")
    assert said(rasa)[1].startswith("/")


@pytest.mark.usefixtures("waiting")
async def test_somebody_who_goes_on_and_on_is_answered(
    visitors: Visitors, rasa: Running[FakeRasa], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.conversations.bursts.WAIT_MAX_S", 2 * BURST_S)
    visitor = visitors()
    await visitor.open()
    async with asyncio.timeout(10):
        while not rasa.app.ran:
            await visitor.send("and")
    assert said(rasa)[0].startswith("and\nand")
