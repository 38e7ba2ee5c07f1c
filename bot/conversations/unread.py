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


# Notices of their own, and what is offered with them: the kind of the button, the key of its title, its payload.
_PERSON = ("person", "handoff.buttons.person", PAYLOAD)
_SHARE = ("share_contact", "system.contact.share", "")
_OFFERED: dict[str, tuple[tuple[str, str, str], ...]] = {
    "system.contact.ask": (_SHARE,),
    "system.contact.foreign": (_SHARE,),
    "system.contact.known": (("choice", "orders.buttons.look_up", "/order_status"),),
    "system.link.done": (),
    "system.link.ended": (),
}


def queue_unread_notice(conversation: Conversation, kind: str, notice: str = "") -> Message | None:
    """Thanks for it, says what the assistant can do and offers a person; not twice in a row, as after an album.

    `notice`: the text's key where the one for the kind does not fit. Inside the caller's transaction, which holds the
    conversation's row.
    """
    language = choose_language(conversation)
    text = say_in(notice or f"system.unread.{_WORDS.get(kind, 'other')}", language)
    last = conversation.messages.filter(direction=Direction.OUTBOUND).order_by("-id").first()
    if last is not None and last.text == text:
        return None
    offered = _OFFERED.get(notice, (_PERSON,))
    buttons = [{"title": say_in(title, language), "payload": payload, "kind": name} for name, title, payload in offered]
    return queue_message(conversation, author=Author.SYSTEM, text=text, buttons=buttons)
