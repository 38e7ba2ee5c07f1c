"""The orders of whoever has shown who they are: a short list, each with its state and a way to it."""

from __future__ import annotations

from collections.abc import Sequence

from actions._buttons import button, person_button
from actions._order_words import word_lines
from actions._turn import Answer, Reply, Turn
from bot.language.formats import day, money
from bot.language.texts import say
from bot.shop.clock import shop_day, today
from bot.shop.order_story import build_story
from bot.shop.port import Order

LISTED = 5
_WISHES = frozenset(
    {"order_status", "order_cancel", "order_change", "return_request", "refund_status", "invoice_request"}
)


def order_wish(turn: Turn) -> str:
    """The route of this turn if it is a wish about an order; else that of the plainest one."""
    route = str(turn.gate.get("route") or "")
    return route if route in _WISHES else "order_status"


def choose_from(turn: Turn, orders: Sequence[Order], key: str = "order_tasks.list.which") -> Answer:
    """The newest orders, each with a button that goes on with the wish; by number in words too."""
    language, route = turn.language, order_wish(turn)
    lines = [_line(order, language) for order in orders[:LISTED]]
    buttons = [button(order.name, route, "choice", order=order.name) for order in orders[:LISTED]]
    reply = Reply("\n".join([say(key, language), *lines]), [*buttons, person_button(language)])
    return Answer([reply], repeatable=False)


def _line(order: Order, language: str) -> str:
    story = build_story(order, today())
    placed, items = day(shop_day(order.placed_at), language), word_lines(order.lines, language)
    values = {
        "order": order.name, "day": placed, "items": items,
        "amount": money(order.total, language), "state": say(f"order_tasks.list.state.{story.state}", language),
    }  # fmt: skip
    return say("order_tasks.list.line", language, **values)
