"""Hears a picture as an answer, where the assistant has just asked for one: the picture of a damaged item, say.

An answer's record says so (`awaits`); elsewhere a picture is for a person to see (`unread`).
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from bot.channels.contract import InboundMessage
from bot.conversations.models import Conversation, Turn
from bot.conversations.states import State

# A button of the return's form (actions/_order_photos.py).
PHOTO = '/return_request{"choice":"photo:here"}'
# How long an answer is waited for: so many turns, and not longer than photos of damaged items help.
TURNS_MAX = 8
HOURS_MAX = 48


def is_awaited(inbound: InboundMessage, conversation: Conversation) -> bool:
    """Whether it is a picture without words, and the assistant lately asked for one."""
    if inbound.reading != "notice" or inbound.kind != "image" or conversation.state != State.BOT:
        return False
    since = timezone.now() - timedelta(hours=HOURS_MAX)
    turns = Turn.objects.filter(conversation=conversation, finished_at__gte=since).order_by("-id")
    return any(record.get("awaits") == "photo" for record in turns.values_list("record", flat=True)[:TURNS_MAX])
