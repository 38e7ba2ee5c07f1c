"""The live connection: what changed of a list and nothing else, read once for everybody, and who is there meanwhile."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any, TypeAlias

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import AsyncClient
from django.utils import timezone

from bot.conversations import events
from bot.conversations.database import DatabasePool
from bot.conversations.endings import snooze, wake
from bot.conversations.events import Event
from bot.conversations.feed import Feed, set_feed
from bot.conversations.handoffs import take
from bot.conversations.models import Conversation, Message
from bot.conversations.outbox import publish_message
from bot.conversations.states import Author, Direction, State
from bot.desk import pushing
from bot.desk.queue import Found, Wanted, read_list
from tests.bot.desk.conftest import Make
from tests.fakes.rows import in_database

Told: TypeAlias = dict[str, Any]
pytestmark = pytest.mark.django_db(transaction=True)


class Page:
    """An open desk page: the events of its live connection, one after the other."""

    def __init__(self, content: AsyncIterator[bytes]) -> None:
        self._content = content

    async def wait_for(self, name: str) -> Told:
        """The next event of that name; what comes before it is left out."""
        async for part in self._content:
            for line in part.decode().splitlines():
                if line.startswith("data: ") and (told := json.loads(line[6:]))["name"] == name:
                    return dict(told)
        raise AssertionError(f"the connection ended without {name}")

    async def close(self) -> None:
        await self._content.aclose()  # type: ignore[attr-defined]


@pytest.fixture
async def feed(transactional_db: None) -> AsyncIterator[Feed]:
    """The feed of a running gateway."""
    pool = DatabasePool(connection.vendor)
    made = Feed(pool=pool)
    await made.start()
    set_feed(made)
    yield made
    set_feed(None)
    await made.stop()
    await pool.close()
    # Of the thread in which Django answers requests.
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def open_page(feed: Feed) -> AsyncIterator[Callable[..., Any]]:
    """Opens a desk page of a new agent and reads its first list."""
    pages: list[Page] = []

    async def opened(name: str, query: str = "show=waiting") -> tuple[Page, Told, User]:
        agent = await in_database(lambda: User.objects.create_user(name, first_name=name.title(), is_staff=True))
        client = AsyncClient()
        await client.aforce_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        answer: Any = await client.get(f"/desk/feed?{query}")
        pages.append(Page(aiter(answer.streaming_content)))
        return pages[-1], await pages[-1].wait_for("list"), agent

    yield opened
    for page in pages:
        await page.close()


async def write(found: Conversation, text: str, author: Author = Author.CONTACT) -> None:
    def record() -> None:
        direction = Direction.INBOUND if author == Author.CONTACT else Direction.OUTBOUND
        message = Message.objects.create(
            conversation=found, channel="webchat", direction=direction, author=author, text=text
        )
        publish_message(events.MESSAGE_RECORDED, message, found.state)

    await in_database(record)


async def test_a_page_gets_its_list_and_then_only_what_changed(open_page: Callable[..., Any], make: Make) -> None:
    rows = await in_database(lambda: [make(f"case {number}") for number in range(3)])
    page, first, _ = await open_page("meera")
    assert (list(first["lines"]), first["order"]) == ([str(one.pk) for one in rows],) * 2
    await write(rows[1], "where are you?")
    told = await page.wait_for("list")
    assert list(told["lines"]) == [str(rows[1].pk)]
    assert "where are you?" in told["lines"][str(rows[1].pk)]
    assert (told["order"], told["waiting"]) == (first["order"], 3)


async def test_it_is_read_once_for_all_who_look(
    open_page: Callable[..., Any], make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Wanted] = []

    def counting(wanted: Wanted, agent_id: int) -> Found:
        read.append(wanted)
        return read_list(wanted, agent_id)

    found = await in_database(make)
    pages = [await open_page(f"agent{number}") for number in range(5)]
    monkeypatch.setattr(pushing, "read_list", counting)
    await write(found, "for all of you")
    for page, _, _ in pages:
        assert "for all of you" in str((await page.wait_for("list"))["lines"])
    assert len(read) <= 2


async def test_what_one_takes_leaves_the_others_queue(open_page: Callable[..., Any], make: Make) -> None:
    found = await in_database(make)
    page, _, _ = await open_page("meera")
    mine, _, ravi = await open_page("ravi", "show=mine")
    await in_database(take, found.pk, ravi)
    told = await page.wait_for("list")
    assert (told["order"], told["waiting"], told["mine"]) == ([], 0, 0)
    theirs = await mine.wait_for("list")
    assert (theirs["order"], theirs["mine"]) == ([str(found.pk)], 1)


async def test_what_is_put_aside_moves_to_the_list_for_that(open_page: Callable[..., Any], make: Make) -> None:
    found = await in_database(make)
    page, _, meera = await open_page("meera", "show=snoozed")
    other, _, _ = await open_page("ravi", "show=snoozed")
    await in_database(take, found.pk, meera)
    await in_database(snooze, found.pk, meera, timezone.now() + timedelta(hours=1))
    told = await page.wait_for("list")
    while not told["order"]:
        told = await page.wait_for("list")
    assert (told["order"], told["mine"], told["snoozed"]) == ([str(found.pk)], 0, 1)
    await in_database(wake, found.pk, meera)
    told = await page.wait_for("list")
    assert (told["order"], told["mine"], told["snoozed"]) == ([], 1, 0)
    assert (await other.wait_for("list"))["order"] == []


async def test_the_assistants_own_talk_moves_only_the_list_that_shows_it(
    open_page: Callable[..., Any], make: Make
) -> None:
    talk, waiting = await in_database(lambda: (make("hello", State.BOT), make()))
    page, _, _ = await open_page("meera")
    everything, _, _ = await open_page("ravi", "show=all")
    await write(talk, "and a question")
    assert "and a question" in str(await everything.wait_for("list"))
    await write(waiting, "a word to a person")
    told = await page.wait_for("list")
    assert list(told["lines"]) == [str(waiting.pk)]


async def test_who_looks_is_told_to_colleagues_and_not_to_oneself(open_page: Callable[..., Any], make: Make) -> None:
    found = await in_database(make)
    page, _, meera = await open_page("meera")
    other, _, _ = await open_page("ravi")
    data = {"on": True, "agent": meera.pk, "name": "Meera"}
    events.tell(Event(events.LOOKING, str(found.pk), "", data))
    told = await other.wait_for("agent.looking")
    assert (told["agent_name"], told["on"], told["conversation"]) == ("Meera", True, str(found.pk))
    await write(found, "and now this")
    names = []
    async for part in page._content:
        names += [json.loads(line[6:])["name"] for line in part.decode().splitlines() if line.startswith("data: ")]
        if "list" in names:
            break
    assert "agent.looking" not in names


async def test_no_list_without_a_sign_in(feed: Feed) -> None:
    assert (await AsyncClient().get("/desk/feed?show=all")).status_code == 204
