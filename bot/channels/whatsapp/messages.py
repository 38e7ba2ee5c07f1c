"""One incoming message, whatever its type, to an `InboundMessage` (CHANNELS 1.5). Total: nothing is ever an error.

A table says what becomes of each type; a type that is not in it is kept and its writer told which kinds work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.channels.contract import Address, Reading
from bot.channels.fields import Json, as_dict, as_list, as_size, as_text
from bot.channels.media import Attachment
from bot.channels.whatsapp.errors import read_errors

TEXT_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, whoever says it."""

    kind: str
    text: str = ""
    reading: Reading = "assistant"
    choice: str = ""
    attachments: tuple[Attachment, ...] = ()
    moved: Address | None = None
    changes: str = ""


def read_content(message: Json) -> Content:
    """The content of one element of `value.messages[]`."""
    kind = as_text(message.get("type"))
    read = _TYPES.get(kind)
    if read is None:
        return Content("unsupported", reading="notice")
    return read(message, as_dict(message.get(kind)))


def _read_text(message: Json, body: Json) -> Content:
    return Content("text", as_text(body.get("body")))


def _read_button(message: Json, body: Json) -> Content:
    """A quick reply of a template."""
    return Content("text", as_text(body.get("text")), choice=as_text(body.get("payload"))[:256])


def _read_interactive(message: Json, body: Json) -> Content:
    kind = as_text(body.get("type"))
    if kind in ("button_reply", "list_reply"):
        reply = as_dict(body.get(kind))
        return Content("text", as_text(reply.get("title")), choice=as_text(reply.get("id"))[:256])
    if kind == "nfm_reply":
        reply = as_dict(body.get(kind))
        words = as_text(reply.get("body")) or as_text(reply.get("response_json"))
        return Content("form", words[:TEXT_MAX], "nobody")
    if kind == "call_permission_reply":
        return Content("call", reading="nobody")
    return Content("unsupported", reading="notice")


def _read_media(message: Json, body: Json) -> Content:
    declared = as_text(message.get("type"))
    kind = "voice" if declared == "audio" and body.get("voice") is True else declared
    lost = read_errors(message.get("errors")) is not None or not as_text(body.get("id"))
    attachment = Attachment(
        kind,
        as_text(body.get("id")),
        as_text(body.get("mime_type")),
        as_text(body.get("filename")),
        as_text(body.get("sha256")),
        as_size(body.get("file_size")),
        "lost" if lost else "",
    )
    caption = as_text(body.get("caption"))
    return Content(kind, caption, "assistant" if caption.strip() else "notice", attachments=(attachment,))


def _read_location(message: Json, body: Json) -> Content:
    place = ", ".join(as_text(body.get(part)) for part in ("latitude", "longitude") if as_text(body.get(part)))
    lines = (as_text(body.get("name")), as_text(body.get("address")), place, as_text(body.get("url")))
    return Content("location", "\n".join(line for line in lines if line), "notice")


def _read_contacts(message: Json, body: Json) -> Content:
    lines = [_word_contact(as_dict(card)) for card in as_list(message.get("contacts"))[:20]]
    return Content("contacts", "\n".join(line for line in lines if line), "notice")


def _word_contact(card: Json) -> str:
    name = as_dict(card.get("name"))
    parts = [as_text(name.get("formatted_name")) or as_text(name.get("first_name"))]
    parts.append(as_text(as_dict(card.get("org")).get("company")))
    parts += [as_text(as_dict(phone).get("phone")) for phone in as_list(card.get("phones"))]
    parts += [as_text(as_dict(email).get("email")) for email in as_list(card.get("emails"))]
    return " · ".join(part for part in parts if part)


def _read_reaction(message: Json, body: Json) -> Content:
    """A taken-back reaction has no sign; neither begins a turn."""
    return Content("reaction", as_text(body.get("emoji")), "nobody")


def _read_order(message: Json, body: Json) -> Content:
    lines = [as_text(body.get("text"))]
    for item in map(as_dict, as_list(body.get("product_items"))[:100]):
        price = " ".join(as_text(item.get(part)) for part in ("item_price", "currency") if as_text(item.get(part)))
        name = f"{as_text(item.get('quantity')) or '?'} × {as_text(item.get('product_retailer_id'))}"
        lines.append(f"{name} ({price})" if price else name)
    return Content("order", "\n".join(line for line in lines if line), "notice")


def _read_system(message: Json, body: Json) -> Content:
    """The person has another number or account id now; a changed identity key is for agents to know (CHANNELS 1.13)."""
    moved: Address | None = None
    if as_text(body.get("type")) in ("user_changed_number", "customer_changed_number", "user_changed_user_id"):
        user_id = body.get("user_id")
        account = as_text(user_id) or as_text(as_dict(user_id).get("current"))
        moved = Address(as_text(body.get("wa_id") or body.get("new_wa_id")), account)
    return Content("identity", as_text(body.get("body")), "nobody", moved=moved)


def _read_edit(message: Json, body: Json) -> Content:
    """The new words; the answer to the old ones stands (CHANNELS 2.4 says so for Telegram)."""
    words = read_content(as_dict(body.get("message"))).text
    return Content("edit", words, "nobody", changes=as_text(body.get("original_message_id")))


def _read_revoke(message: Json, body: Json) -> Content:
    return Content("deleted", reading="nobody", changes=as_text(body.get("original_message_id")))


def _read_welcome(message: Json, body: Json) -> Content:
    return Content("welcome", reading="nobody")


_TYPES: dict[str, Callable[[dict[str, Any], dict[str, Any]], Content]] = {
    "text": _read_text,
    "button": _read_button,
    "interactive": _read_interactive,
    "image": _read_media,
    "video": _read_media,
    "audio": _read_media,
    "document": _read_media,
    "sticker": _read_media,
    "location": _read_location,
    "contacts": _read_contacts,
    "reaction": _read_reaction,
    "order": _read_order,
    "system": _read_system,
    "edit": _read_edit,
    "revoke": _read_revoke,
    "request_welcome": _read_welcome,
}
