"""The body of a webhook, made when it is sent: rows of the outbox hold ids only."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework.renderers import JSONRenderer

from bot.api import shapes
from bot.api.models import Delivery
from bot.conversations.models import Conversation, HandOff, Message, Rating


def name_key(row: Delivery) -> str:
    """The lasting id of an event for its receiver: the same at every try."""
    return f"evt_{uuid.UUID(str(row.key)).hex}"


def build_body(row: Delivery) -> bytes | None:
    """`{"type", "timestamp", "data": {"state", "conversation", "message"?, "hand_off"?, "rating"?}}`.

    None for a reply that was taken back before it went out: there is nothing to tell of.

    `state` is that of the moment; conversation and message are as they are now.
    """
    found = Conversation.objects.select_related("contact", "agent").get(pk=row.conversation_id)
    data: dict[str, Any] = {**row.data, "conversation": shapes.ConversationShape(found).data}
    if "message" in row.data:
        message = Message.objects.filter(pk=row.data["message"]).select_related("turn").first()
        if message is None:
            return None
        data["message"] = shapes.MessageShape(message).data
    if hand_off := HandOff.objects.filter(pk=row.data.get("hand_off")).first():
        data["hand_off"] = shapes.HandOffShape(hand_off).data
    if rating := Rating.objects.filter(pk=row.data.get("rating")).first():
        data["rating"] = shapes.RatingShape(rating).data
    body = {"type": row.event, "timestamp": row.created_at.isoformat(), "data": data}
    return bytes(JSONRenderer().render(body))
