"""Advice on size from what the catalogue says of a product's sizes; asks the one thing it needs, and makes nothing up.

Numbers on clothes are inches around chest or waist where the catalogue or the kind of thing says so, children's sizes
are ages, shoes are UK sizes. Letters have no measurements in the catalogue: then the shop's size guide is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions._buttons import button, english_button, person_button
from actions._faq_answers import find_answer, topic_button
from actions._product_answer import about_choice
from actions._product_words import build_card, values
from actions._turn import Answer, Reply, Turn
from bot.language.normalise import normalise
from bot.language.texts import say
from bot.shop.catalogue import Item
from bot.shop.search import Wish, fitting_choices

ACTION = "action_answer_product"
CM_PER_INCH = 2.54
_LETTERS = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL", "FREE SIZE")
# What a number must lie between to be this measure: inches, inches, cm, years, months, UK.
_PLAUSIBLE = {
    "chest": (26, 60), "waist": (22, 52), "chest_cm": (66, 150), "age": (0, 16), "months": (0, 36), "shoe": (1, 13),
}  # fmt: skip
MEASURED = frozenset(_PLAUSIBLE)
_WAIST_KINDS = ("jeans", "trousers", "bottoms")
_NUMBER = re.compile(r"(?<![\w₹.,-])(\d{1,3}(?:\.\d)?)(?!\d)")
_MONTHS = re.compile(r"month|mahina|mahino|મહિન|மாச|மாத|maasam|masam")


@dataclass(frozen=True)
class Band:
    """One size and what it is meant for, both ends included."""

    size: str
    low: float
    high: float


def answer_size(turn: Turn, item: Item) -> Answer:
    """The size for the measure in the message, or the question for it."""
    scale = find_scale(item)
    if scale in ("one", "other"):
        return _describe(turn, item, scale)
    if scale == "letter":
        return _answer_letter(turn, item)
    measure = read_measure(turn.text if not turn.pressed else "", scale)
    if measure is None:
        return _ask(turn, item, scale)
    band = choose_band(build_bands(item, scale), measure)
    shown = f"{measure:g}"
    if band is None:
        largest = build_bands(item, scale)[-1].size
        text = say("products.size.too_large", turn.language, measure=shown, size=largest, name=item.name(turn.language))
        return _reply(turn, item, [text])
    lines = [say(f"products.size.take_{scale}", turn.language, measure=shown, size=band.size)]
    if scale != "shoe" and not band.low <= measure <= band.high:
        lines.append(say("products.size.between", turn.language))
    lines += about_choice(item, Wish(sizes=(band.size,)), turn.language)
    return _reply(turn, item, lines, band.size)


def find_scale(item: Item) -> str:
    """What the product's sizes count: chest, waist, chest_cm, age, months, shoe, letter; `one` or `other`."""
    sizes = values(choice.size for choice in item.choices)
    if not sizes:
        return "one"
    for scale, pattern in (("shoe", r"UK \d+( Kids)?"), ("age", r"\d+-\d+ Y"), ("months", r"\d+-\d+ M")):
        if all(re.fullmatch(pattern, size) for size in sizes):
            return scale
    if all(size.upper() in _LETTERS for size in sizes):
        return "letter"
    if not all(size.isdigit() for size in sizes):
        return "other"
    if min(int(size) for size in sizes) >= 66:
        return "chest_cm"
    if "chest" in item.description.lower():
        return "chest"
    return "waist" if item.kind.lower() in _WAIST_KINDS else "other"


def build_bands(item: Item, scale: str) -> list[Band]:
    """The product's sizes with what they are meant for, the smallest first."""
    bands = []
    for size in values(choice.size for choice in item.choices):
        numbers = [float(one) for one in re.findall(r"\d+", size)]
        high = numbers[-1] + (0.99 if scale == "age" else 0.0)
        bands.append(Band(size, numbers[0], high))
    return sorted(bands, key=lambda band: band.low)


def choose_band(bands: list[Band], measure: float) -> Band | None:
    """The smallest size that is large enough; None if even the largest is too small."""
    return next((band for band in bands if measure <= band.high), None)


def read_measure(text: str, scale: str) -> float | None:
    """The number of the text that may be this measure, in the scale's unit; None if there is none."""
    said = normalise(text).lower()
    low, high = _PLAUSIBLE[scale]
    for match in _NUMBER.finditer(said):
        number = float(match[1])
        if scale in ("chest", "waist") and (number > high or re.match(r"\s?cm", said[match.end() :])):
            number = round(number / CM_PER_INCH, 1)
        elif scale == "chest_cm" and number < low:
            number = round(number * CM_PER_INCH)
        elif scale == "months" and not _MONTHS.search(said) and number < 3:
            number *= 12
        elif scale == "age" and _MONTHS.search(said):
            number = round(number / 12, 1)
        if low <= number <= high:
            return number
    return None


def _ask(turn: Turn, item: Item, scale: str) -> Answer:
    text = say(f"products.size.ask_{scale}", turn.language, name=item.name(turn.language))
    slots = {"products_current": item.handle, "products_asked": {"ask": "size", "product": item.handle}}
    guide = topic_button("product.size_guide", turn.language)
    buttons = [one for one in (guide, english_button() if turn.romanised else None) if one]
    return Answer([Reply(text, buttons)], turn={"product": item.handle}, slots=slots, offer="size", action=ACTION)


def _answer_letter(turn: Turn, item: Item) -> Answer:
    """No measurements are known: the usual size is checked, and the shop's guide is told."""
    wanted = next((size for size in turn.all_of("size") if size.upper() in _LETTERS), "")
    if wanted and fitting_choices(item, Wish(sizes=(wanted,))):
        lines = [say("products.size.usual", turn.language, size=wanted)]
        return _reply(turn, item, [*lines, *about_choice(item, Wish(sizes=(wanted,)), turn.language)], wanted)
    guide = find_answer("product.size_guide", turn.language)
    sizes = ", ".join(values(choice.size for choice in item.choices))
    lines = [say("products.size.no_table", turn.language, name=item.name(turn.language), list=sizes)]
    lines += [guide.answer] if guide else []
    made = _reply(turn, item, [*lines, say("products.size.ask_usual", turn.language)])
    asked = {"products_asked": {"ask": "size", "product": item.handle}}
    return Answer(made.replies, made.turn, {**made.slots, **asked}, offer="size", action=ACTION)


def _describe(turn: Turn, item: Item, scale: str) -> Answer:
    """Things that are not worn: their page's own words, and what there is to choose."""
    sizes = ", ".join(values(choice.size for choice in item.choices))
    key = "one_size" if scale == "one" else "sizes"
    lines = [say(f"products.info.{key}", turn.language, **({"list": sizes} if sizes else {}))]
    lines += [say("products.info.about", turn.language, value=item.description)] if item.description else []
    made = _reply(turn, item, lines)
    reply = made.replies[0]
    with_person = Reply(reply.text, [*reply.buttons, person_button(turn.language)], reply.cards)
    return Answer([with_person], made.turn, made.slots, action=ACTION)


def _reply(turn: Turn, item: Item, lines: list[str], size: str = "") -> Answer:
    guide = topic_button("product.size_guide", turn.language)
    exchange = topic_button("exchange.how", turn.language)
    buttons = [one for one in (guide, exchange) if one]
    sold_out = size and not any(one.available for one in fitting_choices(item, Wish(sizes=(size,))))
    if sold_out:
        notify = say("products.buttons.notify", turn.language)
        buttons.insert(0, button(notify, "product_info", "choice", product=item.handle, wish="notify", size=size))
    buttons += [english_button()] if turn.romanised else []
    cards = [{**build_card(item, turn.language), "buttons": []}]
    slots = {"products_current": item.handle, "products_asked": None}
    text = "\n".join([item.name(turn.language), *lines])
    return Answer([Reply(text, buttons, cards)], turn={"product": item.handle}, slots=slots, action=ACTION)
