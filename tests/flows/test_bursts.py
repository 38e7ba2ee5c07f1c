"""What is written in pieces is one turn with one answer, and nothing else waits.

A channel that cannot see its customers write waits after each piece; the web chat waits only for those who write on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.utils import timezone

from bot.channels.webchat.server import SIGNS_MAX
from bot.config import config
from bot.conversations.models import Conversation
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database
from tests.fakes.running import Running
from tests.fakes.visitor import Visitor, wait_until
from tests.flows.conftest import Line

Visitors = Callable[[], Visitor]
BURST_S, FOR_EVER_S = 0.5, 3600.0
WHOLE = ["how do I return it", "TT-10402", "hetal@example.com", "really?", "Stop."]
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
    """Whatever waits for more is not answered in this test, and signs of writing last."""
    wait_for_more(monkeypatch, FOR_EVER_S)
    monkeypatch.setattr("bot.conversations.bursts.WAIT_MAX_S", FOR_EVER_S)
    monkeypatch.setattr("bot.channels.webchat.visitors.SIGN_S", FOR_EVER_S)
    monkeypatch.setattr("bot.channels.webchat.visitors.FOLLOWED_S", FOR_EVER_S)


def said(rasa: Running[FakeRasa]) -> list[str]:
    """The texts that Rasa was asked, in order."""
    return [text for _, _, text in rasa.app.ran]


async def write(visitor: Visitor, *texts: str) -> None:
    """By hand: the page tells that its customer writes before each of them."""
    for text in texts:
        await visitor.emit("typing", {"on": True})
        await visitor.send(text)


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("pieces", PIECES.values(), ids=PIECES)
async def test_pieces_on_a_phone_are_one_turn(line: Line, rasa: Running[FakeRasa], pieces: list[str]) -> None:
    for piece in pieces:
        await line.meta.say(piece)
    await wait_until(lambda: line.graph.accepted, "the answer")
    assert said(rasa) == ["\n".join(pieces)]


@pytest.mark.usefixtures("waiting")
async def test_pieces_on_a_phone_after_a_sentence_are_one_turn_too(line: Line, rasa: Running[FakeRasa]) -> None:
    rasa.app.hold = asyncio.Event()
    await line.meta.say("I would like to return something")
    await wait_until(lambda: rasa.app.asked, "the first question")
    await line.meta.say("the kurti")
    rasa.app.hold.set()
    await wait_until(lambda: line.graph.accepted, "the first answer")
    await line.meta.say("it is too small")
    await wait_until(lambda: len(rasa.app.ran) == 2, "the second turn")
    assert said(rasa) == ["I would like to return something", "the kurti\nit is too small"]


@pytest.mark.usefixtures("waiting")
async def test_somebody_who_goes_on_and_on_is_answered(
    line: Line, rasa: Running[FakeRasa], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.conversations.bursts.WAIT_MAX_S", 2 * BURST_S)
    async with asyncio.timeout(10):
        while not rasa.app.ran:
            await line.meta.say("and")
    assert said(rasa)[0].startswith("and\nand")


@pytest.mark.usefixtures("waiting_for_ever")
@pytest.mark.parametrize("text", WHOLE)
async def test_what_says_something_by_itself_is_answered_at_once(
    line: Line, rasa: Running[FakeRasa], text: str
) -> None:
    await line.meta.say(text)
    await wait_until(lambda: said(rasa) == [text], "its turn")


@pytest.mark.usefixtures("waiting_for_ever")
@pytest.mark.parametrize("piece", [pieces[0] for pieces in PIECES.values()])
async def test_a_piece_on_the_page_of_somebody_who_does_not_write_is_answered_at_once(
    visitors: Visitors, piece: str
) -> None:
    visitor = visitors()
    await visitor.open()
    await visitor.send(piece)
    await visitor.wait_for_text(f"about: {piece}")
    await visitor.emit("typing", {"on": True})
    await visitor.emit("typing", {"on": False})
    await visitor.send("thanks")
    await visitor.wait_for_text("about: thanks")


@pytest.mark.usefixtures("waiting_for_ever")
@pytest.mark.parametrize("pieces", [["hi", "my order", "TT-10402"], ["હેલો", "મારું રિફંડ", "ક્યારે આવશે?"]])
async def test_pieces_on_the_page_of_somebody_who_writes_on_are_one_turn(
    visitors: Visitors, rasa: Running[FakeRasa], pieces: list[str]
) -> None:
    visitor = visitors()
    await visitor.open()
    await write(visitor, *pieces)
    whole = "\n".join(pieces)
    await visitor.wait_for_text(f"about: {whole}")
    assert (said(rasa), len(visitor.received)) == ([whole], 1)


@pytest.mark.usefixtures("waiting")
async def test_a_piece_that_nothing_follows_is_answered_after_a_moment(visitors: Visitors) -> None:
    visitor = visitors()
    await visitor.open()
    await write(visitor, "thanks")
    await visitor.wait_for_text("about: thanks")


@pytest.mark.usefixtures("waiting_for_ever")
@pytest.mark.parametrize("text", WHOLE)
async def test_what_is_whole_is_answered_at_once_though_its_writer_writes_on(visitors: Visitors, text: str) -> None:
    visitor = visitors()
    await visitor.open()
    await write(visitor, text)
    await visitor.wait_for_text(f"about: {text}")


@pytest.mark.usefixtures("waiting_for_ever")
async def test_a_button_does_not_wait_pressed_or_written(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    await visitor.open()
    await visitor.send("show me buttons please")
    shown = await visitor.wait_for_text("about: show me")
    title = shown["buttons"][0]["title"]
    await write(visitor, title)
    await wait_until(lambda: len(rasa.app.ran) == 2, "the button's turn")
    assert said(rasa)[1].startswith("/")


@pytest.mark.usefixtures("waiting_for_ever")
@pytest.mark.parametrize("most_s", [FOR_EVER_S, 300.0])
async def test_writing_on_makes_what_waits_wait_longer_but_not_for_ever(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch, most_s: float
) -> None:
    wait_for_more(monkeypatch, 60.0)
    monkeypatch.setattr("bot.conversations.bursts.WAIT_MAX_S", most_s)
    monkeypatch.setattr("bot.conversations.bursts.WRITING_S", 600.0)
    visitor = visitors()
    await visitor.open()
    await write(visitor, "my order")
    await visitor.emit("typing", {"on": True})
    # Frames of one socket are handled in order: with the answer to this empty one the sign has been heard.
    assert (await visitor.send(""))["code"] == "empty"
    talk = await in_database(Conversation.objects.get)
    assert talk.ready_at
    waits_s = (talk.ready_at - timezone.now()).total_seconds()
    assert 200 < waits_s <= min(most_s, 600)
    await visitor.send("where is it now?")
    await visitor.wait_for_text("about: my order\nwhere is it now?")


async def test_too_many_signs_are_overheard_and_disturb_nothing(visitors: Visitors) -> None:
    visitor = visitors()
    await visitor.open()
    for _ in range(3 * SIGNS_MAX):
        await visitor.emit("typing", {"on": True})
    await write(visitor, "hello")
    await visitor.wait_for_text("about: hello")
    assert visitor.errors == []
    assert (await visitor.open())["state"] == "bot"
