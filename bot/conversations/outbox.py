"""Everything that goes out is a row here first: `queue_message` writes it, `mark_result` says what became of it.

There is no second way out: the bot's replies, agents' words and the gateway's own notices all pass here, in order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from bot.channels.contract import Button, Delayed, OutboundMessage, Rejected, SendResult, Sent
from bot.conversations import events
from bot.conversations.buttons import build_buttons, build_cards
from bot.conversations.clock import After
from bot.conversations.leases import Claim, fence
from bot.conversations.models import ChannelIdentity, Conversation, Message, Turn
from bot.conversations.states import UNSENT, Author, Delivery, Direction
from bot.conversations.texts import strip_unstorable

# After so many tries a message is failed and shown to the agents; providers' own waiting times add up to hours by then.
SEND_ATTEMPTS_MAX = 20
RETRY_AFTER_MAX_S = 3600.0


def queue_message(
    conversation: Conversation,
    *,
    author: Author,
    text: str,
    author_name: str = "",
    agent: User | None = None,
    buttons: Iterable[dict[str, Any]] = (),
    cards: Iterable[dict[str, Any]] = (),
    image: str = "",
    turn: Turn | None = None,
    position: int | None = None,
    client_key: str | None = None,
) -> Message:
    """Writes one outbound row. Inside the caller's transaction, which holds the conversation's row."""
    public_cards, card_buttons = build_cards(cards)
    message = Message.objects.create(
        conversation=conversation,
        channel=conversation.channel,
        direction=Direction.OUTBOUND,
        author=author,
        author_name=author_name,
        agent=agent,
        text=strip_unstorable(text),
        buttons=[*build_buttons(buttons), *card_buttons],
        cards=public_cards,
        image=image,
        turn=turn,
        position=position,
        client_key=client_key,
        delivery=Delivery.QUEUED,
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
    )


def mark_result(claim: Claim, message_id: int, result: SendResult) -> None:
    """Commit C: what became of a message, by its channel's word. Safe to repeat; inside the caller's transaction.

    Raises: LeaseLost.
    """
    fence(claim)
    message = Message.objects.select_related("conversation").get(pk=message_id)
    if message.delivery != Delivery.SENDING:
        return
    match result:
        case Sent():
            _mark_sent(message, result)
        case Delayed() if message.attempts < SEND_ATTEMPTS_MAX:
            _mark_delayed(message, result)
        case Delayed():
            _mark_failed(message, f"not taken after {message.attempts} tries: {result.reason}")
        case Rejected():
            _mark_failed(message, result.reason)
            if result.unreachable:
                ChannelIdentity.objects.filter(pk=message.conversation.identity_id).update(reachable=False)


def _mark_sent(message: Message, result: Sent) -> None:
    message.delivery = Delivery.SENT
    message.external_id = result.external_id
    message.next_try_at = None
    message.error = ""
    message.save(update_fields=["delivery", "external_id", "next_try_at", "error"])
    Message.objects.filter(pk=message.pk).update(sent_at=After())
    publish_message(events.MESSAGE_SENT, message, message.conversation.state)


def _mark_delayed(message: Message, result: Delayed) -> None:
    delay_s = min(max(result.retry_after_s, 0.0), RETRY_AFTER_MAX_S)
    Message.objects.filter(pk=message.pk).update(
        delivery=Delivery.DELAYED,
        next_try_at=After(delay_s),
        error=result.reason[:300],
        maybe_repeated=message.maybe_repeated or result.unknown,
    )
    publish_message(events.MESSAGE_DELAYED, message, message.conversation.state)


def _mark_failed(message: Message, reason: str) -> None:
    Message.objects.filter(pk=message.pk).update(delivery=Delivery.FAILED, next_try_at=None, error=reason[:300])
    publish_message(events.MESSAGE_FAILED, message, message.conversation.state)


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
