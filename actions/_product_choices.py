"""Choices of one product side by side: "what is the difference between the 3 jar and the 4 jar mixer"."""

from __future__ import annotations

import re

from actions._product_words import build_card, word_price, word_stock
from actions._turn import Answer, Reply, Turn
from bot.language.fold import fold
from bot.language.texts import say
from bot.shop.catalogue import Choice, Item

# "What's" holds no size S.
_WORDS = re.compile(r"\w[\w\u0900-\u0DFF]*(?:['’]\w+)*")
# A longer word of a choice is known by how it begins, in any script: "jar" and "જાર" of "3 Jars".
_STEM = 3


def answer_choices(turn: Turn, item: Item) -> Answer | None:
    """Price and stock of each of the product's choices that the message names; None if it names fewer than two."""
    named = find_named_choices(turn, item)
    if len(named) < 2:
        return None
    language = turn.language
    lines = [item.name(language)]
    for label, choices in named.items():
        lines.append(f"• {label}: {word_price(choices, language)}, {word_stock(choices, language)}")
    lines.append(say("products.compare.choices_same", language))
    shown = [one for choices in named.values() for one in choices]
    slots = {"products_current": item.handle}
    reply = Reply("\n".join(lines), [], [build_card(item, language, shown)])
    return Answer([reply], {"product": item.handle}, slots, action="action_answer_product")


def find_named_choices(turn: Turn, item: Item) -> dict[str, list[Choice]]:
    """Sizes of the product that the message names, else its colours, each with all choices that have it."""
    said = _WORDS.findall(turn.text.lower())
    colours = {colour.lower() for colour in turn.all_of("color")}
    sizes = {one.size for one in item.choices if one.size and _is_said(one.size, said)}
    if len(sizes) > 1:
        return {size: [one for one in item.choices if one.size == size] for size in sorted(sizes)}
    named = {one.colour for one in item.choices if one.colour.lower() in colours or _is_said(one.colour, said)} - {""}
    return {colour: [one for one in item.choices if one.colour == colour] for colour in sorted(named)}


def _is_said(label: str, said: list[str]) -> bool:
    """Whether every word of the label stands in the message; numbers and letters ("XL") as they are."""
    words = _WORDS.findall(label.lower())
    return bool(words) and all(any(_is_same(word, one) for one in said) for word in words)


def _is_same(word: str, said: str) -> bool:
    if word == said:
        return True
    return len(word) > _STEM and len(said) >= _STEM and fold(said).startswith(fold(word)[:_STEM])
