"""Buttons under a message, and reading what comes back of them: `<opaque id>.<code>`, 35 bytes of Telegram's 64. Pure.

A person can send any data as if a button had been pressed (CHANNELS 2.6). The code is made with the installation's key
over the id and the chat, so that made-up data, or a button of another chat, is refused here. What the id means, and
whether this person was really shown it, the gateway looks up (`bot.conversations.buttons`).
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from typing import Any

from bot.channels.contract import Button
from bot.channels.keys import derive_key

Json = dict[str, Any]
# A button of this kind asks the person for their own phone number (`request_contact`).
SHARE_KIND = "share_contact"
# Buttons of this kind are the steps of one scale.
RATING_KIND = "rating"
# Titles up to this length share a row; longer ones have a row each, so that a phone shows them whole.
SHORT_TITLE = 18
DATA_BYTES_MAX = 64
_PURPOSE = b"seva.telegram"
_CODE_BYTES = 7


class ChoiceSigner:
    """Signs and recognises; `secret_key` is the installation's."""

    def __init__(self, secret_key: str) -> None:
        self._key = derive_key(secret_key, _PURPOSE)

    def sign(self, choice: str, chat: str) -> str:
        """The callback data of a button in this chat."""
        return f"{choice}.{self._build_code(choice, chat)}"

    def read(self, data: object, chat: str) -> str:
        """The button's opaque id; empty if it was not made here for this chat. Total."""
        if not isinstance(data, str) or len(data.encode(errors="replace")) > DATA_BYTES_MAX:
            return ""
        choice, _, code = data.rpartition(".")
        right = self._build_code(choice, chat)
        return choice if hmac.compare_digest(right.encode(), code.encode(errors="replace")) else ""

    def _build_code(self, choice: str, chat: str) -> str:
        digest = hmac.new(self._key, f"{chat}\0{choice}".encode(errors="replace"), "sha256").digest()
        return base64.urlsafe_b64encode(digest[:_CODE_BYTES]).decode().rstrip("=")


def build_keyboard(buttons: Sequence[Button], chat: str, signer: ChoiceSigner) -> Json:
    """`reply_markup`. Empty for no buttons.

    A request for the phone number is only possible beside the input field; then the other titles stand there too, and
    pressing one sends its title as text.
    """
    if not buttons:
        return {}
    if any(button.kind == SHARE_KIND for button in buttons):
        share: list[list[Json]] = [
            [{"text": button.title, "request_contact": True} if button.kind == SHARE_KIND else {"text": button.title}]
            for button in buttons
        ]
        return {"keyboard": share, "one_time_keyboard": True, "resize_keyboard": True}
    keys = [{"text": button.title, "callback_data": signer.sign(button.id, chat)} for button in buttons]
    # A scale is read from top to bottom.
    rows = [[key] for key in keys] if buttons[0].kind == RATING_KIND else _arrange(keys)
    return {"inline_keyboard": rows}


def find_title(reply_markup: object, data: str) -> str:
    """What stood on the button with this data; empty if the keyboard is not known any more. Total."""
    rows = reply_markup.get("inline_keyboard") if isinstance(reply_markup, dict) else None
    for row in rows if isinstance(rows, list) else []:
        for key in row if isinstance(row, list) else []:
            if isinstance(key, dict) and key.get("callback_data") == data:
                return str(key.get("text") or "")
    return ""


def _arrange(keys: list[Json]) -> list[list[Json]]:
    rows: list[list[Json]] = []
    for key in keys:
        short = len(key["text"]) <= SHORT_TITLE
        if short and rows and len(rows[-1]) == 1 and len(rows[-1][0]["text"]) <= SHORT_TITLE:
            rows[-1].append(key)
        else:
            rows.append([key])
    return rows
