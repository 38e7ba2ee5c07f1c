"""WhatsApp when something is wrong: Meta slow or refusing, the window closed, gateways dying. An oracle counts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from bot.channels.troubles import read_trouble
from bot.conversations import handoffs
from bot.conversations.models import ChannelIdentity, Conversation, Message
from bot.conversations.outreach import queue_outreach
from bot.conversations.states import Delivery
from tests.fakes.crashing import GatewayProcess, OwnDatabase
from tests.fakes.crowd import PEOPLE, find_disorder, write_lines
from tests.fakes.graph_server import FakeGraph, Fault
from tests.fakes.meta import SETTINGS, Meta, build_status, build_text, envelope, report_by
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running
from tests.fakes.visitor import wait_until
from tests.flows.conftest import Line
from tests.flows.test_crashes import find_unfinished


async def find_outbound(delivery: str) -> Message:
    return await wait_for_rows(
        Message.objects.filter(direction="outbound", delivery=delivery).first, f"a message that is {delivery}"
    )


FAULTS = [
    [Fault(500)],
    [Fault(503, 131016), Fault(500, 131000)],
    [Fault(400, 130429), Fault(400, 130429)],
    [Fault(429)],
    [Fault(400, 131056)],
    [Fault(400, 131057)],
    [Fault(cut=True)],
    [Fault(504)],
]


async def test_what_passes_is_waited_for_and_sent_once(line: Line) -> None:
    for number, faults in enumerate(FAULTS, start=1):
        line.graph.faults.extend(faults)
        await line.meta.say(f"try {number}", f"9198765{number:05}")
        await wait_until(lambda: len(line.graph.accepted) == number, f"an answer after {faults}")  # noqa: B023
        assert not line.graph.faults
    await wait_for_rows(lambda: Message.objects.filter(delivery="sent").count() == len(FAULTS), "all to be sent")
    assert set(line.graph.count().values()) == {1}
    assert line.graph.texts() == [f"about: try {number}" for number in range(1, len(FAULTS) + 1)]


async def test_an_answer_that_was_lost_is_not_sent_again_if_a_status_tells_of_it(line: Line) -> None:
    line.graph.faults.append(Fault(cut=True, accepts=True))
    line.graph.on_accept, reporting = report_by(line.meta, "sent", "delivered")
    await line.meta.say("hello")
    row = await find_outbound(Delivery.DELIVERED)
    assert (row.external_id, row.maybe_repeated) == ("wamid.out1", False)
    await line.meta.say("and again")
    await wait_until(lambda: len(line.graph.accepted) == 2, "the second answer")
    await asyncio.gather(*reporting)
    assert set(line.graph.count().values()) == {1}


async def test_an_answer_that_was_lost_without_a_word_is_sent_again_and_marked(line: Line) -> None:
    line.graph.faults.append(Fault(cut=True, accepts=True))
    await line.meta.say("hello")
    row = await find_outbound(Delivery.SENT)
    assert (set(line.graph.count().values()), row.maybe_repeated) == ({2}, True)


@pytest.mark.parametrize(
    ("code", "error", "reachable"),
    [
        (131047, "window_closed (131047)", True),
        (131026, "unreachable (131026)", False),
        (131049, "not_allowed (131049)", True),
        (100, "malformed (100)", True),
        (999999, "other (999999)", True),
    ],
)
async def test_what_never_helps_is_told_at_once(line: Line, code: int, error: str, reachable: bool) -> None:
    line.graph.faults.append(Fault(400, code))
    await line.meta.say("hello")
    assert (await find_outbound(Delivery.FAILED)).error == error
    assert (await in_database(ChannelIdentity.objects.get)).reachable == reachable
    await line.meta.say("next")
    await wait_until(lambda: line.graph.texts() == ["about: next"], "the next answer")


async def test_their_fault_that_lasts_is_given_up(line: Line) -> None:
    line.graph.faults.extend([Fault(500, 131000)] * 6)
    await line.meta.say("hello")
    assert (await find_outbound(Delivery.FAILED)).error == "server (131000)"


async def test_an_ended_token_keeps_everything_until_it_is_renewed(line: Line) -> None:
    line.graph.token, right = "another", line.graph.token
    for number in range(3):
        await line.meta.say(f"question {number}", f"91987650000{number}")
    await wait_for_rows(lambda: Message.objects.filter(delivery="delayed").count() == 3, "all to wait")
    assert "190" in read_trouble("whatsapp")
    line.graph.token = right
    await wait_until(lambda: len(line.graph.accepted) == 3, "the answers")
    await wait_for_rows(lambda: Message.objects.filter(delivery="sent").count() == 3, "all to be sent")
    assert read_trouble("whatsapp") == ""


async def test_a_graph_that_is_away_is_waited_for(line: Line, graph: Running[FakeGraph]) -> None:
    await graph.stop()
    await line.meta.say("hello")
    await find_outbound(Delivery.DELAYED)
    await graph.start()
    await wait_until(lambda: line.graph.texts() == ["about: hello"], "the answer")
    assert not (await find_outbound(Delivery.SENT)).maybe_repeated


async def close_window() -> None:
    closed = timezone.now() - timedelta(hours=1)
    await in_database(ChannelIdentity.objects.update, window_closes_at=closed)


async def agent_answers(line: Line, agent: User, text: str) -> Conversation:
    await line.meta.say("a person please")
    conversation = await wait_for_rows(Conversation.objects.filter(state="waiting").first, "the hand-off")
    await wait_for_rows(lambda: not Message.objects.filter(delivery__in=["queued", "sending"]).exists(), "rest")
    await close_window()
    await in_database(handoffs.take, conversation.pk, agent)
    await in_database(handoffs.record_agent_reply, conversation.pk, agent, text)
    return conversation


async def test_after_the_window_nothing_is_sent_and_the_desk_is_told(line: Line, agent: User) -> None:
    await agent_answers(line, agent, "too late?")
    row = await find_outbound(Delivery.FAILED)
    assert (row.text, row.error) == ("too late?", "window_closed")
    assert "too late?" not in str(line.graph.texts())
    await line.meta.say("still there?")
    identity = await in_database(ChannelIdentity.objects.get)
    assert identity.window_closes_at is not None
    assert identity.window_closes_at > timezone.now() + timedelta(hours=23)


@pytest.mark.parametrize("whatsapp_settings", [{"whatsapp_template": ("shop_message",)}])
async def test_after_the_window_the_template_carries_the_words(line: Line, agent: User) -> None:
    conversation = await agent_answers(line, agent, "your parcel\nis **here**")
    await wait_until(lambda: line.graph.accepted[-1]["type"] == "template", "the template")
    template = line.graph.accepted[-1]["template"]
    assert (template["name"], template["language"]) == ("shop_message", {"code": "en"})
    assert line.graph.texts()[-1] == "your parcel is *here*"
    await in_database(queue_outreach, conversation.pk, "restock-1", "It is back!")
    await wait_until(lambda: line.graph.texts()[-1] == "It is back!", "the promise")


@pytest.mark.parametrize("whatsapp_settings", [{"whatsapp_template": ("shop_message", "order_news")}])
async def test_an_agent_chooses_among_templates_in_the_customers_language(line: Line, agent: User) -> None:
    conversation = await agent_answers(line, agent, "the first is for whoever chooses none")
    await in_database(Conversation.objects.filter(pk=conversation.pk).update, language="gu")
    await in_database(handoffs.record_agent_reply, conversation.pk, agent, "your parcel", None, 0.0, (), "order_news")
    await wait_until(lambda: line.graph.texts()[-1] == "your parcel", "the chosen template")
    first, second = (line.graph.accepted[place]["template"] for place in (-2, -1))
    assert first["name"] == "shop_message"
    assert (second["name"], second["language"]) == ("order_news", {"code": "gu"})


@pytest.fixture
async def dying(
    own_database: OwnDatabase, rasa: Running[FakeRasa], graph: Running[FakeGraph]
) -> AsyncIterator[tuple[GatewayProcess, Meta]]:
    """A gateway to be killed, and Meta, who repeats until it is taken."""
    # Long enough that a busy machine keeps its lease and hears of its reports: then a mark has only one cause.
    settings = {name.upper(): value for name, value in SETTINGS.items()} | {"LEASE_S": "4", "REPORT_WAIT_S": "4"}
    process = GatewayProcess(own_database, rasa.url, None, WHATSAPP_API_URL=f"{graph.url}/v25.0", **settings)
    meta = Meta(process.url)
    yield process, meta
    await meta.close()
    await process.end()


@pytest.mark.parametrize("point", ["before_a", "after_a", "before_b", "inside_b", "after_b", "before_c", "after_c"])
async def test_a_crash_loses_and_doubles_nothing(
    dying: tuple[GatewayProcess, Meta],
    own_database: OwnDatabase,
    rasa: Running[FakeRasa],
    graph: Running[FakeGraph],
    point: str,
) -> None:
    process, meta = dying
    graph.app.on_accept, reporting = report_by(meta, "sent", "delivered")
    await process.start(point, 2)
    texts = [f"{point} {number}" for number in range(3)]

    async def talk() -> None:
        for text in texts:
            await meta.say(text)
            # The next question after the answer, so that each is a turn of its own.
            await wait_until(lambda: f"about: {text}" in graph.app.texts(), "the answer", timeout_s=30)  # noqa: B023

    talking = asyncio.create_task(talk())
    await process.wait_for_death()
    await process.start()
    await asyncio.wait_for(talking, 40)
    await wait_until(lambda: not find_unfinished(own_database), "all work to be done", timeout_s=20)
    await asyncio.wait_for(asyncio.gather(*reporting), 20)
    assert [said for *_, said in rasa.app.ran] == texts
    assert graph.app.texts() == [f"about: {text}" for text in texts]
    rows = own_database.read(
        "SELECT direction, delivery, maybe_repeated FROM conversations_message ORDER BY direction, id"
    )
    assert Counter((direction, delivery) for direction, delivery, _ in rows) == {
        ("inbound", ""): 3,
        ("outbound", "delivered"): 3,
    }
    # A status tells that it went out; only where it surely may not have gone out is it sent a second time.
    assert sum(bool(marked) for *_, marked in rows) == (1 if point == "after_b" else 0)
    assert set(graph.app.count().values()) == {1}


async def test_fifty_conversations_at_once_keep_their_order(line: Line, rasa: Running[FakeRasa]) -> None:
    """Webhooks come again late, and Meta refuses, asks to wait and cuts the line between."""
    crowd = [f"9199000{number:05}" for number in range(PEOPLE)]
    line.graph.faults.extend([Fault(429), Fault(500), Fault(400, 131056), Fault(cut=True), Fault(504)] * 2)

    async def talk(user: str) -> None:
        for number, text in enumerate(write_lines(user)):
            await line.meta.deliver(envelope(messages=[build_text(text, user, f"wamid.{user}.{number}")]))
        await line.meta.deliver(envelope(messages=[build_text(write_lines(user)[0], user, f"wamid.{user}.0")]))

    await asyncio.gather(*(talk(user) for user in crowd))
    await wait_for_rows(lambda: not Message.objects.filter(handling="pending").exists(), "all answers", 60)
    unsent = Message.objects.filter(direction="outbound").exclude(delivery="sent")
    await wait_for_rows(lambda: not unsent.exists(), "all to be sent", 60)
    sent: dict[str, list[str]] = {}
    for body in line.graph.accepted:
        sent.setdefault(body["to"], []).append(body["text"]["body"])
    assert find_disorder(crowd, [text for *_, text in rasa.app.ran], sent) == []
    assert set(line.graph.count().values()) == {1}
    assert rasa.app.side_by_side == 1
    assert not line.graph.faults


async def test_the_same_status_from_eight_connections_is_one(line: Line) -> None:
    await line.meta.say("hello")
    await find_outbound(Delivery.SENT)
    report = envelope(statuses=[build_status("wamid.out1", "delivered")])
    answers = await asyncio.gather(*(line.meta.post(report) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    await find_outbound(Delivery.DELIVERED)
