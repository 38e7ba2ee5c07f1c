"""One message of ours to the bodies of one or more calls (CHANNELS 1.10). Pure: nothing is sent or uploaded here.

As few as possible, because of the limit per person: at most three options with short titles are buttons, at most ten a
list, more are numbered words. Whatever a control cannot show whole stands in the text too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.contract import OutboundMessage, is_numbered_choice
from bot.channels.fields import Json
from bot.channels.media import File
from bot.channels.splitting import count_units, shorten, split_text
from bot.channels.whatsapp.markup import convert_markup
from bot.language.texts import say

TEXT_MAX, BODY_MAX, CAPTION_MAX = 4096, 1024, 1024
BUTTONS_MAX, BUTTON_TITLE_MAX = 3, 20
ROWS_MAX = 10
ROW_TITLE_MAX, ROW_DESCRIPTION_MAX = 24, 72
# What can carry a caption; the others go alone.
CAPTIONED = ("image", "video", "document")
_SENT_AS = {"voice": "audio"}


@dataclass(frozen=True, slots=True)
class Part:
    """One call: its body, and the file that has to be uploaded for it first, if any."""

    body: Json
    file: File | None = None


@dataclass(frozen=True, slots=True)
class _Option:
    id: str
    title: str
    description: str = ""


def build_parts(message: OutboundMessage, language: str) -> list[Part]:
    """What is sent for it, in this order; at least one part."""
    text = convert_markup(_word_text(message))
    options = _find_options(message)
    if len(options) > ROWS_MAX:
        text, options = "\n\n".join(part for part in (text, _list_options(message, options, language)) if part), []
    image = _find_image(message)
    parts = [Part(_build_file(file), file) for file in message.files]
    if parts and not options and count_units(text) <= CAPTION_MAX and message.files[0].kind in CAPTIONED:
        # One bubble: the words under the first file.
        kind = str(parts[0].body["type"])
        parts[0].body[kind] |= {"caption": text} if text else {}
        return parts
    return [*parts, *_build_words(text, options, image, language)]


def build_template(name: str, language: str, text: str) -> Part | None:
    """The approved template with our words in its body; None if they do not fit, for then nothing may be cut.

    A parameter has no line breaks, tabs or rows of spaces.
    """
    plain = " ".join(convert_markup(text).split())
    if not plain or count_units(plain) > BODY_MAX:
        return None
    component = {"type": "body", "parameters": [{"type": "text", "text": plain}]}
    template = {"name": name, "language": {"code": language}, "components": [component]}
    return Part({"type": "template", "template": template})


def _build_words(text: str, options: list[_Option], image: str, language: str) -> list[Part]:
    if not options:
        if image and count_units(text) <= CAPTION_MAX:
            return [Part({"type": "image", "image": {"link": image} | ({"caption": text} if text else {})})]
        pictures = [Part({"type": "image", "image": {"link": image}})] if image else []
        return [*pictures, *(_build_text(piece) for piece in split_text(text, TEXT_MAX))] or [_build_text("…")]
    # What does not fit above the buttons goes before them, as text of its own.
    *before, body = split_text(text, BODY_MAX) or [say("system.options.choose", language)]
    earlier = split_text("\n".join(before), TEXT_MAX)
    first = [_build_text(piece) for piece in earlier]
    if len(options) <= BUTTONS_MAX and _fit_buttons(options):
        return [*first, _build_buttons(body, options, image)]
    pictures = [Part({"type": "image", "image": {"link": image}})] if image else []
    return [*pictures, *first, _build_list(body, options, language)]


def _word_text(message: OutboundMessage) -> str:
    """The words with those of the cards; an agent's begin with the name, because all of it comes from one number."""
    name = f"*{message.author_name}:*\n" if message.author == "agent" and message.author_name else ""
    cards = [_word_card(card, alone=len(message.cards) == 1) for card in message.cards]
    plain_image = [] if not message.image or _is_public(message.image) else [message.image]
    return "\n\n".join(part for part in (name + message.text, *plain_image, *cards) if part)


def _word_card(card: dict[str, Any], *, alone: bool) -> str:
    """A card in words; of one among several only a line, because pressing it tells the rest."""
    title = f"*{card['title']}*" if card.get("title") else ""
    subtitle, price, link = (str(card.get(key) or "") for key in ("subtitle", "price", "link"))
    if alone:
        return "\n".join(part for part in (title, subtitle, price, link) if part)
    line = " · ".join(part for part in (title, price) if part)
    return line if card.get("buttons") else "\n".join(part for part in (line, subtitle, link) if part)


def _find_options(message: OutboundMessage) -> list[_Option]:
    own = [_Option(button.id, button.title) for button in message.buttons]
    several = len(message.cards) > 1
    by_card = [
        [
            _Option(
                str(button["id"]),
                str(card.get("title") if several and card.get("title") else button["title"]),
                " · ".join(str(card[key]) for key in ("price", "subtitle") if several and card.get(key)),
            )
            for button in card.get("buttons") or ()
        ]
        for card in message.cards
    ]
    if len(by_card) == 1:
        return [*own, *by_card[0]]
    return [*own, *(options[0] for options in by_card if options)]


def _list_options(message: OutboundMessage, options: Sequence[_Option], language: str) -> str:
    """Options in words, numbered where a number is heard as pressing; a title always is (`is_numbered_choice`)."""
    if message.cards or not is_numbered_choice(button.kind for button in message.buttons):
        return "\n".join(f"• {option.title}" for option in options)
    lines = [f"{place}. {option.title}" for place, option in enumerate(options, start=1)]
    return "\n".join([say("system.options.numbered", language), *lines])


def _find_image(message: OutboundMessage) -> str:
    """The picture to show, if Meta can fetch it: of the message, or of its only card."""
    card = message.cards[0] if len(message.cards) == 1 else {}
    found = message.image or str(card.get("image") or "")
    return found if _is_public(found) else ""


def _is_public(url: str) -> bool:
    return url.startswith("https://")


def _fit_buttons(options: Sequence[_Option]) -> bool:
    titles = {option.title.strip() for option in options}
    return len(titles) == len(options) and all(0 < count_units(title) <= BUTTON_TITLE_MAX for title in titles)


def _build_text(text: str) -> Part:
    return Part({"type": "text", "text": {"body": text, "preview_url": "https://" in text}})


def _build_buttons(body: str, options: Sequence[_Option], image: str) -> Part:
    buttons = [{"type": "reply", "reply": {"id": one.id, "title": one.title.strip()}} for one in options]
    interactive: Json = {"type": "button", "body": {"text": body}, "action": {"buttons": buttons}}
    if image:
        interactive["header"] = {"type": "image", "image": {"link": image}}
    return Part({"type": "interactive", "interactive": interactive})


def _build_list(body: str, options: Sequence[_Option], language: str) -> Part:
    rows = [_build_row(option) for option in options]
    label = shorten(say("system.options.choose", language), BUTTON_TITLE_MAX)
    action = {"button": label, "sections": [{"rows": rows}]}
    return Part({"type": "interactive", "interactive": {"type": "list", "body": {"text": body}, "action": action}})


def _build_row(option: _Option) -> Json:
    """A title that is too long is whole in the description, or, being a card's, in the text above."""
    title = option.title.strip() or "…"
    cut = count_units(title) > ROW_TITLE_MAX
    description = " · ".join(part for part in (title if cut else "", option.description) if part)
    row = {"id": option.id, "title": shorten(title, ROW_TITLE_MAX)}
    return row | ({"description": shorten(description, ROW_DESCRIPTION_MAX)} if description else {})


def _build_file(file: File) -> Json:
    kind = _SENT_AS.get(file.kind, file.kind)
    content: Json = {"filename": file.file_name} if kind == "document" and file.file_name else {}
    return {"type": kind, kind: content}
