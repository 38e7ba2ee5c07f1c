"""The small parts of the web chat: session ids, the rate limit, frames, origins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.contract import Button, OutboundMessage, build_plain_text
from bot.channels.webchat.frames import build_bot_uttered, parse_id, parse_session_request, parse_uttered
from bot.channels.webchat.limits import RateLimit
from bot.channels.webchat.origins import build_origin_check
from bot.channels.webchat.sessions import SessionIds, hash_session
from bot.config import load
from bot.errors import PayloadMalformed

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["message", "cid", "page"]), inner),
    max_leaves=10,
)


def test_ids_are_recognised_and_others_are_not() -> None:
    ids = SessionIds("key")
    issued = ids.issue()
    assert ids.is_issued(issued)
    assert issued != ids.issue()
    assert not SessionIds("another key").is_issued(issued)
    for other in (issued[:-1], issued + "0", issued.upper(), issued.replace(".", ""), "", None, 7, [issued]):
        assert not ids.is_issued(other)
    assert issued not in hash_session(issued)


@given(ANYTHING)
def test_no_value_at_all_breaks_the_reading_of_frames(data: object) -> None:
    request = parse_session_request(data)
    assert request.last_id >= 0
    assert not SessionIds("key").is_issued(data)
    try:
        uttered = parse_uttered(data)
    except PayloadMalformed:
        return
    assert isinstance(uttered.text, str)


@pytest.mark.parametrize("value", [True, -1, 2**63, "5", 1.5, None])
def test_only_ids_are_ids(value: object) -> None:
    assert parse_id(value) == 0


def test_ten_in_ten_seconds_and_then_again() -> None:
    now = [0.0]
    limit = RateLimit(10, 10.0, clock=lambda: now[0])
    assert [limit.take("a") for _ in range(10)] == [0.0] * 10
    now[0] = 4.0
    assert limit.take("a") == 6.0
    assert limit.take("b") == 0.0
    now[0] = 10.0
    assert limit.take("a") == 0.0


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True), ("https://help.shop.example", True), ("https://shop.example", True),
        ("http://localhost:8000", True), ("null", False), ("", False), ("https://shop.example/", False),
        ("https://SHOP.example", False), ("http://localhost:8001", False), ("https://xshop.example", False),
    ],
)  # fmt: skip
def test_origins_are_compared_exactly(origin: str | None, allowed: bool) -> None:
    settings = load({"PUBLIC_URL": "https://help.shop.example", "ALLOWED_ORIGINS": "https://shop.example/"})
    assert build_origin_check(settings)(origin) == allowed


def test_a_message_without_extras_is_rasas_own() -> None:
    message = OutboundMessage(7, "webchat", "c", "u", "bot", "Seva", "hello", datetime(2026, 11, 21, tzinfo=UTC))
    frame = build_bot_uttered(message)
    assert set(frame) == {"text", "metadata"}
    assert set(frame["metadata"]) == {"id", "author", "author_name", "ts", "buttons", "cards", "turn", "read_up_to_id"}


def test_everything_can_be_put_into_words() -> None:
    card = {"title": "Kurta", "price": "₹899", "link": "https://shop.example/kurta"}
    message = OutboundMessage(
        7, "x", "c", "u", "bot", "Seva", "Look:", datetime(2026, 11, 21, tzinfo=UTC),
        buttons=(Button("b", "More"),), cards=(card,), image="https://shop.example/a.jpg",
    )  # fmt: skip
    assert build_plain_text(message).split("\n") == [
        "Look:", "Kurta · ₹899 · https://shop.example/kurta", "https://shop.example/a.jpg", "• More",
    ]  # fmt: skip


def write(text: str, *buttons: Button, **more: Any) -> list[str]:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    return build_plain_text(OutboundMessage(7, "x", "c", "u", "bot", "Seva", text, at, buttons=buttons, **more)).split(
        "\n"
    )


def test_choices_are_numbered_in_words() -> None:
    person = Button("c", "A person", "person")
    assert write("Which?", Button("a", "Refund"), Button("b", "Exchange"), person) == [
        "Which?", "1. Refund", "2. Exchange", "3. A person",
    ]  # fmt: skip
    assert write("How many?", Button("a", "Stop"), person) == ["How many?", "• Stop", "• A person"]


def test_what_the_text_numbers_is_not_numbered_again() -> None:
    text = "Which item?\n1. 2 × Cotton Stretch Leggings\n2. 1 × Kurta"
    buttons = (Button("a", "2 × Cotton Stretch…"), Button("b", "1 × Kurta"), Button("c", "Stop"))
    assert write(text, *buttons) == [*text.split("\n"), "3. Stop"]


def test_beside_cards_the_buttons_have_no_number() -> None:
    found = write("Look:", Button("a", "More"), Button("b", "Sarees"), cards=({"title": "Kurta"},))
    assert found == ["Look:", "Kurta", "• More", "• Sarees"]
