"""Everything that goes out is a row here first: `queue_message` writes it, `mark_result` says what became of it.

There is no second way out: the bot's replies, agents' words and the gateway's own notices all pass here, in order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict, Unpack

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from bot.channels.contract import Button, Delayed, OutboundMessage, Rejected, SendResult, Sent
from bot.channels.media import File, build_path
from bot.config import config
from bot.conversations import events
from bot.conversations.buttons import build_buttons, build_cards
from bot.conversations.clock import After
from bot.conversations.leases import Claim, fence
from bot.conversations.models import ChannelIdentity, Conversation, Message, Turn
from bot.conversations.reports import settle_reports
from bot.conversations.states import UNSENT, Author, Delivery, Direction, FileState
from bot.conversations.texts import strip_unstorable

# After so many tries a message is failed and shown to the agents; providers' own waiting times add up to hours by then.
SEND_ATTEMPTS_MAX = 20
RETRY_AFTER_MAX_S = 3600.0
# Channels that report what became of a message by our own id: after a crash or a timeout that is waited for before
# anything is sent again (CHANNELS 1.6).
REPORTING = frozenset(("whatsapp",))


class OutboundRow(TypedDict, total=False):
    """What not every outbound row has; the columns of `Message`."""

    author_name: str
    kind: str
    agent: User | None
    image: str
    turn: Turn | None
    position: int | None
    client_key: str | None


def queue_message(
    conversation: Conversation,
    *,
    author: Author,
    text: str,
    buttons: Iterable[dict[str, Any]] = (),
    cards: Iterable[dict[str, Any]] = (),
    hold_s: float = 0.0,
    template: str = "",
    **row: Unpack[OutboundRow],
) -> Message:
    """Writes one outbound row. Inside the caller's transaction, which holds the conversation's row.

    `hold_s`: so long it waits before its first try (`replies.undo_reply`); nothing of the conversation overtakes it.
    `template`: name of the approved one that carries the words once the channel takes free ones no more.
    """
    public_cards, card_buttons = build_cards(cards)
    message = Message.objects.create(
        created_at=timezone.now(),
        conversation=conversation,
        channel=conversation.channel,
        direction=Direction.OUTBOUND,
        author=author,
        text=strip_unstorable(text),
        payload=template,
        buttons=[*build_buttons(buttons), *card_buttons],
        cards=public_cards,
        delivery=Delivery.QUEUED,
        next_try_at=After(hold_s) if hold_s else None,
        **row,
    )
    publish_message(events.MESSAGE_RECORDED, message, conversation.state)
    return message


def publish_message(name: str, message: Message, state: str) -> None:
    """Tells the desk about one message, after the commit."""
    data = {"message": message.pk, "direction": message.direction, "author": message.author}
    events.publish(events.Event(name, str(message.conversation_id), state, data))


def find_unsent(conversation: Conversation) -> Message | None:
    """The oldest message that has not gone out: nothing may overtake it."""
    return Message.objects.filter(conversation=conversation, delivery__in=UNSENT).order_by("id").first()


def is_due(message: Message) -> bool:
    """Whether it may be tried now, by the database's clock."""
    return message.next_try_at is None or Message.objects.filter(pk=message.pk, next_try_at__lte=After()).exists()


def await_report(message: Message) -> bool:
    """Whether it may have gone out and its channel will say so: then it waits for that, once, as `delayed`.

    Inside the caller's fenced transaction.
    """
    if message.delivery != Delivery.SENDING or message.channel not in REPORTING:
        return False
    row = Message.objects.filter(pk=message.pk)
    row.update(delivery=Delivery.DELAYED, maybe_repeated=True, next_try_at=After(config().report_wait_s))
    message.refresh_from_db(fields=["delivery", "maybe_repeated", "next_try_at"])
    return True


def mark_sending(message: Message) -> None:
    """The row says `sending` before the channel is called. Found so by a new lease, it may have gone out: marked.

    Inside the caller's fenced transaction.
    """
    message.maybe_repeated = message.maybe_repeated or message.delivery == Delivery.SENDING
    message.delivery = Delivery.SENDING
    message.attempts += 1
    message.save(update_fields=["delivery", "maybe_repeated", "attempts"])


def build_outbound(message: Message, conversation: Conversation) -> OutboundMessage:
    """The row as a channel gets it."""
    own = message.build_public_buttons()
    return OutboundMessage(
        id=message.pk,
        channel=message.channel,
        conversation=str(conversation.pk),
        user_external_id=conversation.identity.external_id,
        author=message.author,
        author_name=message.author_name,
        text=message.text,
        created_at=message.created_at,
        buttons=tuple(Button(b["id"], b["title"], b["kind"]) for b in own),
        cards=tuple(message.cards),
        image=message.image,
        turn=message.turn.record if message.turn else None,
        maybe_repeated=message.maybe_repeated,
        files=build_files(message),
        parts_sent=message.parts_sent,
        attempts=message.attempts,
        free_until=conversation.identity.window_closes_at,
        read_up_to=message.read_up_to,
        language=conversation.language,
        template=message.payload,
    )


def build_files(message: Message) -> tuple[File, ...]:
    """What goes out with it, as a channel gets it."""
    stored = message.attachments.filter(state=FileState.STORED).order_by("position")
    folder = config().media_path
    return tuple(
        File(one.kind, build_path(folder, one.pk), one.mime_type, one.file_name, str(one.pk), one.shown)
        for one in stored
    )


def mark_result(claim: Claim, message: OutboundMessage, result: SendResult) -> None:
    """Commit C: what became of a message, by its channel's word. Safe to repeat; inside the caller's transaction.

    Raises: LeaseLost.
    """
    fence(claim)
    row = Message.objects.filter(pk=message.id, delivery=Delivery.SENDING)
    match result:
        case Sent():
            changed = row.update(
                delivery=Delivery.SENT, external_id=result.external_id, next_try_at=None, error="", sent_at=After()
            )
            name = events.MESSAGE_SENT
            settle_reports(message.channel, result.external_id, message.id)
        case Delayed():
            name, changed = _mark_delayed(row, result)
        case Rejected():
            if result.parts_sent:
                row.update(parts_sent=result.parts_sent)
            changed = row.update(delivery=Delivery.FAILED, next_try_at=None, error=result.reason[:300])
            name = events.MESSAGE_FAILED
            if result.unreachable:
                ChannelIdentity.objects.filter(conversations=claim.conversation).update(reachable=False)
    if changed:
        data = {"message": message.id, "direction": Direction.OUTBOUND.value, "author": message.author}
        events.publish(events.Event(name, message.conversation, "", data))


def _mark_delayed(row: QuerySet[Message], result: Delayed) -> tuple[str, int]:
    tired = row.filter(attempts__gte=SEND_ATTEMPTS_MAX) if result.counted else row.none()
    if tired.update(delivery=Delivery.FAILED, next_try_at=None, error=f"given up: {result.reason}"[:300]):
        return events.MESSAGE_FAILED, 1
    if result.unknown:
        row.update(maybe_repeated=True)
    if result.parts_sent:
        row.update(parts_sent=result.parts_sent)
    if not result.counted:
        row.update(attempts=F("attempts") - 1)
    delay_s = min(max(result.retry_after_s, 0.0), RETRY_AFTER_MAX_S)
    changed = row.update(delivery=Delivery.DELAYED, next_try_at=After(delay_s), error=result.reason[:300])
    return events.MESSAGE_DELAYED, changed


def mark_read(channel: str, user_external_id: str, up_to_id: int) -> None:
    """The person has seen everything up to this message. Monotonic; ids of others' messages change nothing."""
    with transaction.atomic():
        conversation = (
            Conversation.objects.filter(identity__channel=channel, identity__external_id=user_external_id)
            .filter(messages__pk=up_to_id)
            .first()
        )
        if conversation is None or conversation.contact_read_id >= up_to_id:
            return
        Conversation.objects.filter(pk=conversation.pk).update(contact_read_id=up_to_id)
        seen = Message.objects.filter(conversation=conversation, pk__lte=up_to_id)
        seen.filter(delivery__in=[Delivery.SENT, Delivery.DELIVERED]).update(delivery=Delivery.READ)
        data = {"up_to": up_to_id}
        events.publish(events.Event(events.MESSAGES_READ, str(conversation.pk), conversation.state, data))
