"""Products: finding some, and answering about one.

domain/products.yml: intents product_search (buttons `/product_search{"kind"}`, `{"page"}`) and product_info (buttons
`/product_info{"product"}`, with `wish`, `other`, `size`, `color`), slots products_current, products_list,
products_asked. What a message wants of the products before is `_product_hearing`'s to tell.
"""

from __future__ import annotations

from actions._hearing import ListeningAction
from actions._product_hearing import answer_move, hear_stop
from actions._product_info import answer_info
from actions._product_list import (
    answer_again,
    answer_ask,
    answer_not_sold,
    answer_nothing,
    answer_search,
    find_not_sold,
)
from actions._product_reference import find_named, find_pointed, find_products, find_shown
from actions._product_wish import only_narrows, read_listing, read_own_wish, read_wish
from actions._turn import Answer, Turn
from actions._words import read_area
from bot.language.languages import DEFAULT_LANGUAGE
from bot.shop.catalogue import Item, load_catalogue
from bot.shop.search import Wish, fitting_choices, guess_products, has_unknown_words


class ProductAction(ListeningAction):
    """Base of both: their messages are about products as they stand."""

    def hear_more(self, turn: Turn) -> Answer | None:
        return hear_stop(turn)


class ActionSearchProducts(ProductAction):
    """Shows what there is for a wish."""

    action_name = "action_search_products"

    def answer(self, turn: Turn) -> Answer:
        catalogue = load_catalogue()
        repeated = turn.pressed and not turn.text.startswith("/")
        if repeated and (again := answer_again(turn, catalogue)):
            return again
        if moved := answer_move(turn, catalogue):
            return moved
        thing = find_not_sold(turn.text) if not turn.pressed else ""
        if thing and not find_named(turn, catalogue):
            return answer_not_sold(turn, catalogue, thing)
        # "Tell me about the second one" is a question about one, however its words sound.
        own = read_own_wish(turn)
        pointed = [] if turn.pressed or own.kinds else find_pointed(turn, find_shown(turn, catalogue))
        if len(pointed) == 1:
            return answer_info(turn, catalogue, pointed)
        wish = read_wish(turn, catalogue)
        if wish.empty and not wish.sort and not self._says_something(turn, wish, catalogue):
            return answer_ask(turn) if turn.pressed or not names_unknown(turn, catalogue) else answer_nothing(turn)
        if _only_price(own) and names_unknown(turn, catalogue):
            return answer_nothing(turn)
        return answer_search(turn, catalogue, wish)

    @staticmethod
    def _says_something(turn: Turn, wish: Wish, catalogue: dict[str, Item]) -> bool:
        return not turn.pressed and bool(guess_products(catalogue.values(), wish.text, turn.language))


class ActionAnswerProduct(ProductAction):
    """Answers about one product, what was asked first."""

    action_name = "action_answer_product"

    def answer(self, turn: Turn) -> Answer:
        catalogue = load_catalogue()
        if moved := answer_move(turn, catalogue):
            return moved
        named = find_named(turn, catalogue)
        thing = find_not_sold(turn.text) if not turn.pressed else ""
        if thing and not named:
            return answer_not_sold(turn, catalogue, thing)
        if not named and not turn.pressed and self._narrows(turn, catalogue):
            return answer_search(turn, catalogue, read_wish(turn, catalogue))
        return answer_info(turn, catalogue, find_products(turn, catalogue))

    @staticmethod
    def _narrows(turn: Turn, catalogue: dict[str, Item]) -> bool:
        """Whether it narrows the list shown ("in red", "cheaper ones") and points at none of it."""
        listing = read_listing(turn)
        if listing is None or turn.last.get("action") != ActionSearchProducts.action_name:
            return False
        own, shown = read_own_wish(turn), find_shown(turn, catalogue)
        # Of a single one shown it asks something, unless that one is not made so ("actually maroon").
        if len(shown) < 2 and (not own.colours or any(fitting_choices(item, own) for item in shown)):
            return False
        return only_narrows(turn, own) and not find_pointed(turn, shown)


def names_unknown(turn: Turn, catalogue: dict[str, Item]) -> bool:
    """Whether the message names something that nothing here is called ("laptop under 20000")."""
    if turn.pressed:
        return False
    everyday = read_area("everyday")
    own = [*everyday.get(turn.language, ()), *everyday.get(f"{turn.language}_latin", ())]
    # A language without a list of its everyday words: every verb would look like a thing.
    if not own and turn.language != DEFAULT_LANGUAGE:
        return False
    return has_unknown_words(catalogue.values(), turn.text, turn.language, tuple(str(word) for word in own))


def _only_price(wish: Wish) -> bool:
    return not (wish.kinds or wish.purposes or wish.colours or wish.sizes or wish.materials) and bool(
        wish.price_max or wish.price_min
    )
