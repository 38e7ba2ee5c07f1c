"""Buttons carry opaque ids; what a button means never leaves the gateway and is found again here.

A forged id, or one that was given to somebody else, is nothing: the message is then read as the text it is.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable
from typing import Any

from bot.conversations.models import ChannelIdentity, Message
from bot.conversations.states import Direction

OPAQUE = re.compile(r"b_[A-Za-z0-9_-]{22}")
# Older buttons than those of so many messages are dead; a person scrolling back that far is asked to write.
SEARCHED_MESSAGES = 100


def build_buttons(raw: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rasa's `{title, payload, kind?}` with fresh ids of 128 random bits (24 bytes: fits Telegram's 64)."""
    return [
        {
            "id": "b_" + secrets.token_urlsafe(16),
            "title": str(button["title"]),
            "payload": str(button.get("payload", "")),
            "kind": str(button.get("kind") or "choice"),
        }
        for button in raw
        if button.get("title")
    ]


def build_cards(raw: Iterable[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Cards as they leave the gateway, and their buttons as they are stored with the message (`card`: which card)."""
    cards: list[dict[str, Any]] = []
    stored: list[dict[str, Any]] = []
    for index, card in enumerate(raw):
        own = build_buttons(card.get("buttons") or ())
        stored.extend({**button, "card": index} for button in own)
        cards.append({**card, "buttons": [{key: button[key] for key in ("id", "title", "kind")} for button in own]})
    return cards, stored


def find_button(identity: ChannelIdentity, opaque_id: str) -> dict[str, Any] | None:
    """The button with this id among those that this very person was shown, None if there is none."""
    if not OPAQUE.fullmatch(opaque_id):
        return None
    shown = (
        Message.objects.filter(conversation__identity=identity, direction=Direction.OUTBOUND)
        .exclude(buttons=[])
        .order_by("-id")
        .values_list("buttons", flat=True)[:SEARCHED_MESSAGES]
    )
    for buttons in shown:
        for button in buttons:
            if hmac.compare_digest(str(button["id"]), opaque_id):
                return dict(button)
    return None
