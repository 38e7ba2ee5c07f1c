"""From a visitor's words to the answer on the page, and back again after a reload."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.conversations.models import Conversation, Message, Turn
from bot.conversations.states import Delivery, Handling, TurnState
from tests.fakes.crowd import PEOPLE, find_disorder, write_lines
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running
from tests.fakes.visitor import Visitor, wait_until

Visitors = Callable[[], Visitor]


async def test_a_message_is_acknowledged_and_answered(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    state = await visitor.open()
    assert (state["history"], state["conversation"], state["state"]) == ([], None, "bot")
    ack = await visitor.send("how do I return it?", cid="c-1")
    assert (ack["ok"], ack["cid"]) == (True, "c-1")
    shown = await visitor.wait_for_text("about: how do I return it?")
    assert shown["id"] > ack["id"]
    assert (shown["author"], shown["author_name"]) == ("bot", "Seva")
    assert shown["turn"]["topic"] == "return.how"
    assert rasa.app.asked[0]["message_id"] == str(ack["id"])
    assert rasa.app.asked[0]["payload"] is None


async def test_rows_say_what_happened(visitors: Visitors) -> None:
    visitor = visitors()
    await visitor.open(locale="gu-IN", page={"product": "kurta-blue", "secret": "x"})
    ack = await visitor.send("two answers please")
    await visitor.wait_for_text("and a second one")
    await wait_for_rows(lambda: not Message.objects.exclude(delivery="").exclude(delivery=Delivery.SENT).exists(), "C")
    turn = await in_database(Turn.objects.get)
    assert (turn.state, turn.record["decision"], turn.attempts) == (TurnState.ANSWERED, "answer", 0)
    assert [reply["text"] for reply in turn.replies] == ["about: two answers please", "and a second one"]
    inbound = await in_database(Message.objects.get, pk=ack["id"])
    assert (inbound.handling, inbound.turn_id) == (Handling.DONE, turn.pk)
    conversation = await wait_for_rows(Conversation.objects.filter(lease_until=None).first, "the lease given back")
    assert (conversation.ready_at, conversation.page) == (None, {"product": "kurta-blue"})
    assert (await in_database(lambda: conversation.contact.language)) in ("gu", "en")


async def test_history_survives_a_reload(visitors: Visitors) -> None:
    visitor = visitors()
    await visitor.open()
    await visitor.send("buttons please", cid="first")
    shown = await visitor.wait_for_text("about: buttons please")
    again = visitors()
    again.session_id = visitor.session_id
    state = await again.open()
    assert [(m["from"], m["text"]) for m in state["history"]] == [
        ("customer", "buttons please"),
        ("bot", "about: buttons please"),
    ]
    assert state["history"][0]["cid"] == "first"
    assert state["history"][1]["buttons"] == shown["buttons"]
    assert "payload" not in str(state["history"])
    assert state["last_id"] == shown["id"]
    assert (await again.open(last_id=shown["id"]))["history"] == []


async def test_what_was_missed_is_shown_on_return(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    await visitor.open()
    rasa.app.hold = asyncio.Event()
    await visitor.send("a slow one")
    await visitor.leave()
    rasa.app.hold.set()
    await wait_for_rows(Message.objects.filter(delivery=Delivery.SENT).exists, "the answer")
    await visitor.open()
    assert visitor.texts() == ["a slow one", "about: a slow one"]


async def test_the_same_cid_again_is_one_message(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    await visitor.open()
    first = await visitor.send("once only", cid="same")
    again = await asyncio.gather(*(visitor.send("once only", cid="same") for _ in range(4)))
    assert {ack["id"] for ack in again} == {first["id"]}
    await visitor.wait_for_text("about: once only")
    assert len(rasa.app.ran) == 1
    assert await in_database(Message.objects.filter(direction="inbound").count) == 1


async def test_messages_while_the_bot_thinks_are_one_turn(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    await visitor.open()
    rasa.app.hold = asyncio.Event()
    await visitor.send("first")
    acks = [await visitor.send(text) for text in ("where", "is", "my order")]
    rasa.app.hold.set()
    await visitor.wait_for_text("about: where\nis\nmy order")
    assert [run[2] for run in rasa.app.ran] == ["first", "where\nis\nmy order"]
    assert rasa.app.ran[1][1] == str(acks[-1]["id"])
    assert rasa.app.side_by_side == 1


async def test_own_words_appear_in_other_tabs(visitors: Visitors) -> None:
    one, other = visitors(), visitors()
    await one.open()
    other.session_id = one.session_id
    await other.open()
    ack = await one.send("hello from one", cid="t1")
    echo = await wait_until(lambda: other.echoes, "an echo")
    assert (echo[0]["id"], echo[0]["cid"], echo[0]["text"]) == (ack["id"], "t1", "hello from one")
    await other.wait_for_text("about: hello from one")
    assert one.echoes == []


async def test_a_slow_answer_shows_typing(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    await visitor.open()
    rasa.app.hold = asyncio.Event()
    await visitor.send("think about it")
    await wait_until(lambda: visitor.typing, "typing")
    rasa.app.hold.set()
    await visitor.wait_for_text("about: think")
    await wait_until(lambda: visitor.typing[-1]["on"] is False, "typing to end")


async def test_reading_is_remembered(visitors: Visitors) -> None:
    visitor, stranger = visitors(), visitors()
    await visitor.open()
    await stranger.open()
    await visitor.send("hello")
    shown = await visitor.wait_for_text("about: hello")
    await wait_for_rows(Message.objects.filter(delivery=Delivery.SENT).exists, "commit C")
    await stranger.emit("read", {"up_to_id": shown["id"]})
    assert await in_database(Message.objects.filter(delivery=Delivery.READ).count) == 0
    await visitor.emit("read", {"up_to_id": shown["id"]})
    await wait_for_rows(Message.objects.filter(pk=shown["id"], delivery=Delivery.READ).exists, "read")


async def test_fifty_conversations_at_once_keep_their_order(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    """Lines are cut, all is sent again late, and Rasa fails now and then: each is answered, once, in order."""
    crowd = {f"v{number:02}": visitors() for number in range(PEOPLE)}
    rasa.app.drop_answers = 5

    async def talk(who: str, visitor: Visitor) -> None:
        await visitor.open()
        for number, line in enumerate(write_lines(who)):
            await visitor.send(line, cid=f"c{number}")
        if who.endswith("7"):
            await visitor.open()
        await visitor.send(write_lines(who)[0], cid="c0")

    await asyncio.gather(*(talk(who, visitor) for who, visitor in crowd.items()))
    for who, visitor in crowd.items():
        await visitor.wait_for_text(write_lines(who)[-1])
    shown = {
        who: [visitor.shown[key]["text"] for key in sorted(visitor.shown) if visitor.shown[key]["author"] == "bot"]
        for who, visitor in crowd.items()
    }
    assert find_disorder(crowd, [text for *_, text in rasa.app.ran], shown) == []
    frames = {who: [frame["metadata"]["id"] for frame in visitor.received] for who, visitor in crowd.items()}
    assert {who for who, ids in frames.items() if ids != sorted(set(ids))} == set()
    assert rasa.app.side_by_side == 1
