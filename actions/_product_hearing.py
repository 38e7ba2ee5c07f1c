"""Hears what a message means for the products shown before, whatever its route: "more", "40 inch", "the 2nd one".

Short messages that lean on a list or a question of ours are understood by what was shown, not by their words alone.
"""

from __future__ import annotations

from dataclasses import replace

from actions._product_compare import answer_compare
from actions._product_info import answer_info
from actions._product_list import answer_more, answer_not_sold, answer_search, find_not_sold
from actions._product_moves import find_move, only_pages, wants_stop
from actions._product_notify import answer_notify, answer_stop, has_promise
from actions._product_reference import find_named, find_pointed, find_products, find_shown
from actions._product_sizes import answer_size
from actions._product_wish import only_narrows, read_listing, read_own_wish, read_wish
from actions._turn import Answer, Turn
from actions._words import find_spelled
from bot.shop.catalogue import Item, load_catalogue

PRODUCT_ACTIONS = ("action_search_products", "action_answer_product")
_ASKING = ("product_search", "product_info")
# Surely understood as one of these, a message may still go on with the products shown a moment ago.
_MAY_GO_ON = ("out_of_scope", "affirm", "deny", "feedback")
# Topics of the FAQ that mean something done about a product, if one is meant.
_MOVE_OF_TOPIC = {"product.restock": "notify", "product.size_guide": "size_advice"}
SHORT_WORDS_MAX = 8


def answer_move(turn: Turn, catalogue: dict[str, Item]) -> Answer | None:
    """The answer to "more", "compare", "notify me", "stop" and "which size", and to a number we asked for."""
    if asked := _answer_asked(turn, catalogue):
        return asked
    return _make_move(turn, catalogue, find_move(turn))


def _make_move(turn: Turn, catalogue: dict[str, Item], move: str) -> Answer | None:
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
    sure = turn.gate.get("decision") == "answer"
    if _is_after_products(turn) and only_pages(turn) and (page := answer_more(turn, load_catalogue())):
        return _as_products(page)
    if turn.last.get("offer") == "notify" and find_move(turn) == "notify":
        return _as_products(answer) if (answer := answer_notify(turn, load_catalogue())) else None
    if sure and route not in _MAY_GO_ON:
        # A question of the FAQ stays one in the record.
        moves = topic in _MOVE_OF_TOPIC and find_move(turn) == _MOVE_OF_TOPIC[topic]
        return answer_move(turn, load_catalogue()) if moves else None
    catalogue = load_catalogue()
    found = _go_on(turn, catalogue, sure, asking=route in _ASKING)
    if found is not None:
        return _as_products(found)
    return _refuse(turn, catalogue, sure, route)


def _as_products(answer: Answer) -> Answer:
    """The answer with the record of a message about products: what was not understood has been understood now."""
    route = "product_search" if answer.action == PRODUCT_ACTIONS[0] else "product_info"
    record = {"route": route, "decision": "answer", "reason": None, "topic": None}
    return replace(answer, turn={**record, **answer.turn})


def hear_stop(turn: Turn) -> Answer | None:
    """ "Stop" after a promise to tell ends it; it means nothing else then."""
    if not turn.pressed and wants_stop(turn) and _was_promised(turn) and has_promise(turn):
        return answer_stop(turn, load_catalogue())
    return None


def _go_on(turn: Turn, catalogue: dict[str, Item], sure: bool, asking: bool) -> Answer | None:
    """The answer to a short message that moves on, points at one of the list shown, or narrows it.

    sure: it was surely understood as something else. asking: it is likely about products, but which way is not clear.
    """
    if asked := _answer_asked(turn, catalogue):
        return asked
    after, short = _is_after_products(turn), len(turn.text.split()) <= SHORT_WORDS_MAX
    if sure and not (after and short):
        return None
    if moved := _make_move(turn, catalogue, find_move(turn, spelled=True)):
        return moved
    if short and (after or asking) and (pointed := find_pointed(turn, find_shown(turn, catalogue))):
        return answer_info(turn, catalogue, pointed)
    if short and after and read_listing(turn) and _surely_narrows(turn):
        return answer_search(turn, catalogue, read_wish(turn, catalogue))
    named = find_named(turn, catalogue) if asking and short else []
    return _answer_named(turn, catalogue, named) if len(named) == 1 else None


def _answer_named(turn: Turn, catalogue: dict[str, Item], named: list[Item]) -> Answer:
    """Looked for rather than asked about ("something nice for garba"), it is shown among its like."""
    wish = read_wish(turn, catalogue)
    looks = turn.gate.get("route") == "product_search" and not wish.empty
    return answer_search(turn, catalogue, wish) if looks else answer_info(turn, catalogue, named)


def _surely_narrows(turn: Turn) -> bool:
    """Whether it narrows by a colour, a size, a price, what it is made of or an order; an occasion may be anything."""
    own = read_own_wish(turn)
    sorts = find_spelled("product_sorts", turn.text)
    says = own.colours or own.sizes or own.price_min or own.price_max or own.materials or sorts
    return bool(says) and only_narrows(turn, own)


def _refuse(turn: Turn, catalogue: dict[str, Item], sure: bool, route: str) -> Answer | None:
    """We do not sell that. Surely not ours, it is not recorded as a message about products."""
    heard = route in (*_ASKING, "out_of_scope") or not (sure or _is_after_products(turn))
    if not heard or len(turn.text.split()) > SHORT_WORDS_MAX:
        return None
    thing = find_not_sold(turn.text)
    if not thing:
        return None
    answer = answer_not_sold(turn, catalogue, thing)
    return replace(answer, turn={"product": None, **answer.turn}) if sure else _as_products(answer)


def _is_after_products(turn: Turn) -> bool:
    return turn.last.get("action") in PRODUCT_ACTIONS


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
