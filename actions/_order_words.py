"""The story of an order in words: what was ordered, where it is, when it comes, what to do if it does not.

Pure over `Story`; only ever given an order that is verified in this conversation. The staff's notes are never quoted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.language.formats import day, money
from bot.language.languages import DEFAULT_LANGUAGE
from bot.language.texts import has_text, say
from bot.shop.clock import shop_day, today
from bot.shop.order_story import (
    BAG_KEPT,
    DEPOSIT_KEPT,
    LATE_CHOOSE_DAYS,
    LATE_POINTS_DAYS,
    LATE_TELL_DAYS,
    NOT_RECEIVED_DAYS,
    PICKUP_KEPT,
    Story,
    is_cash,
)
from bot.shop.port import Line


def tell_story(story: Story, language: str) -> str:
    """The whole answer about an order's status."""
    placed = placed_line(story, language)
    parts = [placed, *_state_lines(story, language), *_extra_lines(story, language), *refund_lines(story, language)]
    return "\n".join(parts)


def placed_line(story: Story, language: str) -> str:
    """What was ordered, when, for how much."""
    order = story.order
    values = {"items": word_lines(story.lines, language), "amount": money(order.total, language)}
    return say("orders.placed", language, order=order.name, day=day(shop_day(order.placed_at), language), **values)


def word_lines(lines: Iterable[Line], language: str) -> str:
    """`2 × Cotton Stretch Leggings (M / Black), 1 × ...`, named in the customer's language."""
    return ", ".join(word_line(line, language) for line in lines)


def refund_lines(story: Story, language: str) -> list[str]:
    """What is known about money going back; empty if none is due."""
    order, method = story.order, story.order.payment_method
    if order.refunded:
        key = "refund_part" if order.refunded < order.total else "refund_done"
        values = {"amount": money(order.refunded, language), "method": method}
        return [_dated(f"orders.extra.{key}", language, story.facts.refunded_on, **values)]
    if story.state == "cancelled":
        return [say("orders.extra.refund_none_taken", language)] if order.paid_at is None else []
    if story.state == "return_in_progress":
        key = "refund_approved" if story.facts.refund_approved else "refund_checking"
        return [say(f"orders.extra.{key}", language, method=method)]
    return []


def word_line(line: Line, language: str) -> str:
    """One item with its quantity, named in the customer's language."""
    name = name_line(line, language)
    choice = " / ".join(line.options)
    if choice:
        return say("orders.line_choice", language, quantity=line.quantity, name=name, choice=choice)
    return say("orders.line", language, quantity=line.quantity, name=name)


def name_line(line: Line, language: str) -> str:
    """What the item is called in that language."""
    return line.names.get(language) or line.names.get(DEFAULT_LANGUAGE) or line.name


def _state_lines(story: Story, language: str) -> list[str]:
    order, facts = story.order, story.facts
    promised = day(order.estimated_delivery, language) if order.estimated_delivery else ""
    if story.state == "split":
        return _split_lines(story, language)
    if story.state == "delayed":
        lines = [_dated("orders.state.delayed", language, facts.new_estimate, promised=promised)]
        return [*lines, say(f"orders.cause.{facts.cause}", language)] if facts.cause else lines
    if story.state == "attempted":
        return [_dated("orders.state.attempted", language, facts.next_attempt)]
    if story.state == "return_in_progress" and facts.received_on:
        return [say("orders.state.return_received", language, day=day(facts.received_on, language))]
    if story.state == "awaiting_transfer":
        until = day(shop_day(order.placed_at) + DEPOSIT_KEPT, language)
        return [say("orders.state.awaiting_transfer", language, amount=money(order.total, language), day=until)]
    if story.state == "payment_failed":
        expired = today() > shop_day(order.placed_at) + BAG_KEPT
        return [say("orders.state.payment_expired" if expired else "orders.state.payment_failed", language)]
    if story.state == "awaiting_payment":
        return [say("orders.state.awaiting_payment", language, amount=money(order.total, language))]
    return [_dated(f"orders.state.{story.state}", language, _state_day(story))]


def _state_day(story: Story) -> date | None:
    order, facts = story.order, story.facts
    if story.state in ("cancelled", "closed_unpaid") and order.cancelled_at:
        return shop_day(order.cancelled_at)
    if story.state in ("delivered", "return_requested", "investigation"):
        return story.delivered_on
    if story.state == "ready_for_pickup":
        since = facts.ready_since or (shop_day(order.sent_at) if order.sent_at else None)
        return since + PICKUP_KEPT if since else None
    if story.state == "sent":
        return shop_day(order.sent_at) if order.sent_at else None
    return story.expected


def _split_lines(story: Story, language: str) -> list[str]:
    lines = [say("orders.state.split", language)]
    sent, waiting = word_lines(story.sent_lines, language), word_lines(story.open_lines, language)
    promised = story.order.estimated_delivery
    arrived = story.delivered_on
    if sent and arrived:
        lines.append(say("orders.state.split_arrived", language, day=day(arrived, language), items=sent))
    elif sent:
        lines.append(_dated("orders.state.split_sent", language, promised, items=sent))
    packs = story.facts.packs_on
    if waiting and packs and arrived and promised:
        values = {"packs": day(packs, language), "day": day(promised, language)}
        lines.append(say("orders.state.split_open_day", language, items=waiting, **values))
    elif waiting and packs:
        lines.append(say("orders.state.split_open_packs", language, items=waiting, packs=day(packs, language)))
    elif waiting:
        lines.append(say("orders.state.split_open", language, items=waiting))
    return lines


def _extra_lines(story: Story, language: str) -> list[str]:
    lines: list[str] = []
    parcel = story.parcel
    if parcel and parcel.tracking_number and story.on_the_way and not story.delivered_on:
        values = {"tracking": parcel.tracking_number, "carrier": parcel.carrier}
        lines.append(say("orders.extra.tracking", language, **values))
        if parcel.tracking_url:
            lines.append(say("order_tasks.tracking_link", language, link=parcel.tracking_url))
    if story.cash_due and is_cash(story.order):
        lines.append(say("orders.extra.cash", language, amount=money(story.cash_due, language)))
    lines += _late_lines(story, language)
    recently = story.delivered_on and (today() - story.delivered_on).days <= NOT_RECEIVED_DAYS
    if story.state == "delivered" and recently and not story.order.refunded:
        lines.append(say("orders.extra.missing", language))
    if story.state == "return_requested":
        lines += _return_lines(story, language)
    if story.state == "investigation":
        lines.append(_dated("orders.extra.proof", language, story.facts.proof_asked))
    return lines


def _late_lines(story: Story, language: str) -> list[str]:
    if story.state in ("in_transit", "split", "sent") and story.days_late < LATE_TELL_DAYS:
        return [say("orders.extra.late_soon", language)]
    # Nobody was at home: the parcel is not late through us.
    if story.days_late < LATE_TELL_DAYS or story.state == "attempted":
        return []
    key = "late_choose" if story.days_late >= LATE_CHOOSE_DAYS else "late_ask"
    lines = [say(f"orders.extra.{key}", language, days=story.days_late)]
    if story.days_late > LATE_POINTS_DAYS:
        lines.append(say("orders.extra.late_points", language))
    return lines


def _return_lines(story: Story, language: str) -> list[str]:
    facts = story.facts
    lines = [say(f"orders.extra.{facts.wish}", language)] if facts.wish else []
    if facts.pickup_booked:
        return [*lines, say("orders.extra.pickup_booked", language, day=day(facts.pickup_booked, language))]
    return [*lines, say("orders.extra.pickup_open", language)]


def _dated(key: str, language: str, when: date | None, **values: str) -> str:
    """The text with the day; its `_no_day` form where the day is not known (states without a day have one form)."""
    if when is not None:
        return say(key, language, day=day(when, language), **values)
    return say(_without_day(key), language, **values)


def _without_day(key: str) -> str:
    return f"{key}_no_day" if has_text(f"{key}_no_day", DEFAULT_LANGUAGE) else key
