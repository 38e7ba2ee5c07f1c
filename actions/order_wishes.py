"""Wishes about one's own order beyond its status: cancel, change, return, refund, invoice.

Each tells the shop's rule and, where the order is verified in this conversation, what it means for that order; a person
does the rest with one tap. domain/orders.yml names the intents.
"""

from __future__ import annotations

from dataclasses import dataclass

from actions._buttons import english_button, order_button, person_button
from actions._faq_answers import find_answer, topic_button
from actions._handing import hand_off
from actions._hearing import ListeningAction
from actions._order_words import refund_lines, word_lines
from actions._turn import Answer, Json, Reply, Turn
from bot.language.formats import day, money
from bot.language.texts import say
from bot.shop.clock import shop_day, today
from bot.shop.identity import check_identity, find_verified, is_locked, list_verified
from bot.shop.order_story import Story, build_story


@dataclass(frozen=True)
class _Wish:
    """The topics with the shop's rule: the first is told, the others are offered."""

    topics: tuple[str, ...]


WISHES: dict[str, _Wish] = {
    "order_cancel": _Wish(("cancellation.how", "cancellation.fee")),
    "order_change": _Wish(("order.change_items", "delivery.address_change")),
    "return_request": _Wish(("return.how", "exchange.how", "return.damaged")),
    "refund_status": _Wish(("refund.time", "refund.method")),
    "invoice_request": _Wish(("invoice.get", "invoice.gst")),
}
_NEVER_SENT = ("cancelled", "closed_unpaid", "payment_failed")
_RETURNING = ("return_requested", "return_in_progress", "returned")


class ActionAnswerOrderCancel(ListeningAction):
    """Cancel it now."""

    action_name = "action_answer_order_cancel"

    def answer(self, turn: Turn) -> Answer:
        return answer_route(turn, "order_cancel")


class ActionAnswerOrderChange(ListeningAction):
    """Change items or address now."""

    action_name = "action_answer_order_change"

    def answer(self, turn: Turn) -> Answer:
        return answer_route(turn, "order_change")


class ActionAnswerReturnRequest(ListeningAction):
    """Send it back or exchange it now."""

    action_name = "action_answer_return_request"

    def answer(self, turn: Turn) -> Answer:
        return answer_route(turn, "return_request")


class ActionAnswerRefundStatus(ListeningAction):
    """Where is my money."""

    action_name = "action_answer_refund_status"

    def answer(self, turn: Turn) -> Answer:
        return answer_route(turn, "refund_status")


class ActionAnswerInvoiceRequest(ListeningAction):
    """Send me the invoice."""

    action_name = "action_answer_invoice_request"

    def answer(self, turn: Turn) -> Answer:
        return answer_route(turn, "invoice_request")


def answer_route(turn: Turn, route: str) -> Answer:
    """What is said to the wish: about the verified order, else the rule and the way to the order."""
    story = find_story(turn)
    if story is not None:
        return answer_wish(turn, route, story)
    if is_locked(turn.conversation, turn.contact):
        return hand_off(turn, "identity_failed")
    return ask_for_order(turn, route)


def answer_wish(turn: Turn, route: str, story: Story) -> Answer:
    """What the wish means for this verified order, and how it comes true."""
    order = story.order
    head = say(
        "orders.placed",
        turn.language,
        order=order.name,
        day=day(shop_day(order.placed_at), turn.language),
        items=word_lines(story.lines, turn.language),
        amount=money(order.total, turn.language),
    )
    lines = [head, *_LINES[route](story, turn.language)]
    topics = (topic_button(topic, turn.language) for topic in WISHES[route].topics)
    buttons = [person_button(turn.language), *(topic for topic in topics if topic)]
    if turn.romanised:
        buttons.append(english_button())
    return Answer([Reply("\n".join(lines), buttons)], turn={"order": order.name}, offer="person")


def ask_for_order(turn: Turn, route: str) -> Answer:
    """The shop's rule and the way to this customer's order. A refund cannot be answered without it: it is asked for."""
    slots: Json = {"orders_wish": route}
    if route == "refund_status":
        text = say("orders.wish.refund_question", turn.language)
        return Answer([Reply(text)], slots=slots, repeatable=False, followup="orders_status_form")
    rule = find_answer(WISHES[route].topics[0], turn.language)
    parts = [rule.answer] if rule else []
    parts.append(say("orders.look_up", turn.language))
    topics = (topic_button(topic, turn.language) for topic in WISHES[route].topics[1:])
    buttons = [order_button(turn.language), person_button(turn.language), *(topic for topic in topics if topic)]
    if turn.romanised:
        buttons.append(english_button())
    return Answer([Reply("\n\n".join(parts), buttons)], slots=slots, offer="person")


def find_story(turn: Turn) -> Story | None:
    """The verified order that is meant. A message with number and e-mail or phone is checked on the spot."""
    number = turn.entity("order") or _said(turn.slots.get("orders_number"))
    address = turn.entity("email") or turn.entity("phone")
    if number and address and find_verified(turn.conversation, number) is None:
        check_identity(turn.conversation, number, address, contact=turn.contact, message_id=turn.message_id)
    known = [find_verified(turn.conversation, number)] if number else list_verified(turn.conversation)
    order = next(iter(known), None)
    return build_story(order, today()) if order else None


def _cancel_lines(story: Story, language: str) -> list[str]:
    if story.state in (*_NEVER_SENT, *_RETURNING):
        return [say("orders.wish.cancel_over", language), *refund_lines(story, language)]
    if story.cancellable:
        return [say("orders.wish.cancel_possible", language)]
    delivered = story.state in ("delivered", "investigation")
    return [say("orders.wish.cancel_delivered" if delivered else "orders.wish.cancel_sent", language)]


def _change_lines(story: Story, language: str) -> list[str]:
    if story.cancellable:
        return [say("orders.wish.change_possible", language)]
    return [say("orders.wish.change_sent" if story.on_the_way else "orders.wish.change_over", language)]


def _return_lines(story: Story, language: str) -> list[str]:
    if story.state in _NEVER_SENT:
        return [say("orders.wish.return_cancelled", language), *refund_lines(story, language)]
    if story.state in _RETURNING:
        return [say("orders.wish.return_running", language), *refund_lines(story, language)]
    until = story.return_until
    if until is None:
        return [say("orders.wish.return_not_yet", language)]
    key = "orders.wish.return_open" if today() <= until else "orders.wish.return_closed"
    return [say(key, language, day=day(until, language))]


def _refund_lines(story: Story, language: str) -> list[str]:
    known = refund_lines(story, language)
    if known:
        return known
    key = "refund_not_yet" if story.state == "return_requested" else "refund_nothing"
    return [say(f"orders.extra.{key}", language)]


def _invoice_lines(story: Story, language: str) -> list[str]:
    if story.state in _NEVER_SENT:
        return [say("orders.wish.invoice_none", language)]
    return [say("orders.wish.invoice_not_yet" if story.cancellable else "orders.wish.invoice_ready", language)]


_LINES = {
    "order_cancel": _cancel_lines, "order_change": _change_lines, "return_request": _return_lines,
    "refund_status": _refund_lines, "invoice_request": _invoice_lines,
}  # fmt: skip


def _said(value: object) -> str:
    return value if isinstance(value, str) else ""
