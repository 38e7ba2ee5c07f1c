"""Wishes about one's own order beyond its status: cancel, change, return, refund, invoice.

Each looks what the shop's rules allow for that order (knowledge/policy.md): then it is begun here and finished by
actions/_order_tasks.py; otherwise the next best way is offered. domain/orders.yml names the intents.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from actions._buttons import button, english_button, person_button
from actions._faq_answers import topic_button
from actions._handing import hand_off
from actions._order_guard import ShopAction
from actions._order_invoice import answer_invoice
from actions._order_job import TASK, Job
from actions._order_list import choose_from
from actions._order_steps import task_text
from actions._order_tasks import start
from actions._order_words import placed_line, refund_lines
from actions._turn import Answer, Json, Reply, Turn
from bot.errors import ShopRefused
from bot.language.formats import day
from bot.language.texts import say
from bot.shop.clock import today
from bot.shop.identity import check_identity, find_verified, is_locked, list_own_orders, list_verified
from bot.shop.order_rules import refuse_cancel, refuse_change
from bot.shop.order_story import Story, build_story
from bot.shop.port import Order
from bot.shop.shops import open_shop

WISHES: dict[str, tuple[str, ...]] = {
    "order_cancel": ("cancellation.how", "cancellation.fee"),
    "order_change": ("order.change_items", "delivery.address_change"),
    "return_request": ("return.how", "exchange.how", "return.damaged"),
    "refund_status": ("refund.time", "refund.method"),
    "invoice_request": ("invoice.get", "invoice.gst"),
}
_NEVER_SENT = ("cancelled", "closed_unpaid", "payment_failed")
_RETURNING = ("return_in_progress", "returned")


class ActionAnswerOrderCancel(ShopAction):
    """Cancel it now."""

    action_name = "action_answer_order_cancel"

    def answer(self, turn: Turn) -> Answer:
        return answer_route(turn, "order_cancel")


class ActionAnswerOrderChange(ShopAction):
    """Change items or address now."""

    action_name = "action_answer_order_change"

    def answer(self, turn: Turn) -> Answer:
        return answer_route(turn, "order_change")


class ActionAnswerReturnRequest(ShopAction):
    """Send it back or exchange it now."""

    action_name = "action_answer_return_request"

    def answer(self, turn: Turn) -> Answer:
        return answer_route(turn, "return_request")


class ActionAnswerRefundStatus(ShopAction):
    """Where is my money."""

    action_name = "action_answer_refund_status"

    def answer(self, turn: Turn) -> Answer:
        return answer_route(turn, "refund_status")


class ActionAnswerInvoiceRequest(ShopAction):
    """Send me the invoice."""

    action_name = "action_answer_invoice_request"

    def answer(self, turn: Turn) -> Answer:
        return answer_route(turn, "invoice_request")


def answer_route(turn: Turn, route: str) -> Answer:
    """What is said to the wish: about the order that is meant, or which it is, or the way to it."""
    if turn.pressed and turn.entity("choice"):
        # A button of a wish that has ended meanwhile, pressed late.
        turn = _without_choice(turn)
    order = find_order(turn)
    if isinstance(order, Answer):
        return order
    if order is not None:
        return answer_wish(turn, route, build_story(order, today()))
    if is_locked(turn.conversation, turn.contact):
        return hand_off(turn, "identity_failed")
    return ask_for_order(turn, route)


def answer_wish(turn: Turn, route: str, story: Story) -> Answer:
    """What the wish means for this verified order, and how it comes true."""
    if route == "invoice_request":
        return answer_invoice(turn, story.order)
    intro = placed_line(story, turn.language)
    lines = _LINES[route](story, turn.language)
    if not lines:
        return start(turn, route, Job(route, story.order), intro)
    buttons = [*_next_best(story, route, turn.language), person_button(turn.language)]
    buttons += [topic for topic in (topic_button(one, turn.language) for one in WISHES[route]) if topic]
    if turn.romanised:
        buttons.append(english_button())
    reply = Reply("\n".join([intro, *lines]), buttons)
    return Answer([reply], turn={"order": story.order.name}, slots={TASK: None}, offer="person")


def ask_for_order(turn: Turn, route: str) -> Answer:
    """Asks for the order by the form, which comes back to the wish."""
    slots: Json = {"orders_wish": route, TASK: None}
    text = task_text(f"begin.{route}", turn.language)
    return Answer([Reply(text)], slots=slots, repeatable=False, followup="orders_status_form")


def find_order(turn: Turn) -> Order | Answer | None:
    """The verified order that is meant; a question if several may be. None: nobody has shown who they are.

    A message with number and e-mail or phone is checked on the spot. Raises ShopUnavailable.
    """
    number = turn.entity("order") or _said(turn.slots.get("orders_number"))
    address = turn.entity("email") or turn.entity("phone")
    if number and address and find_verified(turn.conversation, number) is None:
        check_identity(turn.conversation, number, address, contact=turn.contact, message_id=turn.message_id)
    if number:
        return find_verified(turn.conversation, number)
    verified = list_verified(turn.conversation)
    if verified:
        return verified[0]
    own = list_own_orders(turn.conversation)
    if len(own) > 1:
        return choose_from(turn, own)
    return next(iter(own), None)


def _cancel_lines(story: Story, language: str) -> list[str]:
    if story.state in (*_NEVER_SENT, *_RETURNING, "return_requested"):
        return [say("orders.wish.cancel_over", language), *refund_lines(story, language)]
    if _allowed(refuse_cancel, story.order):
        return []
    delivered = story.state in ("delivered", "investigation")
    return [say("orders.wish.cancel_delivered" if delivered else "orders.wish.cancel_sent", language)]


def _change_lines(story: Story, language: str) -> list[str]:
    if _allowed(refuse_change, story.order):
        return []
    if "packed" in story.order.tags and story.cancellable:
        return [task_text("refused.packed", language)]
    return [say("orders.wish.change_sent" if story.on_the_way else "orders.wish.change_over", language)]


def _return_lines(story: Story, language: str) -> list[str]:
    if story.state in _NEVER_SENT:
        return [say("orders.wish.return_cancelled", language), *refund_lines(story, language)]
    if story.state in _RETURNING or (story.state == "return_requested" and not _left_to_return(story.order)):
        return [say("orders.wish.return_running", language), *refund_lines(story, language)]
    if story.return_until is None:
        return [say("orders.wish.return_not_yet", language)]
    if story.last_return_day is not None and today() > story.last_return_day:
        return [say("orders.wish.return_closed", language, day=day(story.last_return_day, language))]
    return []


def _refund_lines(story: Story, language: str) -> list[str]:
    known = refund_lines(story, language)
    if known:
        return known
    key = "refund_not_yet" if story.state == "return_requested" else "refund_nothing"
    return [say(f"orders.extra.{key}", language)]


_LINES = {
    "order_cancel": _cancel_lines, "order_change": _change_lines, "return_request": _return_lines,
    "refund_status": _refund_lines,
}  # fmt: skip


def _next_best(story: Story, route: str, language: str) -> list[Json]:
    """What is possible where the wish is not."""
    name = story.order.name
    found: list[Json] = []
    if route in ("order_cancel", "order_change") and not _return_lines(story, language):
        found.append(button(say("orders.buttons.return", language), "return_request", "choice", order=name))
    if route == "order_change" and not _cancel_lines(story, language):
        found.append(button(say("orders.buttons.cancel", language), "order_cancel", "choice", order=name))
    return found


def _left_to_return(order: Order) -> bool:
    noted = {case.position for case in open_shop().list_returns(order.name)}
    return bool(noted) and any(line.position not in noted for line in order.lines)


def _allowed(rule: Callable[[Order], None], order: Order) -> bool:
    try:
        rule(order)
    except ShopRefused:
        return False
    return True


def _without_choice(turn: Turn) -> Turn:
    return replace(turn, entities=tuple(one for one in turn.entities if one.get("entity") != "choice"))


def _said(value: object) -> str:
    return value if isinstance(value, str) else ""
