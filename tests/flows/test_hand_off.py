"""A customer asks for a person: waiting, an agent's words, back to the bot, closed; and who may speak meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from bot.assembly import Gateway
from bot.conversations import handoffs
from bot.conversations.events import Event
from bot.conversations.models import Conversation, HandOff, Message, Turn
from bot.conversations.people import close_idle
from bot.conversations.states import Handling, State, TurnState
from bot.errors import TransitionRefused
from bot.language.texts import say
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running
from tests.fakes.visitor import Visitor, wait_until

Visitors = Callable[[], Visitor]


async def ask_for_person(visitor: Visitor) -> Conversation:
    await visitor.open()
    await visitor.send("where is TT-10432?")
    await visitor.wait_for_text("about: where")
    await visitor.send("a person please")
    await visitor.wait_for_text("I am passing you on.")
    return await wait_for_rows(Conversation.objects.filter(state=State.WAITING).first, "waiting")


async def test_the_customer_is_told_how_long_and_the_agent_gets_a_summary(visitors: Visitors) -> None:
    visitor = visitors()
    conversation = await ask_for_person(visitor)
    notice = await visitor.wait_for_text("colleague will")
    assert notice["author"] == "system"
    await wait_until(lambda: visitor.states, "conversation_state")
    assert visitor.states[-1] == {"state": "waiting", "agent": ""}
    record = await in_database(HandOff.objects.get)
    assert (record.reason, record.summary["topics"], record.summary["tried"]) == ("asked", ["return.how"], ["x"])
    assert record.summary["last"][0] == {"from": "contact", "text": "where is TT-10432?"}
    assert record.conversation_id == conversation.pk


async def test_the_bot_is_silent_while_somebody_waits(visitors: Visitors, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    await ask_for_person(visitor)
    ran = len(rasa.app.ran)
    ack = await visitor.send("are you there?")
    assert (await in_database(Message.objects.get, pk=ack["id"])).handling == Handling.DONE
    assert len(rasa.app.ran) == ran


async def test_an_agent_answers_on_the_open_page(visitors: Visitors, agent: User) -> None:
    visitor = visitors()
    conversation = await ask_for_person(visitor)
    await in_database(handoffs.take, conversation.pk, agent)
    await wait_until(lambda: visitor.states and visitor.states[-1]["state"] == "agent", "agent joined")
    assert visitor.states[-1]["agent"] == "Meera Joshi"
    await in_database(handoffs.record_agent_reply, conversation.pk, agent, "I am here.", "key-1")
    await in_database(handoffs.record_agent_reply, conversation.pk, agent, "I am here.", "key-1")
    shown = await visitor.wait_for_text("I am here.")
    assert (shown["author"], shown["author_name"]) == ("agent", "Meera Joshi")
    assert visitor.texts().count("I am here.") == 1
    await in_database(handoffs.close, conversation.pk, agent)
    await visitor.wait_for_text(say("system.closed", "en", name="Meera Joshi"))
    record = await in_database(HandOff.objects.get)
    assert (record.outcome, record.taken_by_id) == ("closed", agent.pk)
    assert record.first_reply_at is not None


async def test_the_customer_sees_that_an_agent_has_read_it(visitors: Visitors, agent: User) -> None:
    visitor = visitors()
    conversation = await ask_for_person(visitor)
    waiting = (await visitor.send("are you there?"))["id"]
    assert (await visitor.open(last_id=0))["read_up_to_id"] < waiting
    for _ in range(2):
        await in_database(handoffs.mark_agent_read, conversation.pk, waiting)
    await wait_until(lambda: visitor.reads == [{"up_to_id": waiting}], "the sign that it was read, once")
    assert (await visitor.open(last_id=0))["read_up_to_id"] == waiting


async def test_after_closing_a_message_starts_a_new_conversation(visitors: Visitors, agent: User) -> None:
    visitor = visitors()
    conversation = await ask_for_person(visitor)
    await in_database(handoffs.close, conversation.pk, agent)
    await visitor.send("one more thing")
    await visitor.wait_for_text("about: one more thing")
    newest = await in_database(Conversation.objects.order_by("-opened_at").first)
    assert newest is not None
    assert newest.pk != conversation.pk
    assert newest.contact_id == conversation.contact_id


async def test_handing_back_lets_the_bot_speak(visitors: Visitors, agent: User) -> None:
    visitor = visitors()
    conversation = await ask_for_person(visitor)
    await in_database(handoffs.take, conversation.pk, agent)
    await in_database(handoffs.hand_back, conversation.pk, agent)
    await visitor.wait_for_text(say("system.handed_back", "en"))
    await visitor.send("and now?")
    await visitor.wait_for_text("about: and now?")
    assert (await in_database(HandOff.objects.get)).outcome == "handed_back"


@pytest.mark.parametrize("given_back", [False, True], ids=["kept", "given back at once"])
async def test_agent_takes_over_while_the_bot_is_thinking(
    visitors: Visitors, rasa: Running[FakeRasa], agent: User, given_back: bool
) -> None:
    visitor = visitors()
    await visitor.open()
    rasa.app.hold = asyncio.Event()
    await visitor.send("a hard question")
    await wait_until(lambda: rasa.app.asked, "Rasa to think")
    conversation = await in_database(Conversation.objects.get)
    await in_database(handoffs.take, conversation.pk, agent)
    if given_back:
        await in_database(handoffs.hand_back, conversation.pk, agent)
    rasa.app.hold.set()
    turn = await wait_for_rows(Turn.objects.filter(state=TurnState.DROPPED).exclude(replies=[]).first, "a dropped turn")
    assert turn.replies[0]["text"] == "about: a hard question"
    assert not await in_database(Message.objects.filter(author="bot").exists)


async def test_only_the_owner_speaks(visitors: Visitors, agent: User) -> None:
    visitor = visitors()
    conversation = await ask_for_person(visitor)
    other = await in_database(User.objects.create_user, "kavya")
    with pytest.raises(TransitionRefused):
        await in_database(handoffs.record_agent_reply, conversation.pk, agent, "not taken yet")
    await in_database(handoffs.take, conversation.pk, agent)
    await in_database(handoffs.take, conversation.pk, agent)
    for refused in (handoffs.take, handoffs.close, handoffs.hand_back):
        with pytest.raises(TransitionRefused):
            await in_database(refused, conversation.pk, other)
    with pytest.raises(TransitionRefused):
        await in_database(handoffs.record_agent_reply, conversation.pk, other, "mine?")


async def test_two_agents_taking_at_once_one_gets_it(visitors: Visitors, agent: User) -> None:
    conversation = await ask_for_person(visitors())
    other = await in_database(User.objects.create_user, "kavya")
    results = await asyncio.gather(
        *(in_database(handoffs.take, conversation.pk, who) for who in (agent, other)), return_exceptions=True
    )
    assert sorted(isinstance(result, TransitionRefused) for result in results) == [False, True]


async def test_the_desk_hears_after_the_commit(visitors: Visitors, gateway: Gateway) -> None:
    heard: list[Event] = []

    async def listen() -> None:
        async for event in gateway.feed.subscribe():
            heard.append(event)

    listener = asyncio.create_task(listen())
    await ask_for_person(visitors())
    await wait_until(lambda: "conversation.handed_off" in [event.name for event in heard], "the hand-off")
    listener.cancel()
    names = [event.name for event in heard]
    assert names[:2] == ["conversation.opened", "message.recorded"]
    assert not any("where is" in str(event) for event in heard)


async def test_quiet_conversations_close_and_awaited_ones_do_not(visitors: Visitors, agent: User) -> None:
    talking, waiting = visitors(), visitors()
    await talking.open()
    await talking.send("hello")
    await talking.wait_for_text("about: hello")
    await wait_for_rows(Conversation.objects.filter(lease_until=None, ready_at=None).exists, "rest")
    await ask_for_person(waiting)
    await wait_for_rows(lambda: Conversation.objects.filter(ready_at=None).count() == 2, "rest")
    long_ago = timezone.now() - timedelta(hours=25)
    await in_database(Conversation.objects.all().update, last_message_at=long_ago)
    assert await in_database(close_idle) == 1
    states = await in_database(lambda: sorted(Conversation.objects.values_list("state", flat=True)))
    assert states == ["closed", "waiting"]
    assert not any("closed" in text for text in talking.texts())
    await talking.send("again")
    await talking.wait_for_text("about: again")
    assert await in_database(Conversation.objects.count) == 3
