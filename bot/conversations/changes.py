"""What a channel says later: a person's words were edited, or the person can be written to no more, or again.

Each is one transaction with the event that told it, so that a second delivery changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from bot.channels.contract import InboundMessage
from bot.channels.reports import ChannelEvent, Edit
from bot.conversations import events
from bot.conversations.channel_models import ChannelNotice
from bot.conversations.leases import wake_conversation
from bot.conversations.models import ChannelIdentity, Conversation, EarlierWords, Message
from bot.conversations.outbox import publish_message
from bot.conversations.reports import record_events
from bot.conversations.states import Delivery, Direction, State
from bot.conversations.texts import check_readable
from bot.errors import EmptyMessage

# Of the desk's words (`failure`).
BLOCKED = "blocked"


@transaction.atomic
def record_edit(event: ChannelEvent, edit: Edit) -> bool:
    """Keeps the event, makes the stored words the new ones and keeps the old; False if the event was known.

    No turn starts: what was answered stays answered (CHANNELS 2.4). An edit that comes late never undoes a later one,
    and one of a message from before our time changes nothing.
    """
    if not _is_new(event):
        return False
    try:
        text = check_readable(edit.text)
    except EmptyMessage:
        return True
    said = _said_by(event.channel, edit.user_external_id).filter(external_id__endswith=edit.target)
    _replace(said, text, edit.at)
    return True


def change_words(inbound: InboundMessage, text: str) -> None:
    """What a person's message does to an earlier one of theirs: an `edit` puts `text` there, `deleted` takes it back.

    Words taken back stay where they are, for the story; the desk folds them. Inside the caller's transaction.
    """
    said = _said_by(inbound.channel, inbound.user_external_id).filter(external_id=inbound.changes)
    at = inbound.sent_at or timezone.now()
    if inbound.kind == "edit" and text.strip():
        _replace(said, text, at)
    elif inbound.kind == "deleted" and (message := _lock(said)) and not message.earlier.filter(withdrawn=True).exists():
        EarlierWords.objects.create(message=message, text=message.text, until=at, withdrawn=True)
        publish_message(events.MESSAGE_EDITED, message, message.conversation.state)


def _said_by(channel: str, user_external_id: str) -> QuerySet[Message]:
    own = Message.objects.filter(channel=channel, direction=Direction.INBOUND)
    return own.filter(conversation__identity__external_id=user_external_id)


def _lock(said: QuerySet[Message]) -> Message | None:
    return said.select_for_update(of=("self",)).select_related("conversation").order_by("-id").first()


def _replace(said: QuerySet[Message], text: str, at: datetime) -> None:
    """Puts the words in the place of those before, which are kept. Of two changes the later one stands."""
    message = _lock(said)
    if message is None or (message.written_at and message.written_at > at):
        return
    if message.text != text:
        EarlierWords.objects.create(message=message, text=message.text, until=at)
    Message.objects.filter(pk=message.pk).update(text=text, written_at=at)
    publish_message(events.MESSAGE_EDITED, message, message.conversation.state)


@transaction.atomic
def record_reach(event: ChannelEvent, user_external_id: str, reachable: bool) -> bool:
    """Keeps the event and whether the person can be written to; False if the event had been kept before.

    What still waits for somebody who cannot is `failed` at once, for agents to see.
    """
    if not _is_new(event):
        return False
    identity = ChannelIdentity.objects.filter(channel=event.channel, external_id=user_external_id).first()
    if identity is None:
        return True
    ChannelIdentity.objects.filter(pk=identity.pk).update(reachable=reachable)
    for conversation in Conversation.objects.filter(identity=identity).exclude(state=State.CLOSED):
        if not reachable:
            wake_conversation(conversation.pk)  # holds the row, so that no worker takes one of these meanwhile
            waiting = conversation.messages.filter(delivery__in=[Delivery.QUEUED, Delivery.DELAYED])
            waiting.update(delivery=Delivery.FAILED, next_try_at=None, error=BLOCKED)
    return True


@transaction.atomic
def record_group(event: ChannelEvent) -> bool:
    """Keeps the event of a group; whether it is the first that is kept of that group, so that it is spoken to once."""
    earlier = ChannelNotice.objects.filter(channel=event.channel, kind=event.kind, body__chat=event.body["chat"])
    known = earlier.exists()
    record_events([event])
    return not known


def _is_new(event: ChannelEvent) -> bool:
    """Keeps the event; whether it was not there. Two deliveries at one moment may both act, and do the same."""
    if ChannelNotice.objects.filter(channel=event.channel, external_id=event.external_id[:200]).exists():
        return False
    record_events([event])
    return True
