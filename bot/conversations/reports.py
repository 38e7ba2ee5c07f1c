"""What channels report of messages that went out. In any order and any number of times the same end comes out.

Each status of each message is one row; the message itself moves up in rank only (`DELIVERY_RANK`). A report that comes
before we know the channel's id of the message waits for it here, without a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q

from bot.channels.reports import ChannelEvent, DeliveryReport
from bot.conversations import events
from bot.conversations.channel_models import ChannelNotice, DeliveryRecord
from bot.conversations.clock import After
from bot.conversations.models import ChannelIdentity, Conversation, Message
from bot.conversations.states import DELIVERY_RANK, UNSENT, Delivery, Direction
from bot.conversations.texts import strip_unstorable

_DELIVERY = {
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "played": Delivery.READ,
    "failed": Delivery.FAILED,
}
_NAMES = {
    Delivery.SENT: events.MESSAGE_SENT,
    Delivery.DELIVERED: events.MESSAGE_DELIVERED,
    Delivery.READ: events.MESSAGES_READ,
    Delivery.FAILED: events.MESSAGE_FAILED,
}


@transaction.atomic
def record_reports(reports: Sequence[DeliveryReport]) -> None:
    """Writes them down and moves the messages they speak of. Safe to repeat."""
    found = [(report, find_message(report)) for report in reports]
    # Before any row of theirs is looked at, as the worker does, and always in one order.
    talks = {message.conversation_id for _, message in found if message}
    list(Conversation.objects.select_for_update().filter(pk__in=talks).order_by("pk").values_list("pk"))
    for report, message in found:
        record, is_new = DeliveryRecord.objects.get_or_create(
            channel=report.channel,
            external_id=report.external_id[:200],
            status=strip_unstorable(report.status)[:20],
            defaults={
                "message": message,
                "part": report.part,
                "parts": report.parts,
                "reason": strip_unstorable(report.reason)[:300],
                "unreachable": report.unreachable,
                "reported_at": report.at,
            },
        )
        if is_new and message:
            _apply(record, message)
        if message:
            # Parked just while commit C ran beside it, and seen by neither.
            settle_reports(report.channel, record.external_id, message.pk)


def find_message(report: DeliveryReport) -> Message | None:
    """The message of ours that a report speaks of, by our id or the channel's; None if there is none (yet)."""
    ours = Q(external_id=report.external_id)
    if report.own_id is not None:
        ours |= Q(pk=report.own_id)
    sent = Message.objects.filter(ours, channel=report.channel, direction=Direction.OUTBOUND)
    return sent.select_related("conversation").first()


def settle_reports(channel: str, external_id: str | None, message_id: int) -> None:
    """Applies what was reported of `external_id` before it was known to be this message's.

    Inside the caller's transaction, which holds the conversation's row.
    """
    if not external_id:
        return
    parked = list(DeliveryRecord.objects.filter(channel=channel, external_id=external_id, message=None))
    if parked:
        message = Message.objects.select_related("conversation").get(pk=message_id)
        for record in parked:
            DeliveryRecord.objects.filter(pk=record.pk).update(message=message)
            _apply(record, message)


@transaction.atomic
def record_events(found: Iterable[ChannelEvent]) -> None:
    """Keeps each once, for as long as `bot.care.forgetting` says. Safe to repeat."""
    for one in found:
        ChannelNotice.objects.get_or_create(
            channel=one.channel,
            external_id=one.external_id[:200],
            defaults={"kind": strip_unstorable(one.kind)[:60], "body": one.body},
        )


def _apply(record: DeliveryRecord, message: Message) -> None:
    row = Message.objects.filter(pk=message.pk)
    delivery = _DELIVERY.get(record.status)
    if delivery is None:
        return
    if record.part < record.parts and delivery != Delivery.FAILED:
        # Parts go out one after the other: up to this one they all did, if a crash made us unsure.
        row.filter(delivery__in=UNSENT, parts_sent__lt=record.part).update(parts_sent=record.part)
        return
    lower = [name for name, rank in DELIVERY_RANK.items() if rank < DELIVERY_RANK[delivery.value]]
    # It was sent once after all: no second try has begun.
    row.filter(delivery__in=UNSENT, attempts__lte=1).update(maybe_repeated=False)
    row.filter(external_id=None).update(external_id=record.external_id)
    row.filter(sent_at=None).update(sent_at=After())
    changed = row.filter(delivery__in=[*UNSENT, *lower]).update(
        delivery=delivery, next_try_at=None, error=record.reason if delivery == Delivery.FAILED else ""
    )
    if changed:
        data = {"message": message.pk, "direction": str(message.direction), "author": message.author}
        talk = message.conversation
        events.publish(events.Event(_NAMES[delivery], str(talk.pk), talk.state, data))
    if changed and record.unreachable:
        ChannelIdentity.objects.filter(conversations=message.conversation_id).update(reachable=False)
