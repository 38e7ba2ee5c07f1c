"""The shop speaks first: a message that no turn asked for ("it is back in stock"), through the same outbox.

Called by the jobs that keep the shop's promises. Whether the channel still lets us (WhatsApp's 24 hours) is the
channel's to say when it sends; the row then fails with its reason, for an agent to see.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from bot.conversations import events
from bot.conversations.leases import wake_conversation
from bot.conversations.models import Conversation, Message
from bot.conversations.outbox import queue_message
from bot.conversations.states import Author, State
from bot.conversations.turns import name_bot


@transaction.atomic
def queue_outreach(
    conversation_id: uuid.UUID | str, key: str, text: str, buttons: Iterable[dict[str, Any]] = ()
) -> Message | None:
    """Queues the message in the person's open conversation (in a new one, if that is closed); wakes its worker.

    `key` names the promise it keeps: the same key in the same conversation is sent once. None if the conversation is
    gone (erased) or its person cannot be reached any more. Safe to repeat.
    """
    conversation = _find_open(conversation_id)
    if conversation is None or not conversation.identity.reachable:
        return None
    wake_conversation(conversation.pk)
    sent = Message.objects.filter(conversation__identity=conversation.identity, client_key=key[:64]).first()
    return sent or queue_message(
        conversation,
        author=Author.BOT,
        author_name=name_bot(conversation),
        text=text,
        buttons=buttons,
        client_key=key[:64],
    )


def _find_open(conversation_id: uuid.UUID | str) -> Conversation | None:
    known = Conversation.objects.select_related("identity", "contact")
    try:
        asked = known.filter(pk=conversation_id).first()
    except (ValidationError, ValueError):
        return None
    if asked is None or asked.state != State.CLOSED:
        return asked
    now = timezone.now()
    return known.filter(identity=asked.identity).exclude(state=State.CLOSED).first() or _open_again(asked, now)


def _open_again(asked: Conversation, now: datetime) -> Conversation:
    made = Conversation.objects.create(
        contact=asked.contact, identity=asked.identity, channel=asked.channel, language=asked.language,
        script=asked.script, opened_at=now, last_message_at=now, last_inbound_at=asked.last_inbound_at,
    )  # fmt: skip
    events.publish(events.Event(events.CONVERSATION_OPENED, str(made.pk), str(made.state)))
    return made
