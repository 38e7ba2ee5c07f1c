"""The short way leaves the same rows, steps and events as the long way, and steps aside for what is not ordinary."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bot.channels.contract import Delayed, Profile, Rejected, SendResult, Sent
from bot.conversations import events, inbox, steps
from bot.conversations.clock import After
from bot.conversations.leases import LeaseLost
from bot.conversations.models import Contact, Conversation, Message, Turn
from bot.conversations.states import Delivery, Handling, State
from bot.conversations.steps import Ask, Send
from bot.dialogue.protocol import Button, Card, Reply, TurnRecord, TurnResult
from tests.bot.conversations.conftest import Say, build_result

# What differs between any two conversations: ids of rows and buttons.
OWN = {"id", "conversation_id", "turn_id", "message_id", "contact_id", "identity_id", "external_id", "lease_owner"}


def build_rich_result(message_id: str) -> TurnResult:
    """An answer with everything a reply can have."""
    card = Card("Kurta", price="₹899", buttons=(Button("Ask", "/product"),))
    record = TurnRecord("faq", "answer", 0.9, "gu", "Gujr", topic="refund.time", ms={"nlu": 3.0})
    replies = (Reply("જવાબ", (Button("More", "/more", "related"),), "https://x/y.png", (card,)), Reply(None))
    return TurnResult(message_id, replies, record)


def ask(say: Say, channel: str, text: str) -> tuple[Any, Ask]:
    accepted = say(text, owner="one", channel=channel)
    assert accepted.claim
    assert isinstance(accepted.step, Ask)
    return accepted, accepted.step


def converse(say: Say, channel: str) -> list[Any]:
    """Two messages, answered and sent; all steps on the way."""
    seen: list[Any] = []
    for text in ("hello", "Where is it? 'quoted' % ૧૦"):
        accepted, step = ask(say, channel, text)
        following = steps.after_answer(accepted.claim, step.turn_id, build_rich_result(step.request.message_id), 1.0)
        seen += [
            accepted.recorded.text,
            accepted.claim.epoch,
            step.request.text,
            replace(step.request.context, contact=""),
        ]
        while isinstance(following, Send):
            messages = (following.message, *following.more)
            seen += [
                (m.text, m.author_name, m.image, len(m.buttons), len(m.cards), json.dumps(m.turn, sort_keys=True))
                for m in messages
            ]
            more = [(message, Sent()) for message in following.more]
            following = steps.after_send(accepted.claim, following.message, Sent(), more)
    return seen


def read_rows() -> list[dict[str, Any]]:
    """All rows without what is always different; of times only whether they are there."""
    rows = [row for model in (Contact, Conversation, Turn, Message) for row in model.objects.order_by("pk").values()]
    return [{key: _plain(value) for key, value in row.items() if key not in OWN} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if key != "id"}
    return "a time" if isinstance(value, datetime) else value


@pytest.fixture
def heard() -> Iterator[list[tuple[Any, ...]]]:
    """Events as name, state and author."""
    kept: list[tuple[Any, ...]] = []
    remove = events.add_listener(lambda event: kept.append((event.name, event.state, event.data.get("author"))))
    yield kept
    remove()


def close_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "record_question", lambda *_: None)
    monkeypatch.setattr(steps, "record_answer", lambda *_: None)
    monkeypatch.setattr(steps, "end_sending", lambda *_: False)


@pytest.mark.parametrize("channel", ["telegram", "webchat"])
def test_both_ways_leave_the_same_rows(
    say: Say, monkeypatch: pytest.MonkeyPatch, channel: str, heard: list[tuple[Any, ...]]
) -> None:
    short_steps = converse(say, channel)
    short_rows, short_events = read_rows(), sorted(heard)
    Contact.objects.all().delete()
    heard.clear()
    close_short_way(monkeypatch)
    long_steps = converse(say, channel)
    assert short_steps == long_steps
    assert short_rows == read_rows()
    assert short_events == sorted(heard)


def test_an_ordinary_message_takes_few_statements(say: Say) -> None:
    converse(say, "webchat")
    with CaptureQueriesContext(connection) as taken:
        accepted, step = ask(say, "webchat", "again")
        sending = steps.after_answer(accepted.claim, step.turn_id, build_result(step.request.message_id, "ok"), 1.0)
        assert isinstance(sending, Send)
        assert steps.after_send(accepted.claim, sending.message, Sent()) is None
    work = [one["sql"] for one in taken if one["sql"].split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE")]
    # Whether another program listens is asked for the question and for the answer.
    listening = [sql for sql in work if "api_endpoint" in sql]
    assert (len(listening), len(work)) == (2, 16), work


def test_replies_of_the_web_chat_share_a_commit(say: Say) -> None:
    converse(say, "webchat")
    accepted, step = ask(say, "webchat", "again")
    result = build_result(step.request.message_id, "first", "second", "third")
    sending = steps.after_answer(accepted.claim, step.turn_id, result, 1.0)
    assert isinstance(sending, Send)
    assert [m.text for m in (sending.message, *sending.more)] == ["first", "second", "third"]
    assert Message.objects.filter(delivery=Delivery.SENDING, attempts=1).count() == 3


@pytest.mark.parametrize(
    ("result", "rest"),
    [(Delayed(9.0, "busy"), Delivery.DELAYED), (Rejected("no"), Delivery.SENT)],
    ids=["delayed", "rejected"],
)
def test_what_is_not_sent_is_kept_and_seen(say: Say, result: SendResult, rest: Delivery) -> None:
    converse(say, "webchat")
    accepted, step = ask(say, "webchat", "again")
    answer = build_result(step.request.message_id, "first", "second")
    sending = steps.after_answer(accepted.claim, step.turn_id, answer, 1.0)
    assert isinstance(sending, Send)
    after: SendResult = Sent() if rest == Delivery.SENT else Delayed(0.0, "waits for the one before it")
    steps.after_send(accepted.claim, sending.message, result, [(sending.more[0], after)])
    first, second = Message.objects.filter(text__in=["first", "second"])
    assert (first.delivery, second.delivery) == (
        Delivery.DELAYED if isinstance(result, Delayed) else Delivery.FAILED,
        rest,
    )


def test_what_is_waiting_goes_first(say: Say) -> None:
    converse(say, "webchat")
    say("without a worker", channel="webchat")
    accepted, step = ask(say, "webchat", "with one")
    assert step.request.text == "without a worker\nwith one"
    steps.after_answer(accepted.claim, step.turn_id, build_result(step.request.message_id, "ok"), 1.0)
    assert not Message.objects.filter(handling=Handling.PENDING).exists()


@pytest.mark.parametrize("state", [State.WAITING, State.AGENT])
def test_a_persons_conversation_is_left_alone(say: Say, state: State) -> None:
    converse(say, "webchat")
    Conversation.objects.update(state=state)
    assert say("anybody?", owner="one", channel="webchat").claim is None


def test_a_quiet_conversation_is_closed_and_a_new_one_begun(say: Say) -> None:
    converse(say, "webchat")
    Conversation.objects.update(last_message_at=After(-1000 * 3600))
    ask(say, "webchat", "hello again")
    assert sorted(Conversation.objects.values_list("state", flat=True)) == ["bot", "closed"]


def test_a_taken_over_conversation_keeps_the_answer_unsent(say: Say) -> None:
    converse(say, "webchat")
    accepted, step = ask(say, "webchat", "slow one")
    Conversation.objects.update(state=State.AGENT)
    late = build_result(step.request.message_id, "too late")
    assert steps.after_answer(accepted.claim, step.turn_id, late, 1.0) is None
    assert not Message.objects.filter(text="too late").exists()


def test_who_lost_the_lease_writes_nothing(say: Say) -> None:
    converse(say, "webchat")
    accepted, step = ask(say, "webchat", "again")
    answer = build_result(step.request.message_id, "ok")
    sending = steps.after_answer(accepted.claim, step.turn_id, answer, 1.0)
    assert isinstance(sending, Send)
    Conversation.objects.update(epoch=99)
    before = read_rows()
    with pytest.raises(LeaseLost):
        steps.after_send(accepted.claim, sending.message, Sent())
    with pytest.raises(LeaseLost):
        steps.after_answer(accepted.claim, step.turn_id, answer, 1.0)
    assert read_rows() == before


def test_a_message_that_comes_while_the_last_is_sent_is_not_passed_by(say: Say) -> None:
    converse(say, "webchat")
    accepted, step = ask(say, "webchat", "again")
    sending = steps.after_answer(accepted.claim, step.turn_id, build_result(step.request.message_id, "ok"), 1.0)
    assert isinstance(sending, Send)
    say("one more", owner="one", channel="webchat")
    following = steps.after_send(accepted.claim, sending.message, Sent())
    assert isinstance(following, Ask)
    assert following.request.text == "one more"


def test_a_second_delivery_is_quiet_on_the_short_way(say: Say) -> None:
    converse(say, "webchat")
    first = say("x", owner="one", channel="webchat", external_id="same")
    again = say("x", owner="one", channel="webchat", external_id="same")
    assert (again.recorded.id, again.recorded.duplicate, again.claim) == (first.recorded.id, True, None)


def test_what_a_page_says_of_itself_is_written_down(say: Say) -> None:
    converse(say, "webchat")
    profile = Profile(name="Hetal", page={"product": "kurta-blue"})
    accepted = say("is it cotton?", owner="one", channel="webchat", profile=profile)
    assert isinstance(accepted.step, Ask)
    assert accepted.step.request.context.page_product == "kurta-blue"
    assert Contact.objects.get().name == "Hetal"


def test_commits_wait_for_the_disk_again_after_the_last(say: Say) -> None:
    converse(say, "webchat")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA synchronous").fetchone()[0] == 2
