"""Reports of channels: before we know the id, of parts, of messages that are not ours."""

from __future__ import annotations

from typing import Any

from bot.channels.contract import Delayed, Sent
from bot.channels.reports import ChannelEvent, DeliveryReport
from bot.conversations import steps
from bot.conversations.clock import After
from bot.conversations.leases import Claim
from bot.conversations.models import ChannelNotice, Conversation, DeliveryRecord, Message
from bot.conversations.reports import record_events, record_reports
from bot.conversations.states import Delivery
from bot.conversations.steps import Ask, Send
from tests.bot.conversations.conftest import Say, build_result


def send(say: Say, *texts: str) -> tuple[Claim, Send]:
    """An answer on its way."""
    accepted = say("hello", owner="one", channel="whatsapp")
    assert accepted.claim
    assert isinstance(accepted.step, Ask)
    result = build_result(accepted.step.request.message_id, *texts)
    step = steps.after_answer(accepted.claim, accepted.step.turn_id, result, 1.0)
    assert isinstance(step, Send)
    return accepted.claim, step


def report(status: str, external_id: str = "wamid.1", **more: Any) -> DeliveryReport:
    return DeliveryReport("whatsapp", external_id, status, **more)


def test_a_status_before_our_own_commit_waits_for_it(say: Say) -> None:
    claim, step = send(say, "first")
    record_reports([report("delivered")])
    assert DeliveryRecord.objects.get().message is None
    assert steps.after_send(claim, step.message, Sent("wamid.1")) is None
    assert Message.objects.get(pk=step.message.id).delivery == Delivery.DELIVERED
    assert DeliveryRecord.objects.get().message_id == step.message.id


def test_a_status_that_was_parked_too_late_is_found_by_the_next_one(say: Say) -> None:
    claim, step = send(say, "first")
    steps.after_send(claim, step.message, Sent("wamid.1"))
    DeliveryRecord.objects.create(channel="whatsapp", external_id="wamid.1", status="read")
    record_reports([report("delivered")])
    assert Message.objects.get(pk=step.message.id).delivery == Delivery.READ


def test_a_status_with_our_id_ends_what_was_uncertain(say: Say) -> None:
    claim, step = send(say, "first")
    assert steps.after_send(claim, step.message, Delayed(60, "no answer", unknown=True)) is None
    record_reports([report("sent", own_id=step.message.id)])
    row = Message.objects.get(pk=step.message.id)
    assert (row.delivery, row.external_id, row.maybe_repeated) == (Delivery.SENT, "wamid.1", False)


def test_what_a_crash_left_waits_for_a_status_before_it_is_sent_again(say: Say) -> None:
    _, step = send(say, "first")
    Conversation.objects.update(lease_until=After(-1))
    work = steps.claim_work("two")
    assert work
    assert work[1] is None
    row = Message.objects.get(pk=step.message.id)
    assert (row.delivery, row.maybe_repeated) == (Delivery.DELAYED, True)
    assert row.next_try_at is not None
    Message.objects.update(next_try_at=After(-0.1))
    Conversation.objects.update(ready_at=After(-0.1))
    again = steps.claim_work("two")
    assert again
    assert isinstance(again[1], Send)


def test_a_part_that_was_reported_is_not_sent_again(say: Say) -> None:
    claim, step = send(say, "first")
    steps.after_send(claim, step.message, Delayed(60, "no answer", unknown=True, parts_sent=1))
    record_reports([report("sent", own_id=step.message.id, part=2, parts=3)])
    row = Message.objects.get(pk=step.message.id)
    assert (row.delivery, row.parts_sent) == (Delivery.DELAYED, 2)
    record_reports([report("sent", "wamid.3", own_id=step.message.id, part=3, parts=3)])
    assert Message.objects.get(pk=step.message.id).delivery == Delivery.SENT


def test_waiting_for_ones_turn_is_no_try(say: Say) -> None:
    claim, step = send(say, "first")
    steps.after_send(claim, step.message, Delayed(6, "throttled", counted=False))
    assert Message.objects.get(pk=step.message.id).attempts == 0


def test_reports_of_another_channel_change_nothing(say: Say) -> None:
    claim, step = send(say, "first")
    steps.after_send(claim, step.message, Sent("wamid.1"))
    record_reports([DeliveryReport("telegram", "wamid.1", "failed", own_id=step.message.id)])
    assert Message.objects.get(pk=step.message.id).delivery == Delivery.SENT


def test_announcements_are_kept_once(transactional_db: None) -> None:
    for _ in range(2):
        record_events([ChannelEvent("whatsapp", "sha256:1", "account_update", {"event": "x"})])
    assert ChannelNotice.objects.get().body == {"event": "x"}
