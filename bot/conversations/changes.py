"""What a channel says later: a person's words were edited, or the person can be written to no more, or again.

Each is one transaction with the event that told it, so that a second delivery changes nothing.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from bot.channels.reports import ChannelEvent, Edit
from bot.conversations import events
from bot.conversations.channel_models import ChannelNotice
from bot.conversations.leases import wake_conversation
from bot.conversations.models import ChannelIdentity, Conversation, Message
from bot.conversations.outbox import publish_message
from bot.conversations.reports import record_events
from bot.conversations.states import Delivery, Direction, State
from bot.conversations.texts import check_readable
from bot.errors import EmptyMessage

# Of the desk's words (`failure`).
BLOCKED = "blocked"


@transaction.atomic
def record_edit(event: ChannelEvent, edit: Edit) -> bool:
    """Keeps the event and makes the stored words the new ones; False if the event had been kept before.

    No turn starts: what was answered stays answered (CHANNELS 2.4). An edit that comes late never undoes a later one,
    and one of a message from before our time changes nothing.
    """
    if not _is_new(event):
        return False
    try:
        text = check_readable(edit.text)
    except EmptyMessage:
        return True
    own = Message.objects.filter(
        channel=event.channel,
        direction=Direction.INBOUND,
        conversation__identity__external_id=edit.user_external_id,
        external_id__endswith=edit.target,
    )
    message = own.select_related("conversation").order_by("-id").first()
    older = Q(written_at=None) | Q(written_at__lte=edit.at)
    if message and Message.objects.filter(older, pk=message.pk).update(text=text, written_at=edit.at):
        publish_message(events.MESSAGE_EDITED, message, message.conversation.state)
    return True


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
