"""Frames of the web chat as values: what a browser sent, read without trust, and what it is sent. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.channels.contract import OutboundMessage, Recorded
from bot.errors import PayloadMalformed

MESSAGE_CHARS_MAX = 20_000
_CID = re.compile(r"[\x21-\x7e]{1,64}")
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_][A-Za-z0-9]+)*")
_CHOICE = re.compile(r"b_[A-Za-z0-9_-]{22}")
PAGE_KEYS = ("product", "url", "title")


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """A page was opened, or its connection came back."""

    session_id: object = None
    last_id: int = 0
    language: str = ""
    page: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Uttered:
    """The visitor wrote something or pressed a button (`choice`: its id)."""

    text: str
    choice: str = ""
    session_id: object = None
    cid: str = ""


def parse_session_request(data: object) -> SessionRequest:
    """Total: what is missing or strange is as if it were not there (a Rasa widget sends little)."""
    if not isinstance(data, dict):
        return SessionRequest()
    page = data.get("page")
    kept = {key: str(page[key])[:500] for key in PAGE_KEYS if page.get(key)} if isinstance(page, dict) else {}
    language = _LANGUAGE.fullmatch(str(data.get("locale") or ""))
    return SessionRequest(data.get("session_id"), parse_id(data.get("last_id")), language[1] if language else "", kept)


def parse_uttered(data: object) -> Uttered:
    """Raises: PayloadMalformed if there is no message in it, or a `cid` that is no short printable word."""
    if not isinstance(data, dict) or not isinstance(data.get("message"), str):
        raise PayloadMalformed("user_uttered needs a message")
    cid = data.get("cid") or ""
    if cid and not is_cid(cid):
        raise PayloadMalformed("cid is at most 64 printable ASCII characters")
    text = data["message"][:MESSAGE_CHARS_MAX]
    return Uttered(text, text if _CHOICE.fullmatch(text) else "", data.get("session_id"), cid)


def is_cid(value: object) -> bool:
    """Whether it can be a page's own id of a message: at most 64 printable ASCII characters."""
    return isinstance(value, str) and _CID.fullmatch(value) is not None


def parse_id(value: object) -> int:
    """A message id, 0 for anything else; never beyond what a database holds."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else 0


def build_bot_uttered(message: OutboundMessage, files: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Rasa's event with our `metadata`; without `quick_replies` or `attachment` where there are none, as Rasa does.

    `files`: those of the message as a page opens them (`file_links`).
    """
    buttons = [{"id": b.id, "title": b.title, "kind": b.kind} for b in message.buttons]
    frame: dict[str, Any] = {
        "text": message.text,
        "metadata": {
            "id": message.id,
            "author": message.author,
            "author_name": message.author_name,
            "ts": message.created_at.isoformat(),
            "buttons": buttons,
            "cards": list(message.cards),
            "turn": message.turn,
            "read_up_to_id": message.read_up_to,
        },
    }
    if buttons:
        frame["quick_replies"] = [
            {"content_type": "text", "title": button["title"], "payload": button["id"]} for button in buttons
        ]
    if files:
        frame["metadata"]["files"] = list(files)
    if message.image:
        frame["attachment"] = {"type": "image", "payload": {"src": message.image}}
    return frame


def build_ack(uttered: Uttered, recorded: Recorded) -> dict[str, Any]:
    """What the sender is told once it is stored."""
    return {
        "ok": True,
        "cid": uttered.cid,
        "id": recorded.id,
        "ts": recorded.at.isoformat(),
        "shortened": recorded.shortened,
    }
