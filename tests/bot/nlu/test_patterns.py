"""Order numbers, e-mails, phones, prices and sizes as people write them."""

import time

import pytest

from bot.nlu.patterns import find_emails, find_orders, find_phones, find_prices, find_quantities, find_sizes

ALL = (find_emails, find_phones, find_orders, find_prices, find_quantities, find_sizes)


@pytest.mark.parametrize(
    "text", ["TT-10432", "tt 10432", "tt10432", "T T 1 0 4 3 2", "order #10432", "10432 માં", "TT-10432ની"]
)
def test_an_order_number_is_found_in_any_spelling(text: str) -> None:
    assert [one.value for one in find_orders(text)] == ["TT-10432"]


@pytest.mark.parametrize(
    "text", ["power bank 10000 mAh", "₹10432", "rs 10432", "pin 797112", "10432 rupees", "9999912345"]
)
def test_other_numbers_are_no_orders(text: str) -> None:
    assert list(find_orders(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("under 1,500", {"price_max": "1500"}),
        ("1000 થી ઓછા", {"price_max": "1000"}),
        ("1500க்குள்ள", {"price_max": "1500"}),
        ("between 500 and 1000", {"price_min": "500", "price_max": "1000"}),
        ("above 2k", {"price_min": "2000"}),
    ],
)
def test_price_limits(text: str, expected: dict[str, str]) -> None:
    assert {one.entity: one.value for one in find_prices(text)} == expected


@pytest.mark.parametrize(
    ("text", "size"), [("size XL છે?", "XL"), ("UK 8 iruka", "UK 8"), ("5L cooker", "5 L"), ("38 size", "38")]
)
def test_sizes(text: str, size: str) -> None:
    assert size in [one.value for one in find_sizes(text)]


def test_phone_and_email() -> None:
    assert [one.value for one in find_phones("call 99999 12345 please")] == ["+919999912345"]
    assert [one.value for one in find_emails("Mail A.B@Example.org.")] == ["a.b@example.org"]


@pytest.mark.parametrize("unit", ["1", "a@", "1,", "tt ", "9 ", "uk ", "a.", "₹1 "])
def test_hostile_repetition_is_read_quickly(unit: str) -> None:
    text = (unit * 2000)[:2000]
    started = time.perf_counter()
    for find in ALL:
        list(find(text))
    assert time.perf_counter() - started < 0.5
