"""Handed-off conversations stand in Chatwoot, once and in order, and its agents' replies reach the customer, once."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.contrib.auth.models import User

from bot.accounts.models import AuditEntry
from bot.channels.webhooks import Request, Webhook
from bot.conversations import handoffs
from bot.conversations.models import Conversation, Message
from bot.conversations.states import State
from tests.bot.chatwoot.conftest import begin, settle, tell
from tests.bot.desk.conftest import Make
from tests.fakes.chatwoot_server import SECRET, Chatwoot, build_file, build_reply, build_status, sign
from tests.fakes.rows import in_database
from tests.fakes.running import Running
from tests.fakes.visitor import wait_until


async def test_hand_off_stands_there_with_what_was_said_and_why(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make
) -> None:
    found = await begin(make, chatwoot.app)
    (talk,) = chatwoot.app.talks
    assert (talk["status"], talk["custom_attributes"]["seva_conversation"]) == ("open", str(found.pk))
    said = chatwoot.app.read(1)
    assert said[0] == ("incoming", "I want a person")
    assert [kind for kind, _ in said] == ["incoming", "note", "note"]
    assert said[2][1].endswith("Asked for a person")


async def test_what_is_with_the_bot_stays_here(hook: Webhook, chatwoot: Running[Chatwoot], make: Make) -> None:
    found = await in_database(make, "hello", State.BOT)
    await in_database(handoffs.close, found.pk)
    await settle()
    assert chatwoot.app.calls == []


async def test_replies_reach_the_customer_once_and_do_not_come_back(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make
) -> None:
    found = await begin(make, chatwoot.app)
    before = chatwoot.app.read(1)
    for _ in range(2):
        # With a backslash before the new line, as 4.9 to 4.12 told it.
        assert await tell(hook, build_reply(1, "Namaste,\\\nI am Ravi.", 55)) == 200
    await settle()
    (message,) = await in_database(lambda: list(Message.objects.filter(author="agent")))
    assert (message.text, message.author_name, message.delivery) == ("Namaste,\nI am Ravi.", "Ravi Patel", "queued")
    assert chatwoot.app.read(1) == before
    state = await in_database(lambda: Conversation.objects.get(pk=found.pk).state)
    assert state == State.AGENT
    seen = await in_database(lambda: list(AuditEntry.objects.order_by("id").values_list("who", "action")))
    assert seen == [("Chatwoot", "conversation.taken"), ("Chatwoot", "message.sent")]


async def test_an_answer_that_got_lost_doubles_nothing(hook: Webhook, chatwoot: Running[Chatwoot], make: Make) -> None:
    chatwoot.app.fail = 6
    await begin(make, chatwoot.app)
    assert (len(chatwoot.app.contacts), len(chatwoot.app.talks)) == (1, 1)
    said = chatwoot.app.read(1)
    assert len(said) == len(set(said)) == 3


async def test_resolved_there_is_closed_here(hook: Webhook, chatwoot: Running[Chatwoot], make: Make) -> None:
    found = await begin(make, chatwoot.app)
    await tell(hook, build_reply(1, "All good?", 55))
    assert await tell(hook, build_status(1, "resolved")) == 200
    state = await in_database(lambda: Conversation.objects.get(pk=found.pk).state)
    assert state == State.CLOSED
    await settle()
    assert chatwoot.app.find(1)["status"] == "resolved"


async def test_a_reply_that_cannot_be_sent_says_so_there(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make, meera: User
) -> None:
    found = await begin(make, chatwoot.app)
    await in_database(handoffs.take, found.pk, meera)
    # Anything but 2xx marks it as failed there.
    assert await tell(hook, build_reply(1, "me too", 56)) == 409
    assert await tell(hook, build_reply(1, None, 57, attachments=[build_file()])) == 409
    assert [text.split(":")[0] for kind, text in chatwoot.app.read(1)[-2:]] == ["This reply was not sent"] * 2
    assert not await in_database(lambda: Message.objects.filter(author="agent").exists())


@pytest.mark.parametrize(
    "more", [{"private": True}, {"message_type": "incoming"}, {"source_id": "seva-9"}, {"conversation": {"id": 99}}]
)
async def test_what_is_no_reply_is_left_alone(
    hook: Webhook, chatwoot: Running[Chatwoot], make: Make, more: dict[str, Any]
) -> None:
    await begin(make, chatwoot.app)
    assert await tell(hook, build_reply(1, "not for the customer", 58, **more)) == 200
    assert not await in_database(lambda: Message.objects.filter(author="agent").exists())


async def test_forged_and_stale_webhooks_are_refused(hook: Webhook, chatwoot: Running[Chatwoot], make: Make) -> None:
    await begin(make, chatwoot.app)
    body = build_reply(1, "forged", 59)
    raw = json.dumps(body).encode()
    for headers in (
        {"x-none": ""},
        sign(raw, "wrong"),
        sign(raw + b" "),
        sign(raw, at=time.time() - 600),
        {"x-chatwoot-signature": "sha256=é", "x-chatwoot-timestamp": str(int(time.time()))},
        {"x-chatwoot-signature": "sha256=", "x-chatwoot-timestamp": "9" * 5000},
    ):
        assert await tell(hook, body, **headers) == 403
    wrong = await hook.answer(Request("POST", {"secret": "no"}, {}, raw))
    old = await hook.answer(Request("POST", {"secret": SECRET}, {}, raw))
    # Set up when it did not sign yet; now it signs as well, with a secret of its own making.
    newer = await hook.answer(Request("POST", {"secret": SECRET}, sign(raw, "its own"), raw))
    assert (int(wrong.status), int(old.status), int(newer.status)) == (403, 200, 200)
    assert await in_database(lambda: Message.objects.filter(author="agent").count()) == 1


async def test_two_people_have_two_conversations(hook: Webhook, chatwoot: Running[Chatwoot], make: Make) -> None:
    await begin(make, chatwoot.app)
    second = await begin(make, chatwoot.app, "another person")
    assert [one["custom_attributes"]["seva_conversation"] for one in chatwoot.app.talks][1] == str(second.pk)
    await wait_until(lambda: chatwoot.app.read(2)[0] == ("incoming", "another person"), "the other one")
