"""Hears what a message means for the products shown before, whatever its route: "more", "40 inch", "the 2nd one".

Short messages that lean on a list or a question of ours are understood by what was shown, not by their words alone.
"""

from __future__ import annotations

from dataclasses import replace

from actions._product_compare import answer_compare
from actions._product_info import answer_info
from actions._product_list import answer_more, answer_not_sold, answer_search, find_not_sold
from actions._product_moves import find_move, wants_stop
from actions._product_notify import answer_notify, answer_stop, has_promise
from actions._product_reference import find_pointed, find_products, find_shown
from actions._product_sizes import answer_size
from actions._product_wish import only_narrows, read_listing, read_own_wish, read_wish
from actions._turn import Answer, Turn
from bot.shop.catalogue import Item, load_catalogue

PRODUCT_ACTIONS = ("action_search_products", "action_answer_product")
# Routes under which such a message may arrive when it is not understood as one about products.
_UNSURE = ("nlu_fallback", "out_of_scope", "affirm", "deny", "feedback", "product_search", "product_info")
# Topics of the FAQ that mean something done about a product, if one is meant.
_MOVE_OF_TOPIC = {"product.restock": "notify", "product.size_guide": "size_advice"}
SHORT_WORDS_MAX = 8


def answer_move(turn: Turn, catalogue: dict[str, Item]) -> Answer | None:
    """The answer to "more", "compare", "notify me", "stop" and "which size", and to a number we asked for."""
    if asked := _answer_asked(turn, catalogue):
        return asked
    move = find_move(turn)
    if move == "more":
        return answer_more(turn, catalogue)
    if move == "compare":
        return answer_compare(turn, catalogue)
    if move == "notify":
        return answer_notify(turn, catalogue)
    if move == "stop_notify":
        return answer_stop(turn, catalogue)
    if move == "size_advice":
        likely = find_products(turn, catalogue)
        return answer_size(turn, likely[0]) if len(likely) == 1 else None
    return None


def hear_products(turn: Turn) -> Answer | None:
    """What is answered instead, by other skills' actions, if the message goes on with products."""
    if turn.pressed:
        return None
    if stopped := hear_stop(turn):
        return stopped
    route, topic = str(turn.gate.get("route") or ""), str(turn.gate.get("topic") or "")
    unsure = turn.gate.get("decision") != "answer" or route in _UNSURE
    if not unsure and find_move(turn) != _MOVE_OF_TOPIC.get(topic):
        return None
    catalogue = load_catalogue()
    found = answer_move(turn, catalogue)
    if found is None and unsure:
        found = _go_on(turn, catalogue)
    if found is None:
        return None
    # A question of the FAQ stays one in the record; what was not understood has been understood now.
    wish = "product_search" if found.action == "action_search_products" else "product_info"
    record = {"route": wish, "decision": "answer", "reason": None, "topic": None} if unsure else {}
    return replace(found, turn={**record, **found.turn})


def hear_stop(turn: Turn) -> Answer | None:
    """ "Stop" after a promise to tell ends it; it means nothing else then."""
    if not turn.pressed and wants_stop(turn) and _was_promised(turn) and has_promise(turn):
        return answer_stop(turn, load_catalogue())
    return None


def _go_on(turn: Turn, catalogue: dict[str, Item]) -> Answer | None:
    """A short message that narrows the list shown, points at one of it, or asks for what we do not sell."""
    short = len(turn.text.split()) <= SHORT_WORDS_MAX
    if turn.last.get("action") in PRODUCT_ACTIONS and short:
        if pointed := find_pointed(turn, find_shown(turn, catalogue)):
            return answer_info(turn, catalogue, pointed)
        if read_listing(turn) and only_narrows(turn, read_own_wish(turn)):
            return answer_search(turn, catalogue, read_wish(turn, catalogue))
    thing = find_not_sold(turn.text) if short else ""
    return answer_not_sold(turn, catalogue, thing) if thing else None


def _answer_asked(turn: Turn, catalogue: dict[str, Item]) -> Answer | None:
    """A bare measure after we asked for one: "40", "38 inch", "6 years", "M"."""
    asked = turn.slots.get("products_asked")
    if turn.pressed or turn.last.get("offer") != "size" or not isinstance(asked, dict) or asked.get("ask") != "size":
        return None
    item = catalogue.get(str(asked.get("product") or ""))
    numbers = any(char.isdigit() for char in turn.text) and len(turn.text.split()) <= SHORT_WORDS_MAX
    if item is None or not (numbers or turn.entity("size")) or turn.entity("price_max"):
        return None
    return answer_size(turn, item)


def _was_promised(turn: Turn) -> bool:
    asked = turn.slots.get("products_asked")
    return turn.last.get("offer") == "promised" or (isinstance(asked, dict) and asked.get("ask") == "promised")
