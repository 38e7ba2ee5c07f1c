"""What we send to Chatwoot, and what our stand-in for it answers, against Chatwoot's own description of both."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx
import pytest
import yaml
from django.contrib.auth.models import User

from bot.api.models import Delivery
from bot.chatwoot.replies import USERNAME
from bot.conversations import handoffs
from bot.conversations.models import Conversation, Message
from bot.conversations.states import State
from tests.bot.chatwoot.conftest import connect, fail, hand_off, settle, tell
from tests.bot.desk.conftest import Make, make, meera
from tests.fakes.chatwoot_server import ACCOUNT, INBOX, TOKEN, Chatwoot, build_reply
from tests.fakes.rows import in_database
from tests.fakes.running import run_app
from tests.flows.peers.conftest import CHATWOOT

__all__ = ["make", "meera"]
BASE = f"/api/v1/accounts/{ACCOUNT}"


def read_operations() -> set[str]:
    """All that the description has, with its places for numbers left open."""
    paths = yaml.safe_load(CHATWOOT.read_text("utf-8"))["paths"]
    return {
        f"{method.upper()} {'/'.join('*' if part.startswith('{') else part for part in path.split('/')[5:])}"
        for path, operations in paths.items()
        for method in operations
        if method != "parameters"
    }


def name_operation(call: str) -> str:
    method, path = call.split(" ")
    return f"{method} {'/'.join('*' if part.isdecimal() else part for part in path.strip('/').split('/'))}"


def hand_back(found: Conversation) -> None:
    """Its agent there gives it back to the assistant."""
    handoffs.hand_back(found.pk, User.objects.get(username=USERNAME))


async def test_a_mirrored_conversation_is_what_chatwoot_describes(
    transactional_db: None,
    guard: Callable[[str], AbstractContextManager[str]],
    make: Make,
    meera: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chatwoot = Chatwoot(bot=True)
    found = await in_database(make, "I want a person", State.BOT)
    # Known there, but not in our inbox; and the first four answers get lost.
    known = {"id": 10, "name": "Visitor", "identifier": f"seva-{found.contact_id}", "contact_inboxes": []}
    chatwoot.contacts.append(known)
    async with run_app(chatwoot) as running:
        with guard(running.url) as url:
            async with connect(url, monkeypatch) as hook:
                chatwoot.fail = 4
                await in_database(hand_off, found)
                await settle()
                assert await tell(hook, build_reply(1, "Namaste, I am Ravi.", 55)) == 200
                await fail(55, "blocked")
                await in_database(hand_back, found)
                await in_database(hand_off, found)
                await in_database(handoffs.take, found.pk, meera)
                assert await tell(hook, build_reply(1, "me too", 56)) == 409
                await in_database(handoffs.close, found.pk, meera)
                await settle()
            await check_that_it_says_no(url, chatwoot)
    assert {name_operation(call) for call in chatwoot.calls} == read_operations()
    assert (len(chatwoot.contacts), len(chatwoot.talks), chatwoot.find(1)["status"]) == (1, 1, "resolved")
    assert chatwoot.read(1)[0] == ("incoming", "I want a person")
    written = [one["source_id"] for one in chatwoot.find(1)["messages"]]
    assert len(written) == len(set(written)) > 5
    assert await in_database(lambda: Message.objects.get(author="agent").text) == "Namaste, I am Ravi."
    assert await in_database(lambda: set(Delivery.objects.values_list("status", flat=True))) == {200}


async def check_that_it_says_no(url: str, chatwoot: Chatwoot) -> None:
    """Otherwise all of it would prove nothing."""
    calls = list(chatwoot.calls)
    async with httpx.AsyncClient(base_url=url + BASE, headers={"api_access_token": TOKEN}) as http:
        for path, body in (
            ("/conversations", {"inbox_id": INBOX, "contact_id": 10}),
            ("/contacts", {"inbox_id": INBOX, "identifer": "seva-1"}),
            ("/conversations/1/messages", {"content": "hi", "message_type": "note"}),
            ("/conversations/1/toggle_status", {}),
        ):
            assert (await http.post(path, json=body)).status_code == 422
        assert (await http.patch("/conversations/1/messages/55", json={"status": "lost"})).status_code == 422
    assert chatwoot.calls == calls
