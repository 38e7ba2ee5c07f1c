"""One message of ours as the Bot API calls that show it, in order. Pure, and the same at every try.

A try that comes after a half-sent one goes on where that stopped, by the number of the call; so nothing here may depend
on time or chance. Texts are sent plain: what is bold is said by entities, so no text can fail to be parsed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.channels.contract import Button, OutboundMessage
from bot.channels.media import File
from bot.channels.splitting import count_units, split_text
from bot.channels.telegram.keyboards import ChoiceSigner, build_keyboard

Json = dict[str, Any]
# CHANNELS 2.5, in UTF-16 units.
TEXT_MAX = 4096
CAPTION_MAX = 1024
# More cards than these are one list: Telegram takes about one message a second in a chat.
CARDS_AS_PICTURES_MAX = 5
NAME_MAX = 100
_METHODS = {"image": "sendPhoto", "video": "sendVideo", "audio": "sendAudio", "voice": "sendVoice"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `picture`: address of an image that goes with it; else its caption is text. `file`: one of ours."""

    method: str
    params: Json
    picture: str = ""
    file: File | None = None

    def without_picture(self) -> Call:
        """The same said in words."""
        params = {key: value for key, value in self.params.items() if key not in ("caption", "caption_entities")}
        text = str(self.params.get("caption") or self.picture)
        entities = self.params.get("caption_entities")
        return Call("sendMessage", {**params, "text": text, **({"entities": entities} if entities else {})})


def build_calls(message: OutboundMessage, signer: ChoiceSigner) -> tuple[Call, ...]:
    """At least one call, unless there is nothing at all to show."""
    chat = message.user_external_id
    pictured = len(message.cards) <= CARDS_AS_PICTURES_MAX
    calls = _build_texts(message, "" if pictured else _list_cards(message.cards))
    for card in message.cards if pictured else ():
        calls.append(_build_card(card, chat, signer))
    buttons = list(message.buttons) if pictured else [*_list_card_buttons(message.cards), *message.buttons]
    if buttons and not calls:
        calls = [_build_text("👇", chat, "")]
    if buttons:
        calls[-1] = _add_buttons(calls[-1], buttons, chat, signer)
    return tuple(calls)


def _build_texts(message: OutboundMessage, listed: str) -> list[Call]:
    """Text and picture: one captioned picture if the words fit under it, else the words first."""
    chat = message.user_external_id
    name = message.author_name[:NAME_MAX] if message.author == "agent" else ""
    text = "\n".join(part for part in (name, message.text, listed) if part)
    if message.image and not message.files and count_units(text) <= CAPTION_MAX:
        return [Call("sendPhoto", {"chat_id": chat, **_caption(text, name)}, message.image)]
    pieces = split_text(text, TEXT_MAX)
    calls = [_build_text(piece, chat, name if place == 0 else "") for place, piece in enumerate(pieces)]
    if message.image:
        calls.append(Call("sendPhoto", {"chat_id": chat}, message.image))
    return [*calls, *(Call(_METHODS.get(f.kind, "sendDocument"), {"chat_id": chat}, file=f) for f in message.files)]


def _build_text(text: str, chat: str, name: str) -> Call:
    params: Json = {"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": True}}
    return Call("sendMessage", {**params, **({"entities": _bold(name)} if name else {})})


def _build_card(card: Json, chat: str, signer: ChoiceSigner) -> Call:
    title = str(card.get("title") or "")
    text = _word_card(card)
    buttons = [Button(b["id"], b["title"], b.get("kind", "choice")) for b in card.get("buttons") or ()]
    if card.get("image") and count_units(text) <= CAPTION_MAX:
        call = Call("sendPhoto", {"chat_id": chat, **_caption(text, title)}, str(card["image"]))
    else:
        call = _build_text(split_text(text, TEXT_MAX)[0] if text else "·", chat, title)
    return _add_buttons(call, buttons, chat, signer)


def _word_card(card: Json) -> str:
    lines = (card.get("title"), card.get("price"), card.get("subtitle"), card.get("link"))
    return "\n".join(str(line) for line in lines if line)


def _list_cards(cards: Sequence[Json]) -> str:
    named = (" · ".join(str(card[key]) for key in ("title", "price", "link") if card.get(key)) for card in cards)
    return "\n".join(f"{place}. {words}" for place, words in enumerate(named, start=1))


def _list_card_buttons(cards: Sequence[Json]) -> list[Button]:
    """The first button of each card, called by the card: several "Tell me more" could not be told apart."""
    found = []
    for place, card in enumerate(cards, start=1):
        for button in (card.get("buttons") or ())[:1]:
            found.append(Button(button["id"], f"{place}. {card.get('title') or button['title']}"))
    return found


def _add_buttons(call: Call, buttons: Sequence[Button], chat: str, signer: ChoiceSigner) -> Call:
    """The call with these below what it has already."""
    markup = build_keyboard(buttons, chat, signer)
    if not markup:
        return call
    before = call.params.get("reply_markup", {}).get("inline_keyboard", [])
    if before and "inline_keyboard" in markup:
        markup = {"inline_keyboard": [*before, *markup["inline_keyboard"]]}
    return replace(call, params={**call.params, "reply_markup": markup})


def _caption(text: str, bold: str) -> Json:
    return {"caption": text, **({"caption_entities": _bold(bold)} if bold else {})} if text else {}


def _bold(beginning: str) -> list[Json]:
    return [{"type": "bold", "offset": 0, "length": count_units(beginning)}]
