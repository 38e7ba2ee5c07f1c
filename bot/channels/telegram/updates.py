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

from bot.channels.contract import InboundMessage, Profile
from bot.channels.fields import Json, as_dict, as_int, as_key, as_storable, as_text, hash_json
from bot.channels.reports import ChannelEvent, Edit
from bot.channels.telegram.contents import read_content
from bot.channels.telegram.keyboards import ChoiceSigner, find_title
from bot.errors import PayloadMalformed

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
    """One update, read. Either `message` or `event` is set; neither, if it names nobody to answer.

    `edit` and `reachable` go with an event.
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
    """The body as an update, whatever it holds. Raises: PayloadMalformed if it is no JSON object."""
    try:
        update = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise PayloadMalformed("not JSON") from error
    if not isinstance(update, dict):
        raise PayloadMalformed("no object")
    return update


def parse_update(update: Json, bot_id: str, signer: ChoiceSigner) -> Arrival:
    """What the update says."""
    if as_int(update.get("update_id")) is None:
        # Without a number nobody could tell a second delivery from a second message.
        return keep_update(update, bot_id, "no_update_id")
    for kind, read in _READERS.items():
        if isinstance(update.get(kind), dict):
            arrival = read(update[kind], name_update(update, bot_id), signer)
            return arrival if arrival.message or arrival.event else keep_update(update, bot_id, "nobody")
    return keep_update(update, bot_id)


def name_update(update: Json, bot_id: str) -> str:
    """The id under which the update is kept: its number, or what it holds where it has none."""
    number = as_int(update.get("update_id"))
    return f"{bot_id}:{hash_json(update) if number is None else as_key(number, None)}"


def keep_update(update: Json, bot_id: str, kind: str = "") -> Arrival:
    """The update as an event that is only kept; `kind`: why, if not for its own sake."""
    name = kind or next((key for key in update if key != "update_id"), "empty")
    body = {"update": json.dumps(update, ensure_ascii=True)[:KEPT_CHARS]}
    return Arrival(event=ChannelEvent(NAME, name_update(update, bot_id), name, body))


def _read_message(message: Json, prefix: str, signer: ChoiceSigner) -> Arrival:
    chat, sender = _chat(message), _sender(message)
    if chat.get("type") != "private":
        return _read_group(message, prefix)
    user = _id(chat) or _id(sender)
    if not user:
        return Arrival()
    content = read_content(message, _id(sender) or user)
    return Arrival(
        message=InboundMessage(
            channel=NAME,
            external_id=f"{prefix}:{_number(message)}",
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
    user = _id(chat)
    content = read_content(message, _id(_sender(message)) or user)
    at = _moment(message.get("edit_date")) or datetime.now(UTC)
    edit = Edit(user, f":{_number(message)}", content.text, at)
    return Arrival(event=ChannelEvent(NAME, prefix, "edited", _describe(chat)), edit=edit, user=user)


def _read_tap(query: Json, prefix: str, signer: ChoiceSigner) -> Arrival:
    """A pressed button. Two quick presses are two queries with one message and data: they are one choice."""
    shown = as_dict(query.get("message"))
    chat, sender = _chat(shown), _sender(query)
    user, data = _id(chat), as_text(query.get("data"))
    title = find_title(shown.get("reply_markup"), data)
    tap = Tap(as_text(query.get("id")), user, _number(shown), title)
    choice = signer.read(data, user)
    # In a private chat the chat's id is the person's.
    if not choice or chat.get("type") != "private" or user != _id(sender):
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
    chat, status = _chat(member), as_text(as_dict(member.get("new_chat_member")).get("status"))
    private = chat.get("type") == "private"
    reachable = {"kicked": False, "member": True}.get(status) if private else None
    event = ChannelEvent(NAME, prefix, f"bot_{status or 'member'}", _describe(chat))
    return Arrival(event=event, reachable=reachable, user=_id(chat) if private else "")


def _read_group(message: Json, prefix: str) -> Arrival:
    """Somebody speaks where several read: no word of it is kept, and the chat is told once where we do answer."""
    chat, sender = _chat(message), _sender(message)
    group = _id(chat) if chat.get("type") in ("group", "supergroup") else ""
    event = ChannelEvent(NAME, prefix, "group_message", _describe(chat))
    return Arrival(event=event, group=group, language=_profile(sender).language)


_READERS: dict[str, Callable[[Json, str, ChoiceSigner], Arrival]] = {
    "message": _read_message,
    "edited_message": _read_edited,
    "callback_query": _read_tap,
    "my_chat_member": _read_member,
}


def _chat(holder: Json) -> Json:
    return as_dict(holder.get("chat"))


def _sender(holder: Json) -> Json:
    return as_dict(holder.get("from"))


def _id(holder: Json) -> str:
    """Of a chat or a person, fit for its column; empty if there is none."""
    found = as_text(holder.get("id"))
    return as_key(found, None) if found else ""


def _number(message: Json) -> int:
    """Telegram's number of the message in its chat; 0 for what is none."""
    number = as_int(message.get("message_id"))
    return number if number is not None and 0 < number < 2**63 else 0


def _describe(chat: Json) -> Json:
    return {"chat": _id(chat), "type": as_storable(as_text(chat.get("type"))[:20])}


def _profile(sender: Json) -> Profile:
    name = " ".join(filter(None, (as_text(sender.get(key)) for key in ("first_name", "last_name"))))
    return Profile(name=name, language=as_text(sender.get("language_code")).partition("-")[0].lower())


def _moment(seconds: object) -> datetime | None:
    """Unix seconds; None for what is no time (an inaccessible message has 0)."""
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds < 2**36:
        return None
    return datetime.fromtimestamp(seconds, UTC)
