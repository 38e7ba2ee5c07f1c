"""What a message of a private chat holds, by the table of CHANNELS 2.4: words for the assistant, or a note for people.

Reading is total: a field that is missing or strange is as if it were not there. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.channels.contract import STAND_IN, Reading
from bot.channels.fields import Json, as_dict, as_size, as_text
from bot.channels.media import Attachment
from bot.channels.telegram.keyboards import SHARE_KIND

# What the gateway asks Rasa for a greeting and for a person (`PAYLOAD` in bot/conversations/person_words.py).
GREET, PERSON = "/greet", "/human"


@dataclass(frozen=True, slots=True)
class Content:
    """What goes into the message's row, and who reads it. See `InboundMessage` for `command`, `link` and `notice`."""

    kind: str
    text: str
    reading: Reading = "assistant"
    attachments: tuple[Attachment, ...] = ()
    command: str = ""
    link: str = ""
    notice: str = ""
    phone: str = ""


# Field of the message, kind of the file as all channels call it, sign that stands for it where there are no words.
# An animation also comes as `document`, so it stands before that.
_FILES: tuple[tuple[str, str, str], ...] = (
    ("photo", "image", "📷"),
    ("video", "video", "🎬"),
    ("video_note", "video", "🎬"),
    ("animation", "video", "🎬"),
    ("voice", "voice", "🎤"),
    ("audio", "audio", "🎵"),
    ("document", "document", "📎"),
)
# Genuine, made by a person, and nothing we can read: they are told so.
_UNREADABLE = (
    *("poll", "dice", "game", "story", "paid_media", "checklist", "invoice", "giveaway", "video_chat_started"),
)
# On every message, whatever it holds; what is left names a service message ("pinned_message", "web_app_data").
_COMMON = frozenset(
    (
        *("message_id", "message_thread_id", "direct_messages_topic", "from", "sender_chat", "sender_boost_count"),
        *("sender_business_bot", "date", "business_connection_id", "chat", "forward_origin", "is_topic_message"),
        *("is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story", "via_bot"),
        *("edit_date", "has_protected_content", "is_from_offline", "is_paid_post", "media_group_id"),
        *("author_signature", "paid_star_count", "entities", "link_preview_options", "effect_id", "caption_entities"),
        *("show_caption_above_media", "has_media_spoiler", "reply_markup", "forward_from", "forward_date"),
        *("forward_from_chat", "forward_from_message_id", "forward_signature", "forward_sender_name"),
    )
)


def read_content(message: Json, sender: str) -> Content:
    """What one message says; `sender` is the person's id, to know their own contact from somebody else's."""
    words = as_text(message.get("text")) or as_text(message.get("caption"))
    if isinstance(message.get("text"), str) and words.startswith("/"):
        return _read_command(words)
    if file := _read_file(message):
        kind, sign, attachment = file
        if words:
            return Content(kind, words, attachments=(attachment,))
        return Content(kind, f"{sign} {attachment.file_name}".strip(), "notice", (attachment,))
    if words:
        return Content("text", words)
    for field, read in _OTHERS.items():
        if isinstance(message.get(field), dict):
            return read(message[field], sender)
    return _read_rest(message)


def _read_command(words: str) -> Content:
    """A command of the menu (`bot.channels.telegram.connection`); any other is only text, which is never a command."""
    name, _, rest = words[1:].partition(" ")
    known = _COMMANDS.get(name.partition("@")[0].casefold())
    return known(words, rest.strip()) if known else Content("text", words)


_COMMANDS: dict[str, Callable[[str, str], Content]] = {
    # Pressing Start comes as "/start", after a link as "/start <token>" (CHANNELS 2.8).
    "start": lambda words, rest: (
        Content("start", "/start", "notice", link=rest) if rest else Content("start", words, command=GREET)
    ),
    "help": lambda words, rest: Content("start", words, command=GREET),
    "agent": lambda words, rest: Content("text", words, command=PERSON),
    "phone": lambda words, rest: Content(SHARE_KIND, words, "notice", notice="system.contact.ask"),
}


def _read_file(message: Json) -> tuple[str, str, Attachment] | None:
    for field, kind, sign in _FILES:
        found = message.get(field)
        if field == "photo" and isinstance(found, list):
            # Sizes ascend; the last is the largest.
            found = found[-1] if found else None
        if isinstance(found, dict):
            return kind, sign, _build_attachment(kind, found)
    return None


def _build_attachment(kind: str, file: Json) -> Attachment:
    return Attachment(
        kind=kind,
        reference=as_text(file.get("file_id")),
        mime_type=as_text(file.get("mime_type")) or ("image/jpeg" if kind == "image" else ""),
        file_name=as_text(file.get("file_name")) or as_text(file.get("title")),
        size=as_size(file.get("file_size")),
    )


def _read_sticker(sticker: Json, sender: str) -> Content:
    """A sticker says what its emoji says."""
    emoji = as_text(sticker.get("emoji"))
    return Content("sticker", emoji) if emoji else Content("sticker", f"{STAND_IN}sticker", "notice")


def _read_contact(contact: Json, sender: str) -> Content:
    """The person's own number proves their phone; somebody else's is only a note (CHANNELS 2.4)."""
    phone = as_text(contact.get("phone_number"))
    if phone and as_text(contact.get("user_id")) == sender:
        number = phone if phone.startswith("+") else f"+{phone}"
        return Content("contact", number, "notice", notice="system.contact.known", phone=number)
    name = " ".join(filter(None, (as_text(contact.get(key)) for key in ("first_name", "last_name"))))
    return Content("contacts", f"👤 {name} {phone}".strip(), "notice", notice="system.contact.foreign")


def _read_place(place: Json, sender: str) -> Content:
    title = " ".join(filter(None, (as_text(place.get(key)) for key in ("title", "address"))))
    point = as_dict(place.get("location")) or place
    where = ", ".join(as_text(point.get(key)) or "?" for key in ("latitude", "longitude"))
    return Content("location", f"📍 {title} {where}".replace("  ", " "), "notice")


# A venue also comes with `location`, so it stands first.
_OTHERS: dict[str, Callable[[Json, str], Content]] = {
    "sticker": _read_sticker,
    "contact": _read_contact,
    "venue": _read_place,
    "location": _read_place,
}


def _read_rest(message: Json) -> Content:
    """What we do not read: a person's doing is answered, a service message is only kept."""
    name = next((key for key in message if key not in _COMMON), "empty")
    reading: Reading = "notice" if name in _UNREADABLE else "nobody"
    return Content(name[:20], f"{STAND_IN}{name.replace('_', ' ')[:60]}", reading)
