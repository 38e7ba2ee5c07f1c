"""The row of a message that has come in, in whichever way it is read afterwards."""

from __future__ import annotations

from django.utils import timezone

from bot.channels.contract import InboundMessage
from bot.conversations.models import Conversation, Message
from bot.conversations.states import Author, Direction, Handling


def insert_arrival(
    inbound: InboundMessage,
    conversation: Conversation,
    *,
    text: str,
    kind: str,
    payload: str = "",
    handling: Handling = Handling.DONE,
) -> Message:
    """Raises: IntegrityError if its external_id is there already."""
    return Message.objects.create(
        conversation=conversation,
        channel=inbound.channel,
        external_id=inbound.external_id,
        direction=Direction.INBOUND,
        author=Author.CONTACT,
        author_name=conversation.contact.name,
        kind=kind,
        text=text,
        payload=payload,
        handling=handling,
        created_at=timezone.now(),
        written_at=inbound.sent_at,
    )
