"""What becomes of messages on their way out: in order, delayed, refused, tired."""

from __future__ import annotations

import pytest

from bot.channels.contract import Delayed, Rejected, SendResult, Sent
from bot.conversations import outbox, steps
from bot.conversations.clock import After
from bot.conversations.leases import Claim
from bot.conversations.models import ChannelIdentity, Conversation, Message
from bot.conversations.states import Delivery
from bot.conversations.steps import Ask, Send
from tests.bot.conversations.conftest import Say, build_result


@pytest.fixture
def sending(say: Say) -> tuple[Claim, Send]:
    """The first of two answers, about to be sent."""
    accepted = say("hello", owner="one")
    assert accepted.claim
    assert isinstance(accepted.step, Ask)
    result = build_result(accepted.step.request.message_id, "first", "second")
    step = steps.after_answer(accepted.claim, accepted.step.turn_id, result, 1.0)
    assert isinstance(step, Send)
    return accepted.claim, step


def test_nothing_overtakes_a_delayed_message(sending: tuple[Claim, Send], say: Say) -> None:
    claim, step = sending
    assert steps.after_send(claim, step.message, Delayed(0.5, "429")) is None
    first, second = Message.objects.filter(direction="outbound")
    assert (first.delivery, first.error, second.delivery) == (Delivery.DELAYED, "429", Delivery.QUEUED)
    conversation = Conversation.objects.get()
    assert (conversation.lease_until, conversation.ready_at) == (None, first.next_try_at)
    assert steps.claim_work("one") is None
    Message.objects.filter(pk=first.pk).update(next_try_at=After(-0.1))
    Conversation.objects.update(ready_at=After(-0.1))
    work = steps.claim_work("one")
    assert work
    assert isinstance(work[1], Send)
    assert (work[1].message.text, work[1].message.maybe_repeated) == ("first", False)


def test_a_delayed_message_does_not_hold_up_understanding(sending: tuple[Claim, Send], say: Say) -> None:
    claim, step = sending
    steps.after_send(claim, step.message, Delayed(60, "429"))
    accepted = say("another question", owner="one")
    assert isinstance(accepted.step, Ask)


@pytest.mark.parametrize(
    ("result", "delivery", "marked", "reachable"),
    [
        (Sent("wamid.1"), Delivery.SENT, False, True),
        (Delayed(1, "503"), Delivery.DELAYED, False, True),
        (Delayed(1, "timeout", unknown=True), Delivery.DELAYED, True, True),
        (Rejected("too long"), Delivery.FAILED, False, True),
        (Rejected("blocked", unreachable=True), Delivery.FAILED, False, False),
    ],
    ids=["sent", "delayed", "unknown", "rejected", "unreachable"],
)
def test_results_are_kept(
    sending: tuple[Claim, Send], result: SendResult, delivery: str, marked: bool, reachable: bool
) -> None:
    claim, step = sending
    steps.after_send(claim, step.message, result)
    row = Message.objects.get(pk=step.message.id)
    assert (row.delivery, row.maybe_repeated) == (delivery, marked)
    assert row.external_id == (result.external_id if isinstance(result, Sent) else None)
    assert ChannelIdentity.objects.get().reachable == reachable


def test_a_message_is_given_up_in_the_end(sending: tuple[Claim, Send]) -> None:
    claim, step = sending
    Message.objects.filter(pk=step.message.id).update(attempts=outbox.SEND_ATTEMPTS_MAX)
    following = steps.after_send(claim, step.message, Delayed(1, "still 503"))
    assert Message.objects.get(pk=step.message.id).delivery == Delivery.FAILED
    assert isinstance(following, Send)
    assert following.message.text == "second"
