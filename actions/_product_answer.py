"""The words of an answer about one product: the asked aspect first, honest about what is sold out or not given."""

from __future__ import annotations

from dataclasses import replace

from actions._product_words import count_left, price_span, values
from actions._turn import Turn
from actions._words import find_in_order
from bot.language.formats import money
from bot.language.texts import say
from bot.shop.catalogue import Choice, Item
from bot.shop.search import Wish, fitting_choices

# What is offered after the answer, by what was told first.
NEXT_TOPICS: dict[str, tuple[str, ...]] = {
    "price": ("payment.methods", "delivery.time"),
    "stock": ("delivery.time", "payment.methods"),
    "sold_out": ("product.restock",),
    "sizes": ("product.size_guide", "exchange.how"),
    "colours": ("delivery.time", "return.policy"),
    "material": ("product.care", "product.authenticity"),
    "care": ("product.care", "return.policy"),
    "warranty": ("product.warranty", "return.damaged"),
    "about": ("delivery.time", "return.policy"),
    "not_given": ("product.authenticity",),
}
_SUMMARY = ("price", "stock", "sizes", "colours", "about")


def choose_aspects(turn: Turn) -> list[str]:
    """What the message asks for, in its order; empty if it asks in general."""
    if turn.pressed and turn.text.startswith("/"):
        return []
    aspects = find_in_order("aspects", turn.text)
    # A named size or colour asks whether it is there; which ones there are is asked without naming one.
    for entity, aspect in (("size", "sizes"), ("color", "colours")):
        if turn.entity(entity):
            aspects = [one for one in aspects if one != aspect]
            aspects += [] if "stock" in aspects else ["stock"]
    return aspects


def build_answer(item: Item, turn: Turn, aspects: list[str]) -> tuple[str, str]:
    """(the answer, what it told first): the asked aspects, then price and stock in short."""
    asked = list(dict.fromkeys(aspects)) or list(_SUMMARY)
    wish = Wish(colours=tuple(turn.all_of("color")), sizes=tuple(turn.all_of("size")))
    lines = [item.name(turn.language)]
    if not wish.empty:
        lines += about_choice(item, wish, turn.language)
    # Price and stock are those of the size and colour that were named; the rest is the product's.
    named = replace(item, choices=tuple(fitting_choices(item, wish)) or item.choices)
    wanted = [aspect for aspect in (*asked, "price", "stock") if wish.empty or aspect != "stock"]
    for aspect in dict.fromkeys(wanted):
        lines += _TELL[aspect](named if aspect == "price" else item, turn.language)
    told = asked[0] if aspects else "about"
    if told in ("stock", "about", "sizes", "colours") and not item.available:
        told = "sold_out"
    elif aspects and _missing(item, told):
        told = "not_given"
    return _join(lines), told


def tell_aspect(item: Item, aspect: str, language: str) -> str:
    """One aspect of a product under its name."""
    return _join([item.name(language), *_TELL[aspect](item, language)])


def about_choice(item: Item, wish: Wish, language: str) -> list[str]:
    """What there is in the size and colour that were asked for."""
    wanted = fitting_choices(item, wish)
    choice = " / ".join([*wish.sizes, *wish.colours])
    if not wanted:
        colours = _colours(item, language) if wish.colours else []
        sizes = _sizes(item, language) if wish.sizes else []
        return [say("products.info.not_made", language, choice=choice), *colours, *sizes]
    label = wanted[0].label or choice
    there = [one for one in wanted if one.available]
    if not there:
        others = values(one.label for one in item.choices if one.available)
        left = [say("products.info.still_there", language, list=", ".join(others))] if others else []
        return [say("products.info.variant_sold_out", language, choice=label), *left]
    labels = ", ".join(values(one.label for one in there)) or choice
    few = count_left(there)
    if few is not None:
        return [say("products.info.variant_few_left", language, choice=labels, count=few)]
    return [say("products.info.variant_in_stock", language, choice=labels)]


def _price(item: Item, language: str) -> list[str]:
    low, high = price_span(list(item.choices))
    price = money(low, language)
    if low != high:
        return [say("products.info.price_range", language, low=price, high=money(high, language))]
    mrp = max((one.compare_at_price for one in item.choices if one.price == low and one.compare_at_price), default=low)
    if mrp <= low:
        return [say("products.info.price_one", language, price=price)]
    saved = money(mrp - low, language)
    return [say("products.info.price_saved", language, price=price, saved=saved, mrp=money(mrp, language))]


def _stock(item: Item, language: str) -> list[str]:
    there = [one for one in item.choices if one.available]
    if not there:
        return [say("products.info.sold_out", language)]
    few = count_left(there)
    return [say("products.info.few_left", language, count=few) if few else say("products.info.in_stock", language)]


def _sizes(item: Item, language: str) -> list[str]:
    return _choices(language, "sizes", "one_size", [(one.size, one) for one in item.choices])


def _colours(item: Item, language: str) -> list[str]:
    return _choices(language, "colours", "one_colour", [(one.colour, one) for one in item.choices])


def _choices(language: str, key: str, single: str, pairs: list[tuple[str, Choice]]) -> list[str]:
    there = values(value for value, choice in pairs if choice.available)
    gone = [value for value in values(value for value, _ in pairs) if value not in there]
    if not there and not gone:
        return [say(f"products.info.{single}", language)]
    lines = [say(f"products.info.{key}", language, list=", ".join(there))] if there else []
    return [*lines, say("products.info.sold_out_choices", language, list=", ".join(gone))] if gone else lines


def _material(item: Item, language: str) -> list[str]:
    return _given("material", item.material, language)


def _care(item: Item, language: str) -> list[str]:
    return _given("care", item.care, language)


def _warranty(item: Item, language: str) -> list[str]:
    return _given("warranty", item.warranty, language)


def _about(item: Item, language: str) -> list[str]:
    return [say("products.info.about", language, value=item.description)] if item.description else []


def _given(key: str, value: str, language: str) -> list[str]:
    # The catalogue is written in English; it is shown as it is, after a label that the customer can read.
    return [say(f"products.info.{key}", language, value=value) if value else say("products.info.not_given", language)]


def _missing(item: Item, aspect: str) -> bool:
    return aspect in ("material", "care", "warranty") and not getattr(item, aspect)


def _join(lines: list[str]) -> str:
    ended = (line if line.endswith((".", "!", "?")) else f"{line}." for line in lines[1:])
    return "\n".join([lines[0], *ended])


_TELL = {
    "price": _price, "stock": _stock, "sizes": _sizes, "colours": _colours, "material": _material, "care": _care,
    "warranty": _warranty, "about": _about,
}  # fmt: skip
