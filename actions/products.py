"""Products: finding some, and answering about one.

domain/products.yml: intents product_search and product_info (buttons `/product_search{"kind"}`,
`/product_info{"product"}`), slot products_current.
"""

from __future__ import annotations

from decimal import Decimal

from actions._buttons import button, english_button, person_button
from actions._faq_answers import topic_button
from actions._hearing import ListeningAction
from actions._product_answer import NEXT_TOPICS, build_answer, choose_aspects
from actions._product_words import build_card, name_and_price
from actions._turn import Answer, Json, Reply, Turn
from actions._words import find_keys
from bot.language.languages import DEFAULT_LANGUAGE
from bot.language.texts import say
from bot.shop.catalogue import Item, load_catalogue
from bot.shop.search import Found, Wish, fitting_choices, guess_products, has_unknown_words, search

# What is offered to somebody who does not say what they look for, and where nothing was found.
STARTER_KINDS = ("saree", "kurti", "shirt", "footwear", "bedsheet", "cookware", "electronics", "gift")
_WISH_ENTITIES = ("kind", "color", "size", "price_min", "price_max")


class ActionSearchProducts(ListeningAction):
    """Shows what there is for a wish."""

    action_name = "action_search_products"

    def answer(self, turn: Turn) -> Answer:
        catalogue = load_catalogue()
        wish = read_wish(turn)
        if wish.empty and (turn.pressed or not guess_products(catalogue.values(), wish.text, turn.language)):
            return self._ask(turn) if turn.pressed or not _names_something(turn, catalogue) else self._nothing(turn)
        if _only_price(wish) and _names_something(turn, catalogue):
            return self._nothing(turn)
        found = search(catalogue.values(), wish)
        return self._show(turn, wish, found) if found.items else self._nothing(turn)

    def _ask(self, turn: Turn) -> Answer:
        return Answer([Reply(say("products.search.ask", turn.language), kind_buttons(turn.language))])

    def _nothing(self, turn: Turn) -> Answer:
        buttons = [*kind_buttons(turn.language, 3), person_button(turn.language)]
        if turn.romanised:
            buttons.append(english_button())
        return Answer([Reply(say("products.search.nothing", turn.language), buttons)])

    def _show(self, turn: Turn, wish: Wish, found: Found) -> Answer:
        language = turn.language
        fitting = {item.handle: fitting_choices(item, wish) or None for item in found.items}
        listed = "; ".join(name_and_price(item, language, fitting[item.handle]) for item in found.items)
        key = f"products.search.dropped_{found.dropped[-1]}" if found.dropped else "products.search.found"
        cards = [build_card(item, language, fitting[item.handle]) for item in found.items]
        sold_out = [] if all(item.available for item in found.items) else [say("products.search.sold_out", language)]
        text = " ".join([say(key, language, list=listed), *sold_out, say("products.search.more", language)])
        buttons = [english_button()] if turn.romanised else []
        slots = {"products_current": found.items[0].handle} if len(found.items) == 1 else {}
        return Answer([Reply(text, buttons, cards)], slots=slots)


class ActionAnswerProduct(ListeningAction):
    """Answers about one product, what was asked first."""

    action_name = "action_answer_product"

    def answer(self, turn: Turn) -> Answer:
        catalogue = load_catalogue()
        likely = find_products(turn, catalogue)
        if not likely:
            text = say("products.info.unknown", turn.language)
            buttons = [*kind_buttons(turn.language, 3), person_button(turn.language)]
            return Answer([Reply(text, buttons)], turn={"decision": "ask_back"}, unanswered=True, offer="choice")
        if len(likely) > 1:
            buttons = [button(one.name(turn.language), "product_info", "choice", product=one.handle) for one in likely]
            cards = [build_card(one, turn.language) for one in likely]
            return Answer([Reply(say("products.info.which", turn.language), buttons, cards)], offer="choice")
        item = likely[0]
        aspects = choose_aspects(turn)
        text, told = build_answer(item, turn, aspects)
        topics = (topic_button(topic, turn.language) for topic in NEXT_TOPICS[told])
        more = button(
            say("products.buttons.more_like_this", turn.language), "product_search", "choice", kind=item.kind.lower()
        )
        buttons = [*(one for one in topics if one), more]
        if told == "not_given":
            buttons.insert(0, person_button(turn.language))
        if turn.romanised:
            buttons.append(english_button())
        cards = [{**build_card(item, turn.language), "buttons": []}]
        slots = {"products_current": item.handle}
        return Answer([Reply(text, buttons, cards)], turn={"product": item.handle}, slots=slots)


def read_wish(turn: Turn) -> Wish:
    """The wish of the message; one that only narrows ("in blue", "under 500") goes on with the search before."""
    entities = {name: turn.all_of(name) for name in _WISH_ENTITIES}
    text = "" if turn.pressed and turn.text.startswith("/") else turn.text
    purposes = find_keys("purposes", text)
    last = turn.last
    narrows = any(entities.values()) and not entities["kind"] and not purposes
    if narrows and last.get("action") == ActionSearchProducts.action_name and not turn.entity("product"):
        before = [one for one in last.get("entities") or () if one.get("entity") in _WISH_ENTITIES]
        for name in _WISH_ENTITIES:
            entities[name] = entities[name] or [str(one["value"]) for one in before if one["entity"] == name]
        text = text if entities["kind"] else f"{last.get('text') or ''} {text}"
    return Wish(
        kinds=tuple(kind.lower() for kind in entities["kind"]),
        purposes=tuple(purposes),
        colours=tuple(entities["color"]),
        sizes=tuple(entities["size"]),
        price_min=_amount(entities["price_min"]),
        price_max=_amount(entities["price_max"]),
        text=text,
        language=turn.language,
    )


def find_products(turn: Turn, catalogue: dict[str, Item]) -> list[Item]:
    """The product that is meant; two or three if it cannot be told; none if nothing tells.

    Named ones come first, then the words of the message, then the page the customer is on and what was talked about.
    """
    named = [catalogue[handle] for handle in turn.all_of("product") if handle in catalogue]
    if named:
        return named[:3]
    current = [str(turn.slots.get("products_current") or ""), turn.page_product]
    known = [catalogue[handle] for handle in current if handle in catalogue]
    guessed = [] if turn.pressed else guess_products(catalogue.values(), turn.text, turn.language)
    if guessed and known and known[0] in guessed:
        return known[:1]
    return guessed or known[:1]


def kind_buttons(language: str, count: int = len(STARTER_KINDS)) -> list[Json]:
    """Kinds of things one can look at."""
    return [
        button(say(f"products.kinds.{kind}", language), "product_search", "choice", kind=kind)
        for kind in STARTER_KINDS[:count]
    ]


def _only_price(wish: Wish) -> bool:
    return not (wish.kinds or wish.purposes or wish.colours or wish.sizes) and bool(wish.price_max or wish.price_min)


def _names_something(turn: Turn, catalogue: dict[str, Item]) -> bool:
    # Only for English, whose everyday words are known: in other languages every verb would look like a product.
    return turn.language == DEFAULT_LANGUAGE and not turn.pressed and has_unknown_words(catalogue.values(), turn.text)


def _amount(found: list[str]) -> Decimal | None:
    try:
        return Decimal(found[0]) if found else None
    except ArithmeticError:
        return None
