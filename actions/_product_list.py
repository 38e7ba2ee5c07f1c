"""Lists of products as a customer sees them: a page of cards, what else there is, and what there is instead."""

from __future__ import annotations

from dataclasses import replace

from actions._buttons import button, english_button, person_button
from actions._product_moves import find_sorts
from actions._product_wish import Listing, read_listing
from actions._product_words import build_card, list_products, name_and_price
from actions._turn import Answer, Json, Reply, Turn
from actions._words import find_exact, read_area
from bot.language.texts import say
from bot.shop.catalogue import Item
from bot.shop.search import RESULTS_MAX, Found, Wish, fitting_choices, search

SEARCH = "action_search_products"
# What is offered to somebody who does not say what they look for, and where nothing was found.
STARTER_KINDS = ("saree", "kurti", "shirt", "footwear", "bedsheet", "cookware", "electronics", "gift")
ALTERNATIVES_MAX = 3


def kind_buttons(language: str, count: int = len(STARTER_KINDS)) -> list[Json]:
    """Kinds of things one can look at."""
    return [
        button(say(f"products.kinds.{kind}", language), "product_search", "choice", kind=kind)
        for kind in STARTER_KINDS[:count]
    ]


def answer_ask(turn: Turn) -> Answer:
    """What are you looking for?"""
    return Answer([Reply(say("products.search.ask", turn.language), kind_buttons(turn.language))], action=SEARCH)


def answer_nothing(turn: Turn) -> Answer:
    """We do not have that; what we have."""
    buttons = [*kind_buttons(turn.language, 3), person_button(turn.language), *_english(turn)]
    return Answer([Reply(say("products.search.nothing", turn.language), buttons)], action=SEARCH)


def find_not_sold(text: str) -> str:
    """What the text asks for that we do not sell, as a key of words_products.yml; else an empty text."""
    return next(iter(find_exact("not_sold", text)), "")


def answer_not_sold(turn: Turn, catalogue: dict[str, Item], thing: str) -> Answer:
    """We do not sell that, said by its name, and the nearest that we do sell, within the price that was named."""
    near = str(read_area("not_sold_near").get(thing, "gift"))
    limit = next((int(price) for price in turn.all_of("price_max") if price.isdigit()), None)
    wish = Wish(kinds=(near,), language=turn.language)
    found = [item for item in search(catalogue.values(), wish, None).items if near and item.available]
    shown = [item for item in found if limit is None or item.prices[0] <= limit][:ALTERNATIVES_MAX]
    named = say(f"products.things.{thing}", turn.language)
    text = say("products.search.not_sold", turn.language, thing=named)
    if not shown:
        text = f"{text} {say('products.search.instead', turn.language)}"
        return Answer([Reply(text, [*kind_buttons(turn.language, 3), *_english(turn)])], action=SEARCH)
    text = f"{text} {say('products.search.nearest', turn.language, list=list_products(shown, turn.language))}"
    buttons = [button(say("products.buttons.more", turn.language), "product_search", "choice", kind=near)]
    listing = Listing(wish, tuple(item.handle for item in shown), 0, len(shown))
    cards = [build_card(item, turn.language) for item in shown]
    replies = [Reply(text, [*buttons, *kind_buttons(turn.language, 2), *_english(turn)], cards)]
    return Answer(replies, slots={"products_list": listing.as_slot()}, action=SEARCH)


def answer_search(turn: Turn, catalogue: dict[str, Item], wish: Wish, start: int = 0) -> Answer:
    """A page of what there is for the wish, from the place `start` on."""
    found = search(catalogue.values(), wish, None)
    sorts = find_sorts(turn.text)
    if not found.items:
        return answer_nothing(turn)
    if "price" in found.dropped and ("cheaper" in sorts or "dearer" in sorts) and not turn.entity("price_max"):
        return _answer_no_further(turn, catalogue, wish, "cheaper" if "cheaper" in sorts else "dearer")
    page = found.items[start : start + RESULTS_MAX]
    if not page:
        return _answer_no_more(turn)
    head = []
    if unknown := [one for one in ("newest", "rated") if one in sorts]:
        head = [say(f"products.search.no_{unknown[0]}", turn.language)]
    key = f"dropped_{found.dropped[-1]}" if found.dropped else ("next" if start else "found")
    return _show(turn, wish, found, page, start, head, key)


def answer_more(turn: Turn, catalogue: dict[str, Item]) -> Answer | None:
    """The next page of the list under way; None if there is no list."""
    listing = read_listing(turn)
    if listing is None:
        return None
    return answer_search(turn, catalogue, listing.wish, listing.start + max(len(listing.shown), 1))


def answer_again(turn: Turn, catalogue: dict[str, Item]) -> Answer | None:
    """The page shown last, once more in the language of this turn."""
    listing = read_listing(turn)
    return answer_search(turn, catalogue, listing.wish, listing.start) if listing else None


def find_alternatives(item: Item, catalogue: dict[str, Item]) -> list[Item]:
    """What is like it and can be had now, the likest first."""
    audience = {"men", "women", "kids", "baby"} & item.marks
    scored = []
    for other in catalogue.values():
        shared = len((other.marks & item.marks) - {"home", "kitchen", "electronics", *audience})
        wrong = audience and {"men", "women", "kids", "baby"} & other.marks and not audience & other.marks
        if other.handle != item.handle and other.available and not wrong and (other.kind == item.kind or shared > 0):
            apart = abs(float(other.prices[0] - item.prices[0])) / max(float(item.prices[0]), 1.0)
            scored.append((2.0 * (other.kind == item.kind) + shared - apart, other))
    scored.sort(key=lambda pair: (-pair[0], pair[1].handle))
    return [other for _, other in scored[:ALTERNATIVES_MAX]]


def _show(
    turn: Turn, wish: Wish, found: Found, page: tuple[Item, ...], start: int, head: list[str], key: str
) -> Answer:
    language = turn.language
    fitting = {item.handle: fitting_choices(item, wish) or None for item in page}
    named = [
        f"{place}. {name_and_price(item, language, fitting[item.handle])}"
        for place, item in enumerate(page, start=1)
    ]  # fmt: skip
    listed = "; ".join(named) if len(named) > 1 else name_and_price(page[0], language, fitting[page[0].handle])
    left = len(found.items) - start - len(page)
    parts = [*head, say(f"products.search.{key}", language, list=listed)]
    if not all(any(one.available for one in fitting[item.handle] or item.choices) for item in page):
        parts.append(say("products.search.sold_out", language))
    parts += [say("products.search.left", language, count=left)] if left > 0 else []
    parts.append(say("products.search.more", language))
    buttons = [button(say("products.buttons.more", language), "product_search", "choice", page="next")] if left else []
    cards = [build_card(item, language, fitting[item.handle]) for item in page]
    listing = Listing(wish, tuple(item.handle for item in page), start, len(found.items))
    slots = {"products_list": listing.as_slot(), "products_current": page[0].handle if len(page) == 1 else None}
    return Answer([Reply(" ".join(parts), [*buttons, *_english(turn)], cards)], slots=slots, action=SEARCH)


def _answer_no_more(turn: Turn) -> Answer:
    buttons = [*kind_buttons(turn.language, 3), person_button(turn.language), *_english(turn)]
    return Answer([Reply(say("products.search.no_more", turn.language), buttons)], action=SEARCH)


def _answer_no_further(turn: Turn, catalogue: dict[str, Item], wish: Wish, direction: str) -> Answer:
    """Nothing is cheaper (or dearer) than what was shown: the end of the range, honestly."""
    sort = "cheapest" if direction == "cheaper" else "dearest"
    whole = replace(wish, price_min=None, price_max=None, sort=sort)
    found = search(catalogue.values(), whole, None)
    return _show(turn, whole, found, found.items[:RESULTS_MAX], 0, [], f"none_{direction}")


def _english(turn: Turn) -> list[Json]:
    return [english_button()] if turn.romanised else []
