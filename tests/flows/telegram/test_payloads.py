"""Every captured update ends as the reference says (CHANNELS 2.4), once, however often it comes."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from bot.conversations.models import ChannelNotice, Message
from bot.conversations.states import Direction
from bot.language.texts import say
from tests.fakes.bot_api_server import FakeBotApi
from tests.fakes.rows import in_database
from tests.fakes.running import Running
from tests.fakes.telegram_person import TelegramPerson
from tests.fakes.visitor import wait_until
from tests.flows.telegram.conftest import People

PAYLOADS = Path(__file__).resolve().parents[2] / "payloads" / "telegram"
FILES = sorted(path.name for path in PAYLOADS.glob("*.json"))

# A message row with this kind, and what of it is read: the words, or a sign where there are none.
MESSAGES = {
    "chatwoot_audio.json": ("audio", "🎵 Test music file"),
    "chatwoot_caption_only.json": ("text", "test"),
    "chatwoot_document.json": ("document", "📎 Screenshot 2021-09-27 at 2.01.14 PM.png"),
    "chatwoot_photo.json": ("image", "📷"),
    "chatwoot_sticker.json": ("sticker", "👍"),
    "chatwoot_text.json": ("text", "test"),
    "chatwoot_video.json": ("video", "🎬 IMG_2170.MOV"),
    "chatwoot_voice.json": ("voice", "🎤"),
    "illemius_forwarded_message.json": ("text", "message text"),
    "illemius_message.json": ("text", "Hi, world!"),
    "illemius_message_with_audio.json": ("audio", "🎵"),
    "illemius_message_with_document.json": ("document", "doc description"),
    "illemius_message_with_game.json": ("game", "· game"),
    "illemius_message_with_location.json": ("location", "📍 55.693416, 37.624605"),
    "illemius_message_with_photo.json": ("image", "photo description"),
    "illemius_message_with_sticker.json": ("sticker", "🛠"),
    "illemius_message_with_successful_payment.json": ("successful_payment", "· successful payment"),
    "illemius_message_with_video.json": ("video", "description"),
    "illemius_message_with_voice.json": ("voice", "🎤"),
    "illemius_reply_message.json": ("text", "Reply to quoted message"),
}
# An event row with this kind, and no message.
EVENTS = {
    "autogram_my_chat_member_group_added.json": "bot_member",
    "autogram_my_chat_member_private_blocked.json": "bot_kicked",
    "autogram_my_chat_member_private_unblocked.json": "bot_member",
    "autogram_my_chat_member_supergroup_added.json": "bot_member",
    "autogram_my_chat_member_supergroup_restricted.json": "bot_restricted",
    "chatwoot_group_text.json": "group_message",
    "illemius_edited_message.json": "edited",
    "illemius_pre_checkout_query.json": "pre_checkout_query",
    "illemius_shipping_query.json": "shipping_query",
    "tgrs_wrapped_callback_query_full.json": "callback_refused",
    "tgrs_wrapped_message_contact.json": "group_message",
    "tgrs_wrapped_message_text.json": "group_message",
}


def test_every_payload_has_its_end() -> None:
    assert sorted([*MESSAGES, *EVENTS]) == FILES


def read(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text())


def inbound_rows() -> list[tuple[str, str]]:
    return list(Message.objects.filter(direction=Direction.INBOUND).values_list("kind", "text"))


@pytest.mark.parametrize("name", FILES)
async def test_a_payload_is_one_row(people: People, name: str, caplog: pytest.LogCaptureFixture) -> None:
    person = people()
    for _ in range(2):
        assert (await person.post(read(name))).status_code == 200
    rows = await in_database(inbound_rows)
    events = await in_database(lambda: list(ChannelNotice.objects.values_list("kind", flat=True)))
    assert rows == ([MESSAGES[name]] if name in MESSAGES else [])
    assert events == ([EVENTS[name]] if name in EVENTS else [])
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


STRANGE: list[Any] = [
    {"update_id": 1},
    {"update_id": 2, "message": None},
    {"update_id": 3, "message": {}},
    {"update_id": 4, "message": {"chat": {"type": "private"}}},
    {"update_id": 5, "message": {"chat": {"type": "private", "id": 7}, "text": {"not": "text"}}},
    {"update_id": 6, "message": {"chat": {"type": "private", "id": 7}, "text": "\u200b"}},
    {"update_id": 7, "message": {"chat": {"type": "private", "id": 7}, "photo": []}},
    {"update_id": 8, "message": {"chat": {"type": "private", "id": 7}, "photo": [None], "date": -1}},
    {"update_id": 9, "message": {"chat": {"type": "private", "id": 7}, "contact": {}, "from": []}},
    {"update_id": 10, "message": {"chat": {"type": "private", "id": 7}, "location": {}, "message_id": "x"}},
    {"update_id": 11, "message": {"chat": {"type": "private", "id": 7}, "text": "a\x00b \ud800 /set_x{}"}},
    {"update_id": 12, "callback_query": {"id": "1"}},
    {"update_id": 13, "callback_query": {"id": "1", "data": "ü" * 200, "message": {"chat": {"type": "private"}}}},
    {"update_id": 14, "my_chat_member": {"chat": {"type": "private", "id": 7}, "new_chat_member": "x"}},
    {"update_id": 15, "edited_message": {"chat": {"type": "private", "id": 7}}},
    {"update_id": 16, "from_the_future": {"a": ["\x00", 1e300]}},
    {"update_id": 17, "message": {"chat": {"type": "channel", "id": -7}, "text": "x"}},
    {"update_id": 18, "message": {"chat": {"type": "private", "id": "7" * 300}, "text": "x"}},
    {"update_id": 19, "message": {"chat": {"type": "private", "id": "7"}, "message_id": "1\x00", "text": "x"}},
    {"update_id": 20, "edited_message": {"chat": {"type": "private", "id": 7}, "message_id": "\x00", "text": "x"}},
    {
        "update_id": 21,
        "my_chat_member": {"chat": {"type": "\ud800", "id": "\x00"}, "new_chat_member": {"status": "\x00"}},
    },
    {
        "update_id": 22,
        "message": {"chat": {"type": "private", "id": 7}, "document": {"file_id": [], "file_size": 2**70}},
    },
    {
        "update_id": 23,
        "message": {"chat": {"type": "private", "id": 7}, "from": {"first_name": {}}, "text": "\u202e\u2066"},
    },
    {"update_id": 24, "message": {"chat": {"type": "private", "id": 7}, "text": "x", "contact": {"phone_number": 7}}},
    {"update_id": 25, "channel_post": {"chat": {"type": "channel", "id": -7}, "text": "x"}},
    {"update_id": 26, "message_reaction": {"chat": {"type": "private", "id": 7}, "new_reaction": []}},
    {"update_id": 27, "inline_query": {"id": "1", "query": "x"}, "poll": {"id": "1"}},
    {
        "update_id": "28",
        "message": {"chat": {"type": "private", "id": 7}, "message_id": "28", "text": "number as text"},
    },
    {"update_id": None, "message": {"chat": {"type": "private", "id": 7}, "text": "no number"}},
    {"ok": True, "result": [{"update_id": 29}]},
    {"update_id": 2**62, "message": {"chat": {"type": "private", "id": 2**52}, "text": "x" * 60_000}},
]


@pytest.mark.parametrize("update", STRANGE, ids=lambda update: str(update.get("update_id")))
async def test_nothing_genuine_is_refused(people: People, update: Any, caplog: pytest.LogCaptureFixture) -> None:
    person = people()
    for _ in range(2):
        assert (await person.post(update)).status_code == 200
    counted = await in_database(lambda: len(inbound_rows()) + ChannelNotice.objects.count())
    assert counted == 1
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_signs_without_a_word_are_answered(people: People, bot_api: Running[FakeBotApi]) -> None:
    person = people()
    await person.say("\u200b\u2063")
    assert await in_database(inbound_rows) == [("unsupported", "\u200b\u2063")]
    await wait_until(lambda: bot_api.app.texts("4711") == [say("system.unread.other", "en")], "what can be read")


@pytest.mark.parametrize(
    ("body", "secret", "status"),
    [
        (b"{", None, 400),
        (b"[]", None, 400),
        (b"null", None, 400),
        (b"[" * 100_000, None, 400),
        (b"x" * 3_200_000, None, 413),
        (b'{"update_id": 1}', "wrong", 403),
        (b'{"update_id": 1}', "", 403),
    ],
)
async def test_what_is_not_from_telegram_is_refused(
    people: People, body: bytes, secret: str | None, status: int
) -> None:
    person: TelegramPerson = people()
    answer = await (person.post(body) if secret is None else person.post(body, secret))
    assert answer.status_code == status
    assert await in_database(ChannelNotice.objects.count) == 0
