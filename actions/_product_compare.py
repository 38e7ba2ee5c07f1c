"""Two products side by side in words: what differs first, what is the same in one line, and no verdict made up."""

from __future__ import annotations

from actions._buttons import button, english_button
from actions._product_choices import answer_choices
from actions._product_moves import find_places
from actions._product_reference import find_named, find_shown
from actions._product_wish import Listing
from actions._product_words import build_card, price_span, values, word_price, word_stock
from actions._turn import Answer, Reply, Turn
from actions._words import read_area
from bot.language.formats import money
from bot.language.normalise import normalise
from bot.language.texts import say
from bot.shop.catalogue import Item
from bot.shop.search import Wish, guess_products

ACTION = "action_answer_product"
_FACTS = ("price", "stock", "material", "colours", "sizes", "care", "warranty")


def answer_compare(turn: Turn, catalogue: dict[str, Item]) -> Answer | None:
    """The comparison; asks which two if fewer are meant. None if there is nothing to compare with at all."""
    named = find_named(turn, catalogue)
    if len(named) == 1 and not turn.pressed and (choices := answer_choices(turn, named[0])):
        return choices
    pair = find_pair(turn, catalogue)
    shown = find_shown(turn, catalogue)
    if len(pair) == 2:
        return _compare(turn, *pair)
    if not pair and not shown:
        return None
    options = [item for item in shown if item not in pair][:3] if shown else []
    text = say("products.compare.which_two", turn.language)
    if pair and options:
        text = say("products.compare.with_which", turn.language, name=pair[0].name(turn.language))
    buttons = [
        button(item.name(turn.language), "product_info", "choice", product=pair[0].handle if pair else item.handle,
               other=item.handle, wish="compare")
        for item in options
    ] if pair else []  # fmt: skip
    return Answer([Reply(text, buttons, [build_card(item, turn.language) for item in options])], action=ACTION)


def find_pair(turn: Turn, catalogue: dict[str, Item]) -> list[Item]:
    """The products to compare: named, by their places, one of each, or the only two shown; at most two."""
    named = find_named(turn, catalogue)
    if turn.pressed:
        others = [catalogue[handle] for handle in turn.all_of("other") if handle in catalogue]
        return _once([*named[:1], *others])[:2]
    shown = find_shown(turn, catalogue)
    placed = [shown[place] for place in find_places(turn.text, len(shown))]
    found = _once([*placed, *_tell_apart(turn, named)])
    if len(found) < 2:
        guessed = guess_products(catalogue.values(), turn.text, turn.language)
        found = _once([*found, *(item for item in guessed if item in shown)])
    if len(found) < 2 and len(parts := _name_parts(turn, catalogue)) == 2:
        return parts
    current = catalogue.get(str(turn.slots.get("products_current") or "")) or catalogue.get(turn.page_product)
    if len(found) == 1 and current:
        found = _once([current, *found]) if current not in found else found
    if not found and len(shown) == 2:
        return shown
    return found[:2]


def _name_parts(turn: Turn, catalogue: dict[str, Item]) -> list[Item]:
    """The products that the words on both sides of an "and" mean; the likeliest of each side."""
    between = {str(word) for word in read_area("product_between")}
    parts: list[list[str]] = [[]]
    for word in normalise(turn.text).replace(",", " , ").split():
        if word.lower() in between or word == ",":
            parts.append([])
        else:
            parts[-1].append(word)
    guessed = (guess_products(catalogue.values(), " ".join(part), turn.language) for part in parts)
    return _once([likely[0] for likely in guessed if likely])


def _tell_apart(turn: Turn, named: list[Item]) -> list[Item]:
    """Entities at one place of the text are one product that could not be told apart: the first of each place."""
    places: dict[tuple[object, object], Item] = {}
    handles = {item.handle: item for item in named}
    for one in turn.entities:
        if one.get("entity") == "product" and one.get("value") in handles:
            places.setdefault((one.get("start"), one.get("end")), handles[str(one["value"])])
    return list(places.values()) if len(places) > 1 else named


def _compare(turn: Turn, first: Item, second: Item) -> Answer:
    language = turn.language
    lines = [say("products.compare.intro", language, first=first.name(language), second=second.name(language))]
    same = []
    for fact in _FACTS:
        label = say(f"products.compare.{fact}", language)
        one, other = _tell(first, fact, language), _tell(second, fact, language)
        if one == other and one:
            same.append(f"{label}: {one}")
        elif one or other:
            none = say("products.compare.not_given", language)
            lines.append(f"• {label}: {one or none} | {other or none}")
    if same:
        lines.append(say("products.compare.same", language, list="; ".join(same)))
    lines += _conclude(first, second, language)
    lines.append(say("products.compare.choose", language))
    buttons = [button(item.name(language), "product_info", "choice", product=item.handle) for item in (first, second)]
    buttons += [english_button()] if turn.romanised else []
    cards = [build_card(item, language) for item in (first, second)]
    # "The first one" and "both" mean these two from now on.
    slots = {"products_list": Listing(Wish(), (first.handle, second.handle), 0, 2).as_slot(), "products_current": None}
    return Answer([Reply("\n".join(lines), buttons, cards)], {"product": first.handle}, slots, action=ACTION)


def _conclude(first: Item, second: Item, language: str) -> list[str]:
    """What the catalogue lets one say: which can be had, and which costs less. Which is nicer is the customer's."""
    if first.available != second.available:
        there = first if first.available else second
        return [say("products.compare.only_one_there", language, name=there.name(language))]
    prices = {item.handle: price_span(list(item.choices))[0] for item in (first, second)}
    if prices[first.handle] == prices[second.handle]:
        return []
    less = min((first, second), key=lambda item: prices[item.handle])
    saved = money(abs(prices[first.handle] - prices[second.handle]), language)
    return [say("products.compare.costs_less", language, name=less.name(language), saved=saved)]


def _tell(item: Item, fact: str, language: str) -> str:
    choices = list(item.choices)
    there = [one for one in choices if one.available] or choices
    if fact == "price":
        return word_price(choices, language)
    if fact == "stock":
        return word_stock(choices, language)
    if fact == "colours":
        return ", ".join(values(one.colour for one in there))
    if fact == "sizes":
        return ", ".join(values(one.size for one in there))
    return str(getattr(item, fact))


def _once(items: list[Item]) -> list[Item]:
    return list({item.handle: item for item in items}.values())
