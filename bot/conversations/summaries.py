"""What an agent reads before answering: the last words, what was tried, which order, which language. Reads only."""

from __future__ import annotations

from typing import Any

from bot.conversations.models import Conversation
from bot.conversations.notices import choose_language
from bot.conversations.states import Author

LAST_MESSAGES = 6
LAST_TURNS = 10


def build_summary(conversation: Conversation, extra: dict[str, Any]) -> dict[str, Any]:
    """`{"last", "topics", "routes", "order", "language", "script"}`, and what the dialogue knows (`extra` wins)."""
    records = [
        record
        for record in conversation.turns.order_by("-id").values_list("record", flat=True)[:LAST_TURNS]
        if isinstance(record, dict)
    ]
    last = conversation.messages.exclude(author=Author.SYSTEM).order_by("-id").values_list("author", "text")
    return {
        "last": [{"from": author, "text": text} for author, text in reversed(last[:LAST_MESSAGES])],
        "topics": _list_distinct(records, "topic"),
        "routes": _list_distinct(records, "route"),
        "order": next((record["order"] for record in records if record.get("order")), None),
        "language": choose_language(conversation),
        "script": conversation.script,
        **extra,
    }


def _list_distinct(records: list[dict[str, Any]], key: str) -> list[str]:
    """Values of the newest turns, oldest first, each once."""
    return list(dict.fromkeys(str(record[key]) for record in reversed(records) if record.get(key)))
