"""A page that was away: everything it missed comes, in order, in bounded frames, and once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import socketio

from bot.assembly import Gateway
from bot.channels.contract import SessionState
from bot.conversations.history import HISTORY_CHARS_MAX, HISTORY_MAX
from bot.conversations.models import Conversation, Message
from bot.conversations.port import DatabaseInbox
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running
from tests.fakes.visitor import Visitor, close_client, wait_until

Visitors = Callable[[], Visitor]


def write_missed(texts: list[str]) -> None:
    """What the assistant said while the page was away."""
    conversation = Conversation.objects.get()
    Message.objects.bulk_create(
        Message(conversation=conversation, direction="outbound", author="bot", text=text, delivery="sent")
        for text in texts
    )


async def begin(visitor: Visitor) -> None:
    """A conversation with one question and its answer; the page is closed after it."""
    await visitor.open()
    await visitor.send("first")
    await visitor.wait_for_text("about: first")
    await wait_for_rows(Conversation.objects.filter(lease_until=None).exists, "the end of the work")
    await visitor.leave()


@pytest.mark.parametrize("count", [HISTORY_MAX - 1, HISTORY_MAX, HISTORY_MAX + 1, 2 * HISTORY_MAX + 50])
async def test_a_long_absence_is_made_good(visitors: Visitors, count: int) -> None:
    visitor = visitors()
    await begin(visitor)
    missed = [f"missed {number}" for number in range(count)]
    await in_database(write_missed, missed)
    pages = len(visitor.session_states)
    state = await visitor.open()
    assert visitor.texts() == ["about: first", *missed]
    assert (state["more"], state["last_id"]) == (False, max(visitor.shown))
    shown = [entry["id"] for page in visitor.session_states[pages:] for entry in page["history"]]
    assert shown == sorted(set(shown))
    assert all(len(page["history"]) <= HISTORY_MAX for page in visitor.session_states)
    assert len(visitor.session_states) - pages == -(-count // HISTORY_MAX)


async def test_long_messages_come_in_frames_that_a_widget_takes(visitors: Visitors) -> None:
    visitor = visitors()
    await begin(visitor)
    missed = [f"{number}" + "ક" * 15_000 for number in range(60)]
    await in_database(write_missed, missed)
    await visitor.open()
    assert visitor.texts()[1:] == missed
    sizes = [sum(len(entry["text"]) for entry in page["history"]) for page in visitor.session_states]
    assert max(sizes) <= HISTORY_CHARS_MAX


async def test_a_new_page_shows_the_newest_and_says_that_there_is_more(visitors: Visitors) -> None:
    visitor, reloaded = visitors(), visitors()
    await begin(visitor)
    await in_database(write_missed, [f"missed {number}" for number in range(150)])
    reloaded.session_id = visitor.session_id
    state = await reloaded.open()
    assert reloaded.texts() == [f"missed {number}" for number in range(50, 150)]
    assert state["more"]


async def test_what_is_said_while_a_page_opens_is_not_lost(
    gateway: Gateway, visitors: Visitors, rasa: Running[FakeRasa]
) -> None:
    """The answer goes out after the history was read and before the page has it."""
    opening, other = visitors(), visitors()
    await begin(opening)
    other.session_id = opening.session_id
    await other.open()

    class Interrupted(DatabaseInbox):
        async def open_session(self, channel: str, user_external_id: str, after_id: int) -> SessionState:
            state = await super().open_session(channel, user_external_id, after_id)
            gateway.webchat.attach(gateway.inbox)
            await other.send("meanwhile")
            await other.wait_for_text("about: meanwhile")
            return state

    gateway.webchat.attach(Interrupted(gateway.pool, gateway.worker))
    await opening.open()
    await opening.wait_for_text("about: meanwhile")


async def test_a_session_that_cannot_be_opened_now_is_asked_for_again(gateway: Gateway, visitors: Visitors) -> None:
    class Away(DatabaseInbox):
        async def open_session(self, channel: str, user_external_id: str, after_id: int) -> SessionState:
            raise OSError("the database is away")

    visitor = visitors()
    await begin(visitor)
    gateway.webchat.attach(Away(gateway.pool, gateway.worker))
    opening = asyncio.create_task(visitor.open())
    await wait_until(lambda: visitor.errors, "an error frame")
    assert (visitor.errors[0]["code"], visitor.errors[0]["retry_after_s"]) == ("unavailable", 2.0)
    gateway.webchat.attach(gateway.inbox)
    await visitor.emit("session_request", {"session_id": visitor.session_id, "last_id": visitor.known_to})
    await opening


@pytest.fixture
async def rasa_widget(webchat_url: str) -> AsyncIterator[Callable[..., Awaitable[list[Any]]]]:
    """What Rasa's stock widgets do on a reload: their session id and nothing else."""
    clients: list[socketio.AsyncClient] = []

    async def come_back(session_id: str | None) -> list[Any]:
        client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        clients.append(client)
        heard: list[Any] = []
        client.on("session_confirm", lambda data: heard.append(("session_confirm", data)))
        client.on("bot_uttered", lambda data: heard.append(("bot_uttered", data["text"])))
        await client.connect(webchat_url, transports=["websocket"])
        await client.call("session_request", {"session_id": session_id})
        return heard

    yield come_back
    for client in clients:
        await close_client(client)


async def test_rasa_s_widgets_are_told_nothing_new(
    visitors: Visitors, rasa_widget: Callable[..., Awaitable[list[Any]]]
) -> None:
    visitor = visitors()
    await begin(visitor)
    await in_database(write_missed, [f"missed {number}" for number in range(250)])
    assert await rasa_widget(visitor.session_id) == [("session_confirm", visitor.session_id)]
