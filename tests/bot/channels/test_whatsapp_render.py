"""What one message becomes on WhatsApp: every body within Meta's own schema and limits, and nothing cut silently."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.channels.contract import Button, OutboundMessage
from bot.channels.whatsapp.markup import convert_markup
from bot.channels.whatsapp.render import Part, build_parts, build_template
from bot.language.texts import LANGUAGES, say
from tests.fakes.graph_server import SCHEMA, find_text


def build(text: str = "Here you are", **more: Any) -> OutboundMessage:
    values: dict[str, Any] = {
        "id": 7,
        "channel": "whatsapp",
        "conversation": "c",
        "user_external_id": "919876500001",
        "author": "bot",
        "author_name": "Seva",
        "text": text,
        "created_at": datetime(2026, 11, 21, tzinfo=UTC),
    }
    return OutboundMessage(**values | more)


def buttons(count: int, title: str = "Option") -> tuple[Button, ...]:
    return tuple(Button(f"b_{number:022}", f"{title} {number}") for number in range(count))


def card(number: int, **more: Any) -> dict[str, Any]:
    """A product as the catalogue shows it."""
    offered = [{"id": f"b_card{number:018}", "title": "Tell me more", "kind": "choice"}]
    found = {"title": f"Kanchi Cotton Saree with Temple Border {number}", "subtitle": "In stock", "price": "₹1,499"}
    return {
        **found,
        "image": "https://shop.example/p.png",
        "link": "https://shop.example/p",
        "buttons": offered,
        **more,
    }


def check(parts: list[Part]) -> list[dict[str, Any]]:
    """The bodies, each valid for Meta."""
    bodies = [part.body for part in parts]
    for body in bodies:
        whole = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "919876500001", **body}
        assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(whole)] == []
    return bodies


def test_three_short_options_are_buttons() -> None:
    (body,) = check(build_parts(build(buttons=buttons(3)), "en"))
    replies = [one["reply"] for one in body["interactive"]["action"]["buttons"]]
    assert replies == [{"id": f"b_{number:022}", "title": f"Option {number}"} for number in range(3)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_or_longer_options_are_a_list(language: str) -> None:
    for offered in (buttons(10), buttons(2, "A title that is longer than twenty")):
        (body,) = check(build_parts(build(buttons=offered), language))
        (section,) = body["interactive"]["action"]["sections"]
        assert [row["id"] for row in section["rows"]] == [button.id for button in offered]
        shown = [row["title"] + row.get("description", "") for row in section["rows"]]
        assert all(button.title in text for button, text in zip(offered, shown, strict=True))


def test_two_buttons_of_the_same_name_are_a_list() -> None:
    (body,) = check(build_parts(build(buttons=(Button("a", "Yes"), Button("b", "Yes"))), "en"))
    assert body["interactive"]["type"] == "list"


def test_too_many_options_are_numbered() -> None:
    (body,) = check(build_parts(build(buttons=buttons(12)), "ta"))
    lines = body["text"]["body"].split("\n")
    assert lines[-12:] == [f"{number + 1}. Option {number}" for number in range(12)]
    assert say("system.options.numbered", "ta") in lines


def test_one_product_is_a_picture_with_words_and_buttons() -> None:
    (body,) = check(build_parts(build("This one?", cards=(card(1),)), "en"))
    content = body["interactive"]
    assert content["header"]["image"]["link"] == "https://shop.example/p.png"
    assert content["body"]["text"].split("\n")[0] == "This one?"
    assert "https://shop.example/p" in content["body"]["text"]


def test_several_products_are_one_list_with_whole_names_above() -> None:
    message = build("These:", cards=tuple(card(number) for number in range(5)), buttons=buttons(2))
    (body,) = check(build_parts(message, "gu"))
    content = body["interactive"]
    rows = content["action"]["sections"][0]["rows"]
    assert [row["id"] for row in rows] == [
        *(b.id for b in message.buttons),
        *(c["buttons"][0]["id"] for c in message.cards),
    ]
    assert all(str(c["title"]) in content["body"]["text"] for c in message.cards)


def test_a_picture_that_meta_cannot_fetch_is_left_out() -> None:
    (body,) = check(build_parts(build(cards=(card(1, image="http://127.0.0.1/p.png"),)), "en"))
    assert "header" not in body["interactive"]


def test_a_card_without_buttons_stands_in_the_words() -> None:
    (body,) = check(build_parts(build("Your bill:", cards=(card(1, buttons=[], image=None),)), "en"))
    assert body["type"] == "text"
    assert "https://shop.example/p" in body["text"]["body"]


@pytest.mark.parametrize("sign", ["word ", "શબ્દ ", "👨‍👩‍👧‍👦", "க்ஷௌ", "e" + "\u0301" * 5000])
@pytest.mark.parametrize("offered", [0, 2, 12])
def test_long_words_are_split_and_nothing_is_lost(sign: str, offered: int) -> None:
    text = sign * (9000 // len(sign) + 1)
    bodies = check(build_parts(build(text, buttons=buttons(offered)), "en"))
    said = "".join(find_text(body) for body in bodies)
    assert said.replace(" ", "").replace("\n", "").startswith(text.replace(" ", ""))
    assert all(len(find_text(body)) <= (1024 if body["type"] == "interactive" else 4096) for body in bodies)


def test_nothing_to_say_is_still_a_message() -> None:
    assert len(check(build_parts(build("", buttons=buttons(2)), "en"))) == 1
    assert len(check(build_parts(build(""), "en"))) == 1


def test_an_agents_words_begin_with_the_name() -> None:
    (body,) = check(build_parts(build("Hello", author="agent", author_name="Meera"), "en"))
    assert body["text"]["body"] == "*Meera:*\nHello"


def test_the_template_takes_one_line_or_nothing() -> None:
    part = build_template("shop_message", "gu", "one\n\ttwo    three")
    assert part
    check([part])
    assert find_text(part.body) == "one two three"
    assert build_template("shop_message", "gu", "x" * 1025) is None


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**bold** and __this__ and ~~gone~~", "*bold* and _this_ and ~gone~"),
        ("## Title\nText", "*Title*\nText"),
        ("see [the shop](https://shop.example/a)", "see the shop (https://shop.example/a)"),
        ("2 * 3 ** 4 and snake_case_name", "2 * 3 ** 4 and snake_case_name"),
    ],
)
def test_markdown_becomes_whatsapps_signs(markdown: str, shown: str) -> None:
    assert convert_markup(markdown) == shown
