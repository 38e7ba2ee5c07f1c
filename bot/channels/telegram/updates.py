"""Reads one update: who wrote what, in the gateway's words. Total and pure: nothing genuine is ever refused here.

A poisonous update that is answered with an error would block its chat for a day (CHANNELS 2.2), so what is not
understood is an event that is kept. What becomes of each kind stands in docs/channels/telegram.md; every kind that is
not in `_READERS` is kept and ignored on purpose.

`external_id` of a message: bot, update and message number. Telegram numbers messages for each chat alone, and update
numbers begin anew at random after a quiet week; both together are one message only. None holds the person's own id,
so that nothing has to be changed in it when a person is forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.channels.contract import Edit, InboundMessage, Profile
from bot.channels.reports import ChannelEvent
from bot.channels.telegram.contents import read_content
from bot.channels.telegram.keyboards import ChoiceSigner, find_title
from bot.errors import PayloadMalformed

Json = dict[str, Any]
NAME = "telegram"
# What is asked for; of other kinds only leftovers of earlier settings come (CHANNELS 2.2).
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
KEPT_CHARS = 4000


@dataclass(frozen=True, slots=True)
class Tap:
    """A pressed button: what Telegram waits for an answer to, and the message whose keyboard goes away."""

    query: str
    chat: str
    message: int
    title: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """One update, read. Either `message` or `event` is set; `edit` and `reachable` go with an event.

    `phone`: the number that the person has shown to be theirs. `group`: a chat to be refused politely, once.
    """

    message: InboundMessage | None = None
    event: ChannelEvent | None = None
    edit: Edit | None = None
    reachable: bool | None = None
    user: str = ""
    tap: Tap | None = None
    phone: str = ""
    group: str = ""
    language: str = ""


def read_update(raw: bytes) -> Json:
    """The body as an update. Raises: PayloadMalformed."""
    try:
        update = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise PayloadMalformed("not JSON") from error
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise PayloadMalformed("no update_id")
    return update


def parse_update(update: Json, bot_id: str, signer: ChoiceSigner) -> Arrival:
    """What the update says."""
    prefix = f"{bot_id}:{update['update_id']}"
    for kind, read in _READERS.items():
        if isinstance(update.get(kind), dict):
            return read(update[kind], prefix, signer)
    return keep_update(update, bot_id)


def keep_update(update: Json, bot_id: str, kind: str = "") -> Arrival:
    """The update as an event that is only kept; `kind`: why, if not for its own sake."""
    name = kind or next((key for key in update if key != "update_id"), "empty")
    body = {"update": json.dumps(update, ensure_ascii=True)[:KEPT_CHARS]}
    return Arrival(event=ChannelEvent(NAME, f"{bot_id}:{update['update_id']}", name, body))


def _read_message(message: Json, prefix: str, signer: ChoiceSigner) -> Arrival:
    chat, sender = _chat(message), _sender(message)
    if chat.get("type") != "private":
        return _read_group(message, prefix)
    user = str(chat.get("id") or sender.get("id") or "")
    content = read_content(message, str(sender.get("id") or user))
    return Arrival(
        message=InboundMessage(
            channel=NAME,
            external_id=f"{prefix}:{message.get('message_id', 0)}",
            user_external_id=user,
            text=content.text,
            kind=content.kind,
            sent_at=_moment(message.get("date")),
            profile=_profile(sender),
            reading=content.reading,
            attachments=content.attachments,
            command=content.command,
            link=content.link,
            notice=content.notice,
        ),
        user=user,
        phone=content.phone,
    )


def _read_edited(message: Json, prefix: str, signer: ChoiceSigner) -> Arrival:
    chat = _chat(message)
    if chat.get("type") != "private":
        return Arrival(event=ChannelEvent(NAME, prefix, "edited_elsewhere", _describe(chat)))
    user = str(chat.get("id") or "")
    content = read_content(message, str(_sender(message).get("id") or user))
    at = _moment(message.get("edit_date")) or datetime.now(UTC)
    edit = Edit(user, f":{message.get('message_id', 0)}", content.text, at)
    return Arrival(event=ChannelEvent(NAME, prefix, "edited", _describe(chat)), edit=edit, user=user)


def _read_tap(query: Json, prefix: str, signer: ChoiceSigner) -> Arrival:
    """A pressed button. Two quick presses are two queries with one message and data: they are one choice."""
    shown = query.get("message")
    shown = shown if isinstance(shown, dict) else {}
    chat, sender = _chat(shown), _sender(query)
    user, data = str(chat.get("id") or ""), str(query.get("data") or "")
    title = find_title(shown.get("reply_markup"), data)
    number = shown.get("message_id")
    tap = Tap(str(query.get("id") or ""), user, number if isinstance(number, int) else 0, title)
    choice = signer.read(data, user)
    # In a private chat the chat's id is the person's.
    if not choice or chat.get("type") != "private" or user != str(sender.get("id")):
        return Arrival(event=ChannelEvent(NAME, prefix, "callback_refused"), tap=tap)
    message = InboundMessage(
        channel=NAME,
        external_id=f"{prefix.partition(':')[0]}:tap:{tap.message}:{choice}",
        user_external_id=user,
        text=title or "✓",
        kind="choice",
        choice=choice,
        profile=_profile(sender),
    )
    return Arrival(message=message, user=user, tap=tap)


def _read_member(member: Json, prefix: str, signer: ChoiceSigner) -> Arrival:
    """What became of the bot in a chat. In a private one: blocked (`kicked`) or let in again (`member`)."""
    chat, new = _chat(member), member.get("new_chat_member")
    status = str(new.get("status") or "") if isinstance(new, dict) else ""
    private = chat.get("type") == "private"
    reachable = {"kicked": False, "member": True}.get(status) if private else None
    event = ChannelEvent(NAME, prefix, f"bot_{status or 'member'}", _describe(chat))
    return Arrival(event=event, reachable=reachable, user=str(chat.get("id") or "") if private else "")


def _read_group(message: Json, prefix: str) -> Arrival:
    """Somebody speaks where several read: no word of it is kept, and the chat is told once where we do answer."""
    chat, sender = _chat(message), _sender(message)
    group = str(chat.get("id") or "") if chat.get("type") in ("group", "supergroup") else ""
    event = ChannelEvent(NAME, prefix, "group_message", _describe(chat))
    return Arrival(event=event, group=group, language=_profile(sender).language)


_READERS: dict[str, Callable[[Json, str, ChoiceSigner], Arrival]] = {
    "message": _read_message,
    "edited_message": _read_edited,
    "callback_query": _read_tap,
    "my_chat_member": _read_member,
}


def _chat(holder: Json) -> Json:
    chat = holder.get("chat")
    return chat if isinstance(chat, dict) else {}


def _sender(holder: Json) -> Json:
    sender = holder.get("from")
    return sender if isinstance(sender, dict) else {}


def _describe(chat: Json) -> Json:
    return {"chat": str(chat.get("id") or ""), "type": str(chat.get("type") or "")}


def _profile(sender: Json) -> Profile:
    name = " ".join(str(sender[key]) for key in ("first_name", "last_name") if sender.get(key))
    return Profile(name=name, language=str(sender.get("language_code") or "").partition("-")[0].lower())


def _moment(seconds: object) -> datetime | None:
    """Unix seconds; None for what is no time (an inaccessible message has 0)."""
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds < 2**36:
        return None
    return datetime.fromtimestamp(seconds, UTC)
