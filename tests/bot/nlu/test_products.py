"""Which product is meant, in three languages and any spelling."""

import re

import pytest

from bot.nlu.catalogue import DEFAULT_FOLDER, load_products
from bot.nlu.products import Everyday, ProductMatcher, learn_everyday
from bot.nlu.words import WORD

PRODUCTS = load_products(DEFAULT_FOLDER)
MATCHER = ProductMatcher(PRODUCTS)


def find(text: str, matcher: ProductMatcher = MATCHER) -> list[str]:
    return [match.handle for match in matcher.match(re.findall(WORD, text))]


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("price of the pressure cooker", "pressure-cooker"),
        ("presure cookar", "pressure-cooker"),
        ("કૂકરનું ઢાંકણ", "pressure-cooker"),
        ("குக்கர் விலை", "pressure-cooker"),
        ("nehru koti XL", "nehru-jacket"),
        ("નેહરુ કોટી", "nehru-jacket"),
        ("மிக்ஸி ஜார்", "mixer-grinder-750w"),
        ("wireless earbud battery", "wireless-earbuds"),
        ("spice box", "masala-dabba"),
    ],
)
def test_a_product_is_found(text: str, handle: str) -> None:
    assert find(text)[:1] == [handle]


@pytest.mark.parametrize("text", ["", "where is it", "😀", "TT-10432", "hello madam"])
def test_nothing_is_found_in_other_talk(text: str) -> None:
    assert find(text) == []


def test_drafts_are_no_products() -> None:
    assert "sofa-cover-set" not in {product.handle for product in PRODUCTS}


def test_everyday_words_do_not_stand_for_a_product() -> None:
    everyday = learn_everyday(["power bank price", *["saree colour"] * 9], ["bank refund"] * 9, PRODUCTS)
    assert "bank" in everyday.alone
    assert find("money back to my bank", ProductMatcher(PRODUCTS, everyday)) == []
    assert find("power bank", ProductMatcher(PRODUCTS, everyday)) == ["power-bank"]
    assert find("x", ProductMatcher([], Everyday())) == []
