"""One worker at a time: racing, expiry, clocks gone wrong, and zombies that may write nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from bot.channels.contract import Sent
from bot.conversations import steps
from bot.conversations.clock import After
from bot.conversations.leases import Claim, LeaseLost, claim_conversation, fence, release
from bot.conversations.models import Conversation, Message, Turn
from bot.conversations.states import Delivery, Handling, TurnState
from bot.conversations.steps import Ask, Send
from bot.conversations.turns import build_request
from tests.bot.conversations.conftest import Say, build_result


def expire() -> None:
    Conversation.objects.update(lease_until=After(-0.01))


def test_a_claimed_conversation_is_not_claimed_again(say: Say) -> None:
    accepted = say("hello", owner="one")
    assert accepted.claim
    assert isinstance(accepted.step, Ask)
    assert claim_conversation("two") is None
    assert say("more", owner="two").claim is None


def test_an_expired_lease_is_taken_over_with_a_higher_epoch(say: Say) -> None:
    first = say("hello", owner="one").claim
    assert first
    expire()
    second = claim_conversation("two")
    assert second
    assert second.epoch == first.epoch + 1


@pytest.mark.parametrize(("seconds", "claimable"), [(2.5, False), (3600.0, True)], ids=["fresh", "clock an hour ahead"])
def test_a_lease_from_a_clock_gone_wrong_holds_up_nobody(say: Say, seconds: float, claimable: bool) -> None:
    say("hello", owner="one")
    Conversation.objects.update(lease_until=After(seconds))
    assert (claim_conversation("two") is not None) == claimable


def test_a_zombie_writes_nothing(say: Say) -> None:
    stale = say("hello", owner="one")
    assert stale.claim
    assert isinstance(stale.step, Ask)
    expire()
    work = steps.claim_work("two")
    assert work
    claim, step = work
    assert isinstance(step, Ask)
    assert step.request == stale.step.request
    zombie, turn_id = stale.claim, stale.step.turn_id
    late = build_result(step.request.message_id, "from the zombie")
    writes: list[Callable[[], object]] = [
        lambda: steps.after_answer(zombie, turn_id, late, 1.0),
        lambda: steps.after_failure(zombie, turn_id, "x", True),
        lambda: steps.renew(zombie),
        lambda: steps.after_fault(zombie, "x"),
        lambda: release(zombie, None),
    ]
    for write in writes:
        with pytest.raises(LeaseLost):
            write()
    assert not Message.objects.filter(direction="outbound").exists()
    assert Turn.objects.get().state == TurnState.OPEN
    sending = steps.after_answer(claim, step.turn_id, build_result(step.request.message_id, "right"), 1.0)
    assert isinstance(sending, Send)
    with pytest.raises(LeaseLost):
        steps.after_send(stale.claim, sending.message, Sent())
    assert steps.after_send(claim, sending.message, Sent()) is None
    assert [m.text for m in Message.objects.filter(direction="outbound")] == ["right"]


def test_a_send_found_half_done_is_marked(say: Say) -> None:
    accepted = say("hello", owner="one")
    assert accepted.claim
    assert isinstance(accepted.step, Ask)
    result = build_result(accepted.step.request.message_id, "first", "second")
    sending = steps.after_answer(accepted.claim, accepted.step.turn_id, result, 1.0)
    assert isinstance(sending, Send)
    assert not sending.message.maybe_repeated
    expire()
    work = steps.claim_work("two")
    assert work
    claim, again = work
    assert isinstance(again, Send)
    assert (again.message.id, again.message.maybe_repeated) == (sending.message.id, True)
    second = steps.after_send(claim, again.message, Sent())
    assert isinstance(second, Send)
    assert (second.message.text, second.message.maybe_repeated) == ("second", False)


def test_writes_may_be_repeated_when_a_commit_was_in_doubt(say: Say) -> None:
    accepted = say("hello", owner="one")
    assert accepted.claim
    assert isinstance(accepted.step, Ask)
    result = build_result(accepted.step.request.message_id, "once")
    steps.after_answer(accepted.claim, accepted.step.turn_id, result, 1.0)
    sending = steps.after_answer(accepted.claim, accepted.step.turn_id, result, 1.0)
    assert isinstance(sending, Send)
    assert Message.objects.filter(direction="outbound").count() == 1
    steps.after_failure(accepted.claim, accepted.step.turn_id, "late news", True)
    assert Turn.objects.get().state == TurnState.ANSWERED


def test_two_workers_racing_for_many_conversations_share_them(say: Say) -> None:
    for number in range(12):
        say("hello", user=f"u{number}")
    start = threading.Barrier(4)

    def work(owner: str) -> list[Claim]:
        start.wait()
        found = []
        try:
            while claim := claim_conversation(owner):
                found.append(claim)
        finally:
            connections.close_all()
        return found

    with ThreadPoolExecutor(4) as pool:
        claims = [claim for found in pool.map(work, ["a", "b", "c", "d"]) for claim in found]
    assert len(claims) == 12
    assert len({claim.conversation for claim in claims}) == 12


def test_a_message_recorded_while_the_work_ends_is_found(say: Say) -> None:
    accepted = say("hello", owner="one")
    assert accepted.claim
    assert isinstance(accepted.step, Ask)
    sending = steps.after_answer(
        accepted.claim, accepted.step.turn_id, build_result(accepted.step.request.message_id, "ok"), 1.0
    )
    assert isinstance(sending, Send)
    say("one more", owner="one")
    following = steps.after_send(accepted.claim, sending.message, Sent())
    assert isinstance(following, Ask)
    assert following.request.text == "one more"


def test_fencing_renews_the_lease(say: Say) -> None:
    claim = say("hello", owner="one").claim
    assert claim
    Conversation.objects.update(lease_until=After(0.5))
    with transaction.atomic():
        fence(claim)
    assert Conversation.objects.filter(lease_until__gt=After(1.0)).exists()


def test_a_row_no_step_can_be_made_of_is_put_aside(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    say("broken", user="u1")
    say("fine", user="u2")

    def break_one(turn: Turn, conversation: Conversation) -> object:
        if turn.text == "broken":
            raise RuntimeError("no request can be made")
        return build_request(turn, conversation)

    monkeypatch.setattr("bot.conversations.steps.build_request", break_one)
    broken = steps.claim_work("one")
    assert broken
    assert broken[1] is None
    fine = steps.claim_work("one")
    assert fine
    assert isinstance(fine[1], Ask)
    for _ in range(5):
        Conversation.objects.filter(lease_until=None).update(ready_at=After(-1))
        steps.claim_work("one")
    assert Message.objects.get(text="broken").handling == Handling.DEAD
    conversation = Message.objects.get(text="broken").conversation
    assert (conversation.state, conversation.hand_offs.get().reason) == ("waiting", "action_failed")
    notices = Message.objects.filter(conversation=conversation, author="system")
    assert [notice.delivery for notice in notices] == [Delivery.SENDING, Delivery.QUEUED]
