"""The message of a turn as it is written down (bot.care); and the complaint that a conversation has going."""

from __future__ import annotations

from actions._turn import Turn
from bot.care.records import Said


def said_by(turn: Turn) -> Said:
    """What is kept of the message: its words, unless it was a pressed button."""
    words = "" if turn.text.startswith("/") else turn.text
    return Said(turn.conversation, turn.message_id, turn.contact, words, turn.language)
