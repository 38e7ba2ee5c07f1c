"""Finding products for a wish, and telling which product a message means."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.shop.catalogue import Item, load_catalogue
from bot.shop.models import Product, Variant
from bot.shop.search import Wish, guess_products, has_unknown_words, is_size, search


@pytest.fixture
def items(demo_shop: None) -> list[Item]:
    return list(load_catalogue().values())


def handles(items: list[Item], wish: Wish) -> list[str]:
    return [item.handle for item in search(items, wish).items]


def test_the_draft_is_never_found(items: list[Item]) -> None:
    assert len(items) == 82
    assert "sofa-cover-set" not in handles(items, Wish(text="stretch sofa cover set"))


FIRST = [
    (Wish(kinds=("saree", "cotton"), text="cotton sarees"), "kanchi-cotton-saree"),
    (Wish(text="sofft silk sari"), "soft-silk-saree"),
    (Wish(text="kadai ketla ni", language="gu"), "triply-kadhai"),
    (Wish(text="કડાઈ જોઈએ છે", language="gu"), "triply-kadhai"),
    (Wish(text="வேட்டி காட்டுங்க", language="ta"), "cotton-veshti"),
    (Wish(text="அஞ்சறைப் பெட்டி", language="ta"), "masala-dabba"),
    (Wish(text="dosa tawa cast iron"), "cast-iron-dosa-tawa"),
    (Wish(kinds=("t-shirt",), sizes=("XXL",)), "plain-tshirt-3pack"),
    (Wish(kinds=("power cut",)), "rechargeable-lantern"),
]


@pytest.mark.parametrize(("wish", "first"), FIRST, ids=[f"{one[0].text or one[0].kinds}" for one in FIRST])
def test_the_best_comes_first(items: list[Item], wish: Wish, first: str) -> None:
    assert handles(items, wish)[0] == first


def test_a_price_limit_is_kept(items: list[Item]) -> None:
    found = search(items, Wish(kinds=("gift",), purposes=("women",), price_max=Decimal(1500)))
    assert len(found.items) == 5
    assert all(item.prices[0] <= 1500 for item in found.items)


def test_men_are_not_shown_womens_shoes(items: list[Item]) -> None:
    found = search(items, Wish(kinds=("footwear",), purposes=("men",), sizes=("UK 9",)))
    assert found.items
    assert all("women" not in item.marks or "unisex" in item.marks for item in found.items)


def test_what_does_not_exist_is_not_found(items: list[Item]) -> None:
    assert handles(items, Wish(text="helicopter")) == []
    assert has_unknown_words(items, "laptop under 20000")
    assert not has_unknown_words(items, "something under 500 please")


DROPPED = [
    (Wish(kinds=("towels",), price_max=Decimal(100)), ("price",), "bath-towel-set"),
    (Wish(kinds=("saree",), colours=("black",)), ("colour",), None),
    (Wish(kinds=("kurti",), sizes=("XXXL",)), ("size",), None),
]


@pytest.mark.parametrize(("wish", "dropped", "first"), DROPPED)
def test_what_had_to_be_dropped_is_said(
    items: list[Item], wish: Wish, dropped: tuple[str, ...], first: str | None
) -> None:
    found = search(items, wish)
    assert found.items
    assert found.dropped == dropped
    assert first is None or found.items[0].handle == first


def test_sold_out_products_come_last(items: list[Item]) -> None:
    Variant.objects.filter(product__handle="kanchi-cotton-saree").update(stock=0)
    Product.objects.get(handle="kanchi-cotton-saree").save()
    fresh = list(load_catalogue().values())
    found = handles(fresh, Wish(kinds=("saree", "cotton"), text="cotton saree"))
    assert found[-1] == "kanchi-cotton-saree"


GUESSES = [
    ("price of pressure cooker", "en", ["pressure-cooker"]),
    ("kanchi saree", "en", ["kanchi-cotton-saree"]),
    ("masala box", "en", ["masala-dabba"]),
    ("mixi price evlo", "ta", ["mixer-grinder-750w"]),
    ("તાંબાની બોટલ કેટલાની", "gu", ["copper-bottle"]),
    ("kurti rate", "en", ["block-print-cotton-kurti", "chikankari-kurta-set", "rayon-straight-kurti"]),
    ("hello", "en", []),
    ("do you have something nice", "en", []),
]


@pytest.mark.parametrize(("text", "language", "expected"), GUESSES)
def test_a_product_is_told_by_its_words(items: list[Item], text: str, language: str, expected: list[str]) -> None:
    assert [item.handle for item in guess_products(items, text, language)] == expected


@pytest.mark.parametrize(("size", "has"), [("UK 8", "UK 8"), ("8", "UK 8"), ("5 L", "5 L"), ("5L", "5 L"), ("m", "M")])
def test_sizes_are_the_same_however_written(items: list[Item], size: str, has: str) -> None:
    choices = [choice for item in items for choice in item.choices if choice.size == has]
    assert all(is_size(choice, size) for choice in choices)
    assert not any(is_size(choice, size) for item in items for choice in item.choices if choice.size == "XL")
