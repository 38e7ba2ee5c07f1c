"""Which products a message means: by name, by place in the list, by colour, by the page, by what was said."""

from __future__ import annotations

import re

from actions._product_moves import find_places, find_sorts, named_handles, points
from actions._product_wish import read_listing
from actions._turn import Turn
from bot.language.fold import fold
from bot.shop.catalogue import Item
from bot.shop.search import Wish, fitting_choices, guess_products, lowest_price

NAMED_MAX = 3
# A longer message that describes a product means that product.
GOING_ON_WORDS_MAX = 7
# So many folded letters tell a word, whatever ending it has.
STEM = 5
# What follows in a name only describes.
_TAIL = re.compile(r"\s(?:with|for)\s|\s?\(")
# What a message pointing at something shown holds besides: not a kind of its own.
_TALKED_ABOUT = ("action_answer_product", "action_search_products")


def find_products(turn: Turn, catalogue: dict[str, Item]) -> list[Item]:
    """The product that is meant; two or three if it cannot be told; none if nothing tells.

    Named ones come first, then places in the list ("the second one"), then what was shown in that colour, then the
    words of the message, then the page the customer is on and what was talked about.
    """
    named = find_named(turn, catalogue)
    shown = find_shown(turn, catalogue)
    if named:
        # A word that several products share means the one that was shown, if only one of them was.
        among = [item for item in named if item in shown]
        return among if len(named) > 1 and len(among) == 1 else named[:NAMED_MAX]
    if turn.pressed:
        return find_current(turn, catalogue)[:1]
    if pointed := find_pointed(turn, shown):
        return pointed[:NAMED_MAX]
    known = find_current(turn, catalogue)
    guessed = guess_products(catalogue.values(), turn.text, turn.language)
    if guessed and known and known[0] in guessed:
        return known[:1]
    if known and _goes_on(turn):
        # A word or two that describe ("waterproof?") say something of what was talked about.
        guessed = [item for item in guessed if item in shown or _says_what(item, turn)]
    among = [item for item in guessed if item in shown]
    return (among if len(among) == 1 else guessed) or known[:1] or find_context(turn, catalogue)


def _goes_on(turn: Turn) -> bool:
    """Whether a short message right after products names no kind of thing of its own."""
    short = len(turn.text.split()) <= GOING_ON_WORDS_MAX
    return short and turn.last.get("action") in _TALKED_ABOUT and not turn.entity("kind")


def _says_what(item: Item, turn: Turn) -> bool:
    """Whether the message holds the word of the name that says what the thing is: the last one, numbers aside."""
    said = fold(turn.text).split()
    for name in (item.title, item.name(turn.language), item.kind):
        words = [word for word in fold(_TAIL.split(name.lower())[0]).split() if word.isalpha() and len(word) > 1]
        if words and any(word.startswith(words[-1][:STEM]) for word in said):
            return True
    return False


def find_named(turn: Turn, catalogue: dict[str, Item]) -> list[Item]:
    """Products that the message itself (or the button) names."""
    return [catalogue[handle] for handle in named_handles(turn) if handle in catalogue]


def find_context(turn: Turn, catalogue: dict[str, Item]) -> list[Item]:
    """Products that the understanding of the message added from what was said before."""
    return [catalogue[handle] for handle in turn.all_of("product") if handle in catalogue][:1]


def find_shown(turn: Turn, catalogue: dict[str, Item]) -> list[Item]:
    """The products of the list that was shown last, in its order."""
    listing = read_listing(turn)
    return [catalogue[handle] for handle in listing.shown if handle in catalogue] if listing else []


def find_pointed(turn: Turn, shown: list[Item]) -> list[Item]:
    """Those of the list shown that the message points at: by place, as the cheapest, or by colour."""
    if not shown:
        return []
    if places := find_places(turn.text, len(shown)):
        return [shown[place] for place in places]
    sorts = find_sorts(turn.text)
    ranked = sorted(shown, key=lambda item: lowest_price(item, Wish()))
    if points(turn.text, "that") and ("cheapest" in sorts or "dearest" in sorts):
        return ranked[:1] if "cheapest" in sorts else ranked[-1:]
    colours = tuple(turn.all_of("color"))
    current = str(turn.slots.get("products_current") or "")
    if not colours or turn.entity("kind") or not (points(turn.text, "that") or points(turn.text, "this")):
        return []
    coloured = [item for item in shown if fitting_choices(item, Wish(colours=colours))]
    # "The blue one" after a product of several colours means its blue.
    return [item for item in coloured if item.handle == current] or coloured


def find_current(turn: Turn, catalogue: dict[str, Item]) -> list[Item]:
    """What was talked about and the page the customer is on, the likelier first.

    "This" is the page; "it" is what was talked about. Without either, what was talked about in the answer before.
    """
    current, page = str(turn.slots.get("products_current") or ""), turn.page_product
    talked = turn.last.get("action") in _TALKED_ABOUT
    page_first = points(turn.text, "this") and not turn.pressed if talked else not points(turn.text, "that")
    handles = [page, current] if page_first else [current, page]
    return [catalogue[handle] for handle in dict.fromkeys(handles) if handle in catalogue]
