"""What Telegram answers, and what becomes of our messages: nothing lost, nothing shown twice without a mark."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from bot.assembly import Gateway
from bot.channels.contract import OutboundMessage, Rejected, Sent
from bot.channels.media import File
from bot.channels.telegram import results
from bot.conversations import handoffs
from bot.conversations.models import ChannelIdentity, Conversation, Message
from bot.conversations.states import Delivery, State
from tests.fakes.bot_api_server import FakeBotApi
from tests.fakes.crowd import PEOPLE, find_disorder, write_lines
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running
from tests.fakes.visitor import wait_until
from tests.flows.telegram.conftest import People

Api = Running[FakeBotApi]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no test waits for what is only long in life."""
    monkeypatch.setattr(results, "PAUSES_S", (0.02,) * 9)
    monkeypatch.setattr(results, "UNSURE_PAUSE_S", 0.02)


def find_answer() -> Message | None:
    return Message.objects.filter(direction="outbound").exclude(delivery__in=["queued", "sending", "delayed"]).first()


@pytest.mark.parametrize(
    ("code", "description", "parameters"),
    [
        (429, "Too Many Requests: retry after 1", {"retry_after": 0.1}),
        (500, "Internal Server Error", {}),
        (502, "Bad Gateway", {}),
        (401, "Unauthorized", {}),
        (404, "Not Found", {}),
    ],
)
async def test_what_passes_is_tried_again_in_order(
    people: People, bot_api: Api, code: int, description: str, parameters: dict[str, float]
) -> None:
    for _ in range(2):
        bot_api.app.fail_next("sendMessage", code, description, **parameters)
    await people().say("two please")
    await wait_until(lambda: len(bot_api.app.shown) == 2, "both answers")
    assert bot_api.app.texts("4711") == ["about: two please", "and a second one"]
    answer = await wait_for_rows(find_answer, "sent")
    assert (answer.delivery, answer.maybe_repeated, answer.attempts) == (Delivery.SENT, False, 3)


@pytest.mark.parametrize(
    ("code", "description", "error", "reachable"),
    [
        (403, "Forbidden: bot was blocked by the user", "blocked", False),
        (403, "Forbidden: user is deactivated", "refused (Forbidden: user is deactivated)", False),
        (400, "Bad Request: chat not found", "refused (Bad Request: chat not found)", False),
        (400, "Bad Request: message is too long", "refused (Bad Request: message is too long)", True),
    ],
)
async def test_what_cannot_be_sent_is_seen_by_agents(
    people: People, bot_api: Api, code: int, description: str, error: str, reachable: bool
) -> None:
    bot_api.app.fail_next("sendMessage", code, description)
    await people().say("hello")
    answer = await wait_for_rows(find_answer, "an end")
    assert (answer.delivery, answer.error) == (Delivery.FAILED, error)
    assert (await in_database(ChannelIdentity.objects.get)).reachable is reachable


@pytest.mark.parametrize("done", [False, True], ids=["lost on the way", "carried out"])
async def test_no_answer_is_tried_once_more_and_marked(
    people: People, bot_api: Api, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, done: bool
) -> None:
    assert gateway.telegram
    monkeypatch.setattr(gateway.telegram._api, "_answer_timeout_s", 0.2)
    bot_api.app.hang_next("sendMessage", done)
    await people().say("hello")
    answer = await wait_for_rows(find_answer, "sent")
    assert (answer.delivery, answer.maybe_repeated) == (Delivery.SENT, True)
    assert len(bot_api.app.shown) == 1 + done
    bot_api.app.hang_next("sendMessage", done)
    bot_api.app.hang_next("sendMessage", done)
    await people().say("again")
    failed = await wait_for_rows(Message.objects.filter(delivery=Delivery.FAILED).first, "given up")
    assert failed.error.startswith("unsure (")


async def test_telegram_away_loses_nothing(people: People, bot_api: Api) -> None:
    await bot_api.stop()
    await people().say("hello")
    await wait_for_rows(Message.objects.filter(delivery=Delivery.DELAYED, attempts__gte=2).exists, "tries")
    await bot_api.start()
    await wait_until(lambda: bot_api.app.texts() == ["about: hello"], "the answer")
    answer = await wait_for_rows(find_answer, "sent")
    assert answer.maybe_repeated is False


async def test_a_long_text_goes_on_where_it_stopped(people: People, bot_api: Api, agent: User) -> None:
    person = people()
    await person.say("a person please")
    conversation = await wait_for_rows(Conversation.objects.filter(state=State.WAITING).first, "waiting")
    await wait_until(lambda: len(bot_api.app.shown) == 2, "the notice")
    await in_database(handoffs.take, conversation.pk, agent)
    words = " ".join(f"w{number}" for number in range(1_500))
    first_of_it = len(bot_api.app.shown)
    bot_api.app.let_next("sendMessage")  # the first piece
    bot_api.app.fail_next("sendMessage", 429, "Too Many Requests", retry_after=0.05)
    await in_database(handoffs.record_agent_reply, conversation.pk, agent, words, "key")
    row = await wait_for_rows(Message.objects.filter(author="agent", delivery=Delivery.SENT).first, "sent")
    pieces = bot_api.app.texts("4711")[first_of_it:]
    assert " ".join(pieces).split() == f"Meera Joshi {words}".split()
    assert max(len(piece) for piece in pieces) <= 4096
    assert (row.maybe_repeated, bot_api.app.find_repeats()) == (False, [])


async def test_a_flooded_bot_is_quiet_in_every_chat(people: People, bot_api: Api, gateway: Gateway) -> None:
    await people(chat=2).say("before")
    await wait_until(lambda: len(bot_api.app.shown) == 1, "an answer")
    bot_api.app.fail_next("sendMessage", 429, "Too Many Requests", retry_after=results.BOT_WIDE_S)
    await people(chat=1).say("first")
    await wait_for_rows(Message.objects.filter(delivery=Delivery.DELAYED).exists, "a pause")
    tried = bot_api.app.methods().count("sendMessage")
    await people(chat=2).say("second")
    row = await wait_for_rows(
        Message.objects.filter(delivery=Delivery.DELAYED, conversation__identity__external_id="2").first, "waiting"
    )
    assert bot_api.app.methods().count("sendMessage") == tried
    assert row.attempts == 0


async def test_a_card_without_a_picture_is_words_with_its_button(people: People, bot_api: Api) -> None:
    await people().say("cards please")
    await wait_until(lambda: len(bot_api.app.shown) == 2, "text and card")
    text, card = bot_api.app.shown
    assert (text["text"], card["text"]) == ("about: cards please", "Kurta\n₹899")
    assert card["reply_markup"]["inline_keyboard"][0][0]["text"] == "Ask about it"


async def test_a_picture_is_uploaded_once_and_its_words_stay_if_it_cannot_be(bot_api: Api, gateway: Gateway) -> None:
    assert gateway.telegram
    bot_api.app.pictures["kurta.png"] = b"\x89PNG"
    at = datetime(2026, 11, 21, tzinfo=UTC)
    base = OutboundMessage(
        1, "telegram", "c", "4711", "bot", "Seva", "Look", at, image=f"{bot_api.url}/pictures/kurta.png"
    )
    for number in range(2):
        assert isinstance(await gateway.telegram.send(replace(base, id=number)), Sent)
    first, second = (params for name, params in bot_api.app.calls if name == "sendPhoto")
    assert (first["photo"], second["photo"]) == (("picture.png", b"\x89PNG"), "photo-1000")
    bot_api.app.fail_next("sendPhoto", 400, "Bad Request: wrong file identifier")
    assert isinstance(await gateway.telegram.send(base), Sent)
    bot_api.app.pictures.clear()
    bot_api.app.fail_next("sendPhoto", 400, "Bad Request: wrong file identifier")
    assert isinstance(await gateway.telegram.send(base), Sent)
    assert [one["method"] for one in bot_api.app.shown] == ["sendPhoto", "sendPhoto", "sendPhoto", "sendMessage"]
    assert bot_api.app.texts() == ["Look"] * 4


async def test_files_of_an_agent_go_out_by_their_names(bot_api: Api, gateway: Gateway, tmp_path: Path) -> None:
    assert gateway.telegram
    (tmp_path / "stored").write_bytes(b"%PDF-1")
    files = (File("document", tmp_path / "stored", "application/pdf", "bill.pdf"),)
    at = datetime(2026, 11, 21, tzinfo=UTC)
    message = OutboundMessage(1, "telegram", "c", "4711", "agent", "Meera", "Your bill", at, files=files)
    assert isinstance(await gateway.telegram.send(message), Sent)
    assert bot_api.app.shown[1]["document"] == ("bill.pdf", b"%PDF-1")
    (tmp_path / "stored").unlink()
    gone = await gateway.telegram.send(message)
    assert isinstance(gone, Rejected)
    assert "bill.pdf" in gone.reason


async def test_fifty_conversations_at_once_keep_their_order(
    people: People, bot_api: Api, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, rasa: Running[FakeRasa]
) -> None:
    """Updates come again late, and Telegram refuses, asks to wait and forgets to answer between."""
    assert gateway.telegram
    monkeypatch.setattr(gateway.telegram._api, "_answer_timeout_s", 2.0)
    for number in range(3):
        bot_api.app.fail_next("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=0.05)
        bot_api.app.fail_next("sendMessage", 502, "Bad Gateway")
        if number == 1:
            bot_api.app.hang_next("sendMessage", done=False)
    crowd = [str(5000 + number) for number in range(PEOPLE)]

    async def talk(chat: str) -> None:
        person = people(chat=int(chat))
        updates = [await person.say(line) for line in write_lines(chat)]
        await person.deliver(updates[0])

    await asyncio.gather(*(talk(chat) for chat in crowd))
    await wait_for_rows(lambda: not Message.objects.filter(handling="pending").exists(), "all answers", 60)
    unsent = Message.objects.filter(direction="outbound").exclude(delivery="sent")
    await wait_for_rows(lambda: not unsent.exists(), "all to be sent", 60)
    shown = {chat: bot_api.app.texts(chat) for chat in crowd}
    assert find_disorder(crowd, [text for *_, text in rasa.app.ran], shown) == []
    assert rasa.app.side_by_side == 1
    assert await in_database(Message.objects.filter(maybe_repeated=True).count) == 1
