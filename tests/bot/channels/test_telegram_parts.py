"""The pure parts of the channel: cutting texts, rendering, buttons, what errors mean."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest
import regex

from bot.channels.contract import Button, Delayed, OutboundMessage, Rejected
from bot.channels.splitting import count_units, split_text
from bot.channels.telegram.api import ApiRefused, ApiUnanswered, hide_token
from bot.channels.telegram.keyboards import ChoiceSigner, build_keyboard
from bot.channels.telegram.rendering import CAPTION_MAX, TEXT_MAX, build_calls
from bot.channels.telegram.results import LONG_PAUSE_S, choose_pause, judge

SIGNER = ChoiceSigner("k" * 40)
# A family emoji of seven code points, Gujarati and Tamil syllables with their signs, a flag, a letter with marks.
PIECES = ("👨‍👩‍👧‍👦", "ક્ષિ", "சௌ", "🇮🇳", "é", "word", " ", "\n", ". ", "𠮷")


def build(text: str = "", **more: Any) -> OutboundMessage:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    fields: dict[str, Any] = {"author": "bot", "author_name": "Seva", **more}
    return OutboundMessage(1, "telegram", "c", "4711", text=text, created_at=at, **fields)


@pytest.mark.parametrize("seed", range(20))
def test_pieces_fit_hold_everything_and_break_no_grapheme(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice(PIECES) for _ in range(400))
    pieces = split_text(text, 50)
    assert max(count_units(piece) for piece in pieces) <= 50
    assert "".join("".join(pieces).split()) == "".join(text.split())
    whole = regex.findall(r"\X", "".join(text.split()))
    assert [one for piece in pieces for one in regex.findall(r"\X", "".join(piece.split()))] == whole


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("short", ["short"]),
        ("First part here.\n\nSecond part here.", ["First part here.", "Second part here."]),
        ("One sentence here. Another sentence", ["One sentence here.", "Another sentence"]),
        ("x" * 45, ["x" * 20, "x" * 20, "x" * 5]),
        ("a" + "\u0300" * 30, ["a" + "\u0300" * 19, "\u0300" * 11]),
    ],
)
def test_a_text_is_cut_where_it_hurts_least(text: str, pieces: list[str]) -> None:
    assert split_text(text, 20) == pieces


def test_an_emoji_counts_as_telegram_counts_it() -> None:
    assert (count_units("a"), count_units("સ"), count_units("🙂")) == (1, 1, 2)


def test_buttons_stand_below_the_last_piece_only() -> None:
    calls = build_calls(build("word " * 2_000, buttons=(Button("b_1", "Yes"),)), SIGNER)
    assert [("reply_markup" in call.params) for call in calls] == [False, False, True]
    assert all(count_units(call.params["text"]) <= TEXT_MAX for call in calls)


def test_a_text_with_signs_of_markup_is_sent_as_it_is() -> None:
    text = "<b>5 < 6 & *x* _y_ [z](http://a)</b>"
    (call,) = build_calls(build(text), SIGNER)
    assert call.params["text"] == text
    assert "parse_mode" not in call.params


def test_long_titles_have_a_row_each_and_short_ones_share() -> None:
    titles = ("Yes", "No", "Where is my last order now?", "Thanks")
    keyboard = build_keyboard([Button(f"b_{place}", title) for place, title in enumerate(titles)], "1", SIGNER)
    rows = [[key["text"] for key in row] for row in keyboard["inline_keyboard"]]
    assert rows == [["Yes", "No"], ["Where is my last order now?"], ["Thanks"]]


def test_few_cards_are_pictures_and_many_are_a_list() -> None:
    def card(number: int) -> dict[str, Any]:
        more = {"id": f"b_{number}", "title": "Tell me more", "kind": "choice"}
        return {"title": f"Kurta {number}", "price": "₹899", "image": f"http://x/{number}.png", "buttons": [more]}

    few = build_calls(build("Here:", cards=(card(1), card(2)), buttons=(Button("b_9", "More"),)), SIGNER)
    assert [call.method for call in few] == ["sendMessage", "sendPhoto", "sendPhoto"]
    last = few[-1].params["reply_markup"]["inline_keyboard"]
    assert [key["text"] for row in last for key in row] == ["Tell me more", "More"]
    assert few[1].without_picture().params["text"] == "Kurta 1\n₹899"
    (many,) = build_calls(build("Here:", cards=tuple(card(number) for number in range(1, 8))), SIGNER)
    assert many.params["text"].splitlines()[:2] == ["Here:", "1. Kurta 1 · ₹899"]
    named = [key["text"] for row in many.params["reply_markup"]["inline_keyboard"] for key in row]
    assert named == [f"{number}. Kurta {number}" for number in range(1, 8)]


def test_a_picture_carries_its_words_if_they_fit() -> None:
    (one,) = build_calls(build("Look", image="http://x/1.png"), SIGNER)
    assert (one.method, one.params["caption"]) == ("sendPhoto", "Look")
    two = build_calls(build("x " * CAPTION_MAX, image="http://x/1.png"), SIGNER)
    assert [call.method for call in two] == ["sendMessage", "sendPhoto"]


def test_data_of_buttons_is_known_only_in_its_chat() -> None:
    choice = "b_" + "x" * 22
    data = SIGNER.sign(choice, "4711")
    assert len(data) <= 64
    assert SIGNER.read(data, "4711") == choice
    for forged, chat in ((data, "4712"), (choice, "4711"), (data + "x", "4711"), ("", "4711"), (None, "4711")):
        assert SIGNER.read(forged, chat) == ""
    assert ChoiceSigner("other" * 10).read(data, "4711") == ""


def test_what_an_error_means() -> None:
    flood, gone = ApiRefused(429, "Too Many Requests", 7.0), ApiRefused(403, "Forbidden: bot was blocked by the user")
    assert judge(flood, 1, False, 2) == Delayed(7.0, "Telegram asks to wait", parts_sent=2)
    assert judge(gone, 1, False, 0) == Rejected("blocked", unreachable=True)
    unsure = judge(ApiUnanswered("ReadTimeout", maybe_done=True), 1, False, 0)
    assert isinstance(unsure, Delayed)
    assert unsure.unknown is True
    assert isinstance(judge(ApiUnanswered("ReadTimeout", maybe_done=True), 2, True, 0), Rejected)
    away = judge(ApiUnanswered("ConnectError", maybe_done=False), 9, True, 0)
    assert isinstance(away, Delayed)
    assert away.unknown is False


def test_pauses_grow_and_outlast_an_outage() -> None:
    pauses = [choose_pause(attempts) for attempts in range(1, 21)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (1.0, LONG_PAUSE_S)
    assert sum(pauses) > 3600


def test_a_token_is_never_shown() -> None:
    token = "123456:AAH-" + "x" * 30
    assert token not in hide_token(f"https://api.telegram.org/bot{token}/getMe")
