"""Products in words: cards, prices, stock and choices in the language of the reply. Pure over the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.urls import reverse

from actions._buttons import button
from actions._turn import Json
from bot.config import config
from bot.language.formats import money
from bot.language.texts import say
from bot.shop.catalogue import Choice, Item

# From here down the exact number is said, as a reason to hurry that is true.
FEW = 5
CARD_VALUES_MAX = 6


def build_card(item: Item, language: str, choices: list[Choice] | None = None) -> Json:
    """A card of a list: name, price, what there is, picture, link, and a button that tells more."""
    shown = choices or list(item.choices)
    lines = [word_stock(shown, language)]
    colours, sizes = values(one.colour for one in shown), values(one.size for one in shown)
    if colours:
        lines.append(say("products.card.colours", language, list=", ".join(colours[:CARD_VALUES_MAX])))
    if sizes:
        lines.append(say("products.card.sizes", language, list=", ".join(sizes[:CARD_VALUES_MAX])))
    more = button(say("products.buttons.tell_more", language), "product_info", "choice", product=item.handle)
    return {
        "title": item.name(language),
        "subtitle": " · ".join(lines),
        "price": word_price(shown, language),
        "image": find_picture(item),
        "link": config().base_url + reverse("shop:product", args=[item.handle]),
        "buttons": [more],
    }


def find_picture(item: Item) -> str:
    """The shop's own photograph where the catalogue gives its address; else our drawing, as PNG for every channel."""
    if item.image.startswith(("https://", "http://")):
        return item.image
    return config().base_url + reverse("shop:picture_png", args=[item.handle])


def name_and_price(item: Item, language: str, choices: list[Choice] | None = None) -> str:
    """`Kanchi Cotton Saree (₹1,499)`, with a word if it is sold out."""
    shown = choices or list(item.choices)
    price = word_price(shown, language)
    sold_out = "" if any(one.available for one in shown) else f", {say('products.card.sold_out', language)}"
    return f"{item.name(language)} ({price}{sold_out})"


def list_products(items: Iterable[Item], language: str) -> str:
    """Names and prices in one line, numbered where there are several."""
    named = [name_and_price(item, language) for item in items]
    return (
        "; ".join(f"{place}. {one}" for place, one in enumerate(named, start=1)) if len(named) > 1 else "".join(named)
    )


def word_price(choices: list[Choice], language: str) -> str:
    """`₹899`, or `from ₹899` where the choices differ."""
    prices = price_span(choices)
    if prices[0] == prices[1]:
        return money(prices[0], language)
    return say("products.card.from_price", language, price=money(prices[0], language))


def price_span(choices: list[Choice]) -> tuple[Decimal, Decimal]:
    """Lowest and highest price of what can be had (of all, if nothing can)."""
    prices = [one.price for one in choices if one.available] or [one.price for one in choices]
    return (min(prices), max(prices)) if prices else (Decimal(0), Decimal(0))


def word_stock(choices: list[Choice], language: str) -> str:
    """In stock, only a few left, or sold out."""
    there = [one for one in choices if one.available]
    if not there:
        return say("products.card.sold_out", language)
    count = count_left(there)
    if count is not None:
        return say("products.card.few_left", language, count=count)
    return say("products.card.in_stock", language)


def count_left(choices: list[Choice]) -> int | None:
    """How many are left, if they are few; None if there are enough or they are not counted."""
    total = sum(one.stock for one in choices)
    counted = all(one.stock > 0 for one in choices)
    return total if counted and total <= FEW else None


def values(words: Iterable[str]) -> list[str]:
    """Each value once, in the catalogue's order, without empty ones."""
    return list(dict.fromkeys(word for word in words if word))
