"""Stars on every channel: from the press to the row and the thanks, once, also when a webhook comes twice."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User

from bot.conversations import handoffs
from bot.conversations.models import Conversation, Message, Rating
from bot.conversations.states import State
from bot.language.texts import say
from tests.fakes.meta import USER, build_message, envelope
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running
from tests.fakes.visitor import Visitor, wait_until
from tests.flows.conftest import Line

ASK = say("system.rating.ask", "en", name="Meera Joshi")
FOUR = say("system.rating.stars.four", "en")
THANKS = say("system.rating.thanks", "en", stars=4)


def solve(agent: User) -> Conversation:
    """The agent takes the only conversation and resolves it."""
    found = Conversation.objects.get()
    handoffs.take(found.pk, agent)
    return handoffs.close(found.pk, agent, resolved=True)


async def check_kept(solved: Conversation, rasa: FakeRasa) -> None:
    """One rating, nobody woken, all of it sent."""
    rating = await in_database(Rating.objects.get)
    assert (rating.stars, rating.agent_name, rating.conversation_id) == (4, "Meera Joshi", solved.pk)
    assert await in_database(lambda: Conversation.objects.get().state) == State.CLOSED
    assert [text for _, _, text in rasa.ran] == ["hello"]
    unsent = Message.objects.filter(direction="outbound").exclude(delivery="sent")
    await wait_for_rows(lambda: not unsent.exists(), "all to be sent")


async def test_a_list_on_whatsapp(line: Line, agent: User, rasa: Running[FakeRasa]) -> None:
    await line.meta.say("hello")
    await wait_until(lambda: line.graph.texts() == ["about: hello"], "the answer")
    solved = await in_database(solve, agent)
    await wait_until(lambda: line.graph.texts()[-1].endswith(ASK), "the question")
    rows = line.graph.accepted[-1]["interactive"]["action"]["sections"][0]["rows"]
    row = next(one for one in rows if one["title"] == FOUR)
    assert len(rows) == 5
    reply = {"type": "list_reply", "list_reply": {"id": row["id"], "title": row["title"]}}
    pressed = envelope(messages=[build_message("interactive", reply, USER, "wamid.stars")])
    for _ in range(2):
        assert (await line.meta.post(pressed)).status_code == 200
    await wait_until(lambda: line.graph.texts()[-1] == THANKS, "the thanks")
    # A row of a question that nobody knows any more: no word of it reaches the assistant.
    stale = {"type": "list_reply", "list_reply": {"id": "b_" + "x" * 22, "title": FOUR}}
    await line.meta.deliver(envelope(messages=[build_message("interactive", stale, USER, "wamid.stale")]))
    await wait_until(lambda: line.graph.texts()[-1] == say("system.rating.late", "en"), "a kind word")
    assert line.graph.texts().count(THANKS) == 1
    assert set(line.graph.count().values()) == {1}
    await check_kept(solved, rasa.app)


async def test_buttons_on_the_web(visitors: Callable[[], Visitor], agent: User, rasa: Running[FakeRasa]) -> None:
    visitor = visitors()
    await visitor.open()
    await visitor.send("hello")
    await visitor.wait_for_text("about: hello")
    await wait_for_rows(Conversation.objects.filter(lease_until=None).exists, "rest")
    solved = await in_database(solve, agent)
    asked = await visitor.wait_for_text(ASK)
    assert {one["kind"] for one in asked["buttons"]} == {"rating"}
    four = next(one["id"] for one in asked["buttons"] if one["title"] == FOUR)
    first = await visitor.send(four, cid="once")
    assert (await visitor.send(four, cid="once"))["id"] == first["id"]
    shown = await visitor.wait_for_text(THANKS)
    await visitor.send(shown["buttons"][0]["id"])
    await visitor.wait_for_text(say("system.rating.words", "en"))
    await visitor.send("She was so patient")
    await visitor.wait_for_text(say("system.rating.added", "en"))
    assert (await in_database(Rating.objects.get)).words == "She was so patient"
    assert visitor.texts().count(THANKS) == 1
    await check_kept(solved, rasa.app)
    # What is shown to a page that comes back: the stars as the customer's own words.
    again = await visitor.open(last_id=0)
    assert FOUR in [one["text"] for one in again["history"] if one["from"] == "customer"]
