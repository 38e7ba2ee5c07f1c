"""Where an order stands, decided from what the shop knows: one state and the dates that belong to it.

Pure over the order, its lines and parcels and the shop's date; words are the actions' business. Rules and periods are
those of knowledge/policy.md (Delivery, Returns, Refunds, Cancelling).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.shop.clock import shop_day
from bot.shop.port import Line, Order, Parcel
from bot.shop.staff_notes import NoteFacts, parse_notes

# knowledge/policy.md, Delivery: late counts from 2 days after the promised date; after 7 the customer chooses.
LATE_TELL_DAYS = 2
LATE_CHOOSE_DAYS = 7
LATE_POINTS_DAYS = 3
PICKUP_KEPT = timedelta(days=7)
DEPOSIT_KEPT = timedelta(days=5)
BAG_KEPT = timedelta(hours=48)
NOT_RECEIVED_DAYS = 7
RETURN_DAYS = 10
RETURN_DAYS_ELECTRONICS = 7


@dataclass(frozen=True)
class Story:
    """`state` is the key of what is told first; everything else is told where it is there."""

    state: str
    order: Order
    lines: tuple[Line, ...]
    sent_lines: tuple[Line, ...]
    open_lines: tuple[Line, ...]
    parcel: Parcel | None
    facts: NoteFacts
    expected: date | None
    days_late: int
    cash_due: Decimal

    @property
    def cancellable(self) -> bool:
        """Whether nothing has left yet and it is not over."""
        return self.state in ("packing", "cash_confirmed", "awaiting_transfer", "awaiting_payment")

    @property
    def on_the_way(self) -> bool:
        """Whether a courier has it."""
        return self.state in ("in_transit", "out_for_delivery", "attempted", "delayed", "sent", "split")

    @property
    def return_until(self) -> date | None:
        """The last day of the return period, the shortest of its items; None before delivery."""
        if self.delivered_on is None:
            return None
        electronic = any("electronics" in line.tags for line in self.lines)
        return self.delivered_on + timedelta(days=RETURN_DAYS_ELECTRONICS if electronic else RETURN_DAYS)

    @property
    def last_return_day(self) -> date | None:
        """The last day on which any of its items may come back; None before delivery."""
        if self.delivered_on is None:
            return None
        only = all("electronics" in line.tags for line in self.lines)
        return self.delivered_on + timedelta(days=RETURN_DAYS_ELECTRONICS if only else RETURN_DAYS)

    @property
    def delivered_on(self) -> date | None:
        """The day it was handed over."""
        at = self.parcel.delivered_at if self.parcel else None
        return shop_day(at) if at else None


def build_story(order: Order, today: date) -> Story:
    """Where the order stands on that day."""
    lines = order.lines
    parcel = next(iter(order.parcels), None)
    facts = parse_notes(order.notes)
    state = choose_state(order, parcel)
    expected = facts.new_estimate or facts.next_attempt or order.estimated_delivery
    promised = order.estimated_delivery
    arrived = state in ("delivered", "returned", "return_requested", "return_in_progress", "investigation")
    open_wait = state in ("in_transit", "out_for_delivery", "attempted", "delayed", "sent", "packing", "cash_confirmed")
    days_late = (today - promised).days if promised and open_wait and not arrived else 0
    cash = is_cash(order) and not arrived and order.cancelled_at is None and state != "payment_failed"
    return Story(
        state=state, order=order, lines=lines, sent_lines=tuple(line for line in lines if line.sent),
        open_lines=tuple(line for line in lines if not line.sent), parcel=parcel, facts=facts, expected=expected,
        days_late=max(days_late, 0), cash_due=(order.outstanding or order.total) if cash else Decimal(0),
    )  # fmt: skip


def choose_state(order: Order, parcel: Parcel | None) -> str:
    """The one state an order is told in; the first rule that fits."""
    if order.cancelled_at is not None:
        return "closed_unpaid" if "payment-failed" in order.tags else "cancelled"
    if order.financial_status == "voided":
        return "payment_failed"
    if order.return_status:
        return order.return_status if order.return_status in _RETURN_STATES else "return_in_progress"
    if "investigation" in order.tags:
        return "investigation"
    if order.fulfillment_status == "partial":
        return "split"
    if order.fulfillment_status == "fulfilled":
        return _PARCEL_STATES.get(parcel.status if parcel else "", "sent")
    return _unsent_state(order)


def is_cash(order: Order) -> bool:
    """Whether it is paid to the courier."""
    method = order.payment_method.lower()
    return "cash" in method or "cod" in method.split() or "cod" in order.tags


def _unsent_state(order: Order) -> str:
    if order.financial_status != "pending":
        return "packing"
    if is_cash(order):
        return "cash_confirmed"
    method = order.payment_method.lower()
    return "awaiting_transfer" if "deposit" in method or "transfer" in method else "awaiting_payment"


_RETURN_STATES = frozenset({"return_requested", "return_in_progress", "returned"})
_PARCEL_STATES = {
    "in_transit": "in_transit", "out_for_delivery": "out_for_delivery", "attempted_delivery": "attempted",
    "delayed": "delayed", "ready_for_pickup": "ready_for_pickup", "delivered": "delivered",
}  # fmt: skip
