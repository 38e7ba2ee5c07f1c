"""Several gateway processes and one Redis: whoever answers, the visitor's page shows it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import socketio
from django.contrib.auth.models import User

from bot.assembly import Gateway, build_gateway
from bot.config import config
from bot.conversations import handoffs
from bot.conversations.models import Conversation
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running, run_app
from tests.fakes.visitor import Visitor, wait_until


@pytest.fixture
async def pair(transactional_db: None, rasa: Running[FakeRasa], redis_url: str) -> AsyncIterator[list[Gateway]]:
    """Two gateways that share database and Redis."""
    settings = replace(config(), rasa_urls=(rasa.url,), redis_url=redis_url)
    gateways = [build_gateway(settings), build_gateway(settings)]
    for gateway in gateways:
        await gateway.start()
    yield gateways
    for gateway in gateways:
        await gateway.stop()


async def test_the_other_gateways_answer_reaches_the_page(pair: list[Gateway], agent: User) -> None:
    first, _ = pair
    async with run_app(socketio.ASGIApp(first.webchat.server)) as page:
        visitor = Visitor(page.url)
        await visitor.open()
        await first.worker.stop()  # it only takes messages in now; the other one has to find them
        await visitor.send("who answers?")
        await visitor.wait_for_text("about: who answers?")
        conversation = await wait_for_rows(Conversation.objects.filter(lease_until=None).first, "rest")
        await in_database(handoffs.take, conversation.pk, agent)
        await in_database(handoffs.record_agent_reply, conversation.pk, agent, "me")
        await visitor.wait_for_text("me")
        await wait_until(lambda: visitor.states, "conversation_state")
        assert [frame["metadata"]["id"] for frame in visitor.received] == sorted(visitor.shown)
        await visitor.leave()
