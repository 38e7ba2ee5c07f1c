"""What the gateway says to a message that the assistant cannot read (a photo, a voice message, a location)."""

from __future__ import annotations

from bot.conversations.models import Conversation, Message
from bot.conversations.notices import choose_language, say_in
from bot.conversations.outbox import queue_message
from bot.conversations.person_words import PAYLOAD
from bot.conversations.states import Author, Direction

# By kind of message; texts/<language>/system.yml has one for each under `unread`.
_WORDS = {
    "image": "image",
    "video": "video",
    "audio": "voice",
    "voice": "voice",
    "document": "document",
    "location": "location",
    "contacts": "contacts",
    "order": "order",
}


def queue_unread_notice(conversation: Conversation, kind: str) -> Message | None:
    """Thanks for it, says what the assistant can do and offers a person; not twice in a row, as after an album.

    Inside the caller's transaction, which holds the conversation's row.
    """
    language = choose_language(conversation)
    text = say_in(f"system.unread.{_WORDS.get(kind, 'other')}", language)
    last = conversation.messages.filter(direction=Direction.OUTBOUND).order_by("-id").first()
    if last is not None and last.text == text:
        return None
    person = {"title": say_in("handoff.buttons.person", language), "payload": PAYLOAD, "kind": "person"}
    return queue_message(conversation, author=Author.SYSTEM, text=text, buttons=[person])
