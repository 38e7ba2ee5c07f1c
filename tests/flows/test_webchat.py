"""The web chat at its edges: strange frames, floods, foreign sessions, forged buttons, and Rasa's own widgets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
import socketio
from django.db import OperationalError

from bot.assembly import build_gateway
from bot.config import config
from bot.conversations.models import ChannelIdentity, Message
from bot.conversations.states import Handling
from bot.language.texts import say
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running, run_app
from tests.fakes.visitor import Visitor, close_client, wait_until

Visitors = Callable[[], Visitor]


async def test_a_flood_is_refused_and_starves_nobody(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    flooding, other = visitors(), visitors()
    await flooding.open()
    await other.open()
    acks = await asyncio.gather(*(flooding.send(f"flood {number}") for number in range(200)))
    taken = [ack for ack in acks if ack["ok"]]
    refused = [ack for ack in acks if not ack["ok"]]
    assert (len(taken), len(refused)) == (10, 190)
    assert {ack["code"] for ack in refused} == {"rate_limited"}
    assert all(0 < ack["retry_after_s"] <= 10 for ack in refused)
    assert len(flooding.errors) == 190
    assert {frame["cid"] for frame in flooding.errors} == {ack["cid"] for ack in refused}
    await other.send("me too")
    await other.wait_for_text("about: me too")
    await flooding.wait_for_text("flood 9")
    said = [line for _, _, text in rasa.app.ran for line in text.split("\n") if "flood" in line]
    assert said == [f"flood {number}" for number in range(10)]


@pytest.mark.parametrize("text", ["", "   \n", "\x00", "\u200b\u202e", "\x00\u2066 \u2069"])
async def test_an_empty_message_is_refused_kindly(visitors: Visitors, text: str) -> None:
    visitor = visitors()
    await visitor.open()
    ack = await visitor.send(text, cid="e1")
    assert (ack["ok"], ack["code"], ack["cid"]) == (False, "empty", "e1")
    assert visitor.errors[0]["text"]
    assert await in_database(Message.objects.count) == 0


@pytest.mark.parametrize(
    "text", ["🙂🙂", "a\x00b\u202ec", "<script>alert(1)</script> **bold**", "/restart", "／set{}", "କା \ud83d!"]
)
async def test_strange_text_is_kept_and_rasa_gets_it_harmless(
    visitors: Visitors, rasa: Running[FakeRasa], text: str
) -> None:
    visitor = visitors()
    await visitor.open()
    ack = await visitor.send(text)
    await visitor.wait_for_text("about: ")
    stored = await in_database(Message.objects.get, pk=ack["id"])
    assert stored.text == text.replace("\x00", "").replace("\ud83d", "\ufffd")
    asked = rasa.app.asked[0]
    assert asked["payload"] is None
    assert not asked["text"].startswith(("/", "／"))
    assert not set(asked["text"]) & {"\x00", "\u202e"}


@pytest.mark.parametrize("letter", ["a ", "ક"])
async def test_a_long_message_is_read_up_to_the_limit_and_its_writer_told(
    visitors: Visitors, rasa: Running[FakeRasa], letter: str
) -> None:
    visitor = visitors()
    await visitor.open()
    text = letter * (10_000 // len(letter))
    ack = await visitor.send(text)
    assert (ack["ok"], ack["shortened"]) == (True, True)
    await visitor.wait_for_text(say("system.long_text", "en", kept=2000))
    assert (await in_database(Message.objects.get, pk=ack["id"])).text == text
    assert len(rasa.app.asked[0]["text"]) <= 2000


@pytest.mark.parametrize(
    "frame", [None, 7, "hello", [], {}, {"message": 5}, {"message": "x", "cid": "a b"}, {"message": None}]
)
async def test_a_bad_frame_is_refused_and_the_socket_lives(visitors: Visitors, frame: Any) -> None:
    visitor = visitors()
    await visitor.open()
    await visitor.emit("user_uttered", frame)
    await wait_until(lambda: visitor.errors, "an error frame")
    assert visitor.errors[0]["code"] == "bad_frame"
    for other in ("read", "typing", "session_request"):
        await visitor.emit(other, frame)
    assert (await visitor.send("still here"))["ok"]


async def test_a_made_up_session_gets_a_new_one(visitors: Visitors) -> None:
    visitor, victim = visitors(), visitors()
    await victim.open()
    await victim.send("my secret")
    stored = await in_database(ChannelIdentity.objects.get)
    assert victim.session_id
    assert victim.session_id not in stored.external_id
    altered = victim.session_id[:-1] + ("1" if victim.session_id.endswith("0") else "0")
    for guess in ("guess", stored.external_id, altered, "x" * 5000, 5, {"a": 1}, "' OR 1=1 --"):
        visitor.session_id = None
        state = await visitor.open(session_id=guess)
        assert (state["history"], state["conversation"]) == ([], None)
        assert visitor.session_id not in (guess, victim.session_id)


async def test_a_message_for_a_session_of_nobody_stays_with_its_own(visitors: Visitors) -> None:
    visitor = visitors()
    await visitor.open()
    ack = await visitor.send("hello", session_id="somebody-elses")
    assert ack["ok"]
    await visitor.wait_for_text("about: hello")


async def test_a_session_survives_before_its_first_message(visitors: Visitors) -> None:
    visitor, second_tab = visitors(), visitors()
    await visitor.open()
    second_tab.session_id = visitor.session_id
    await second_tab.open()
    assert second_tab.session_id == visitor.session_id
    assert await in_database(ChannelIdentity.objects.count) == 0


async def test_a_pressed_button_means_what_it_was_given_for(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    await visitor.open()
    await visitor.send("buttons please")
    shown = await visitor.wait_for_text("about: buttons")
    frame = visitor.received[0]
    assert [reply["title"] for reply in frame["quick_replies"]] == ["Refund time", "Yes, it helped"]
    assert [button["kind"] for button in shown["buttons"]] == ["related", "feedback"]
    assert "refund.time" not in str(frame["quick_replies"])
    ack = await visitor.send(shown["buttons"][0]["id"], metadata={"title": "something else"})
    await visitor.wait_for_text("about: /faq")
    assert rasa.app.asked[-1]["payload"] == '/faq{"topic":"refund.time"}'
    assert rasa.app.asked[-1]["text"] is None
    stored = await in_database(Message.objects.get, pk=ack["id"])
    assert (stored.text, stored.kind) == ("Refund time", "choice")


async def test_card_buttons_are_opaque_too(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    await visitor.open()
    await visitor.send("cards please")
    shown = await visitor.wait_for_text("about: cards")
    assert shown["buttons"] == []
    button = shown["cards"][0]["buttons"][0]
    assert "payload" not in button
    await visitor.send(button["id"])
    await visitor.wait_for_text("about: /product_info")
    assert rasa.app.asked[-1]["payload"] == '/product_info{"product":"kurta"}'


async def test_forged_and_foreign_buttons_are_text(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    visitor, thief = visitors(), visitors()
    await visitor.open()
    await thief.open()
    await visitor.send("buttons please")
    foreign = (await visitor.wait_for_text("about: buttons"))["buttons"][0]["id"]
    for number, forged in enumerate((foreign, "b_" + "A" * 22, '/faq{"topic":"refund.time"}')):
        await thief.send(forged, metadata={"title": "Yes"})
        await wait_until(lambda: len(thief.received) > number, "an answer")  # noqa: B023
        assert rasa.app.asked[-1]["payload"] is None
    assert rasa.app.asked[-3]["text"] == foreign


async def test_a_press_and_words_do_not_mix(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    await visitor.open()
    await visitor.send("buttons please")
    button = (await visitor.wait_for_text("about: buttons"))["buttons"][0]["id"]
    rasa.app.hold = asyncio.Event()
    await visitor.send("hold on")
    for text in ("one", button, "two a", "two b"):
        await visitor.send(text)
    rasa.app.hold.set()
    await visitor.wait_for_text("two b")
    assert [run[2] for run in rasa.app.ran[1:]] == ["hold on", "one", '/faq{"topic":"refund.time"}', "two a\ntwo b"]


@pytest.fixture
async def widget() -> AsyncIterator[socketio.AsyncClient]:
    """A plain Socket.IO client, as other widgets use one."""
    client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
    yield client
    await client.eio.disconnect(abort=True)
    await close_client(client)


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_rasa_widget_converses(webchat_url: str, widget: socketio.AsyncClient, transport: str) -> None:
    """What rasa-webchat does: no cid, no acknowledgement, its session id in every message, quick replies by payload."""
    heard: list[dict[str, Any]] = []
    confirmed: list[Any] = []
    widget.on("bot_uttered", heard.append)
    widget.on("session_confirm", confirmed.append)
    await widget.connect(webchat_url, transports=[transport])
    await widget.emit("session_request", {"session_id": None})
    await wait_until(lambda: confirmed, "session_confirm")
    assert isinstance(confirmed[0], str)
    session = {"customData": {"language": "en"}, "session_id": confirmed[0]}
    await widget.emit("user_uttered", {"message": "buttons", **session})
    await wait_until(lambda: heard, "bot_uttered")
    assert heard[0]["text"] == "about: buttons"
    await widget.emit("user_uttered", {"message": heard[0]["quick_replies"][0]["payload"], **session})
    await wait_until(lambda: len(heard) > 1, "an answer to the button")
    assert "/faq" in heard[1]["text"]


async def test_a_widget_that_asks_for_no_session_converses(webchat_url: str, widget: socketio.AsyncClient) -> None:
    heard: list[dict[str, Any]] = []
    widget.on("bot_uttered", heard.append)
    await widget.connect(webchat_url, transports=["websocket"])
    await widget.emit("user_uttered", {"message": "hello"})
    await wait_until(lambda: heard, "bot_uttered")


@pytest.fixture
async def strict_url(transactional_db: None, rasa: Running[FakeRasa]) -> AsyncIterator[str]:
    """A web chat that the pages of https://shop.example may carry."""
    gateway = build_gateway(replace(config(), rasa_urls=(rasa.url,), allowed_origins=("https://shop.example",)))
    await gateway.start()
    async with run_app(socketio.ASGIApp(gateway.webchat.server)) as running:
        yield running.url
    await gateway.stop()


@pytest.mark.parametrize("transport", ["websocket", "polling"])
@pytest.mark.parametrize(
    "origin",
    ["null", "https://evil.example", "https://shop.example.evil", "http://shop.example", "https://shop.example:444"],
)
async def test_foreign_pages_are_refused_at_the_handshake(
    strict_url: str, widget: socketio.AsyncClient, transport: str, origin: str
) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        await widget.connect(strict_url, headers={"Origin": origin}, transports=[transport])


@pytest.mark.parametrize("origin", ["https://shop.example", f"http://localhost:{config().gateway_port}"])
async def test_the_shops_pages_are_let_in(strict_url: str, origin: str) -> None:
    visitor = Visitor(strict_url, origin)
    await visitor.open()
    assert (await visitor.send("hello"))["ok"]
    await visitor.wait_for_text("about: hello")
    await visitor.leave()


async def test_an_unsaved_message_is_not_acknowledged(
    visitors: Visitors, gateway: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def locked(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError("database is locked")

    visitor = visitors()
    await visitor.open()
    words = " ".join(("keep", "me"))  # so that no line of a traceback contains them
    monkeypatch.setattr("bot.conversations.port.record_inbound", locked)
    ack = await visitor.send(words, cid="k")
    assert (ack["ok"], ack["code"], ack["cid"]) == (False, "unavailable", "k")
    monkeypatch.undo()
    assert (await visitor.send(words, cid="k"))["ok"]
    await visitor.wait_for_text(f"about: {words}")
    assert words not in caplog.text
    assert await wait_for_rows(lambda: Message.objects.filter(handling=Handling.DONE).count() == 1, "one row")
