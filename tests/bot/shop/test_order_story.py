"""Where the demo shop's orders stand on 2026-11-21: every state, and the dates that belong to it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from bot.shop.embedded_rows import ORDERS, read_order
from bot.shop.order_story import Story, build_story
from bot.shop.staff_notes import parse_notes

pytestmark = pytest.mark.usefixtures("demo_shop")
TODAY = date(2026, 11, 21)


def story_of(number: int) -> Story:
    return build_story(read_order(ORDERS.get(name=f"TT-{number}")), TODAY)


STATES = {
    10401: "delivered", 10405: "returned", 10408: "delivered", 10415: "cancelled", 10417: "closed_unpaid",
    10427: "cancelled", 10432: "return_in_progress", 10439: "delayed", 10441: "return_requested",
    10443: "return_requested", 10448: "split", 10451: "investigation", 10452: "attempted", 10454: "out_for_delivery",
    10456: "split", 10458: "payment_failed", 10459: "in_transit", 10461: "out_for_delivery", 10464: "cash_confirmed",
    10466: "packing", 10468: "awaiting_transfer", 10470: "awaiting_payment", 10471: "ready_for_pickup",
    10474: "payment_failed",
}  # fmt: skip


@pytest.mark.parametrize(("number", "state"), STATES.items())
def test_the_state_of_an_order(number: int, state: str) -> None:
    assert story_of(number).state == state


def test_every_order_of_the_demo_shop_has_a_state() -> None:
    states = Counter(build_story(read_order(order), TODAY).state for order in ORDERS.all())
    assert sum(states.values()) == 74
    assert states["delivered"] == 36
    assert states["sent"] == 0


def test_a_late_order_counts_from_the_promised_day() -> None:
    late = story_of(10445)
    assert (late.days_late, late.expected, late.facts.cause) == (9, date(2026, 11, 23), "weather")
    assert story_of(10439).facts.cause == "customs"
    assert story_of(10459).days_late == 0


def test_cash_is_due_until_it_is_collected() -> None:
    assert story_of(10461).cash_due == Decimal("978.00")
    assert story_of(10464).cash_due == Decimal("1198.00")
    assert story_of(10404).cash_due == 0
    assert story_of(10427).cash_due == 0


def test_a_split_order_knows_what_has_left() -> None:
    split = story_of(10448)
    assert [line.sku for line in split.sent_lines] == ["KIT05-10INCH"]
    assert [line.sku for line in split.open_lines] == ["KIT07-16IDLI"]
    assert (split.facts.packs_on, split.delivered_on) == (date(2026, 11, 21), date(2026, 11, 14))


def test_the_return_period_is_shorter_for_electronics() -> None:
    assert story_of(10453).return_until == date(2026, 11, 27)
    assert story_of(10451).return_until == date(2026, 11, 23)
    assert story_of(10466).return_until is None


def test_only_what_has_not_left_can_be_cancelled() -> None:
    assert [number for number in STATES if story_of(number).cancellable] == [10464, 10466, 10468, 10470]


NOTES = [
    ("New estimate 2026-11-24.", "new_estimate", date(2026, 11, 24)),
    ("Nobody at home 2026-11-19; second attempt planned 2026-11-21.", "next_attempt", date(2026, 11, 21)),
    ("Pickup booked 2026-11-22.", "pickup_booked", date(2026, 11, 22)),
    ("Refunded to net banking 2026-11-01.", "refunded_on", date(2026, 11, 1)),
    ("One broken; 266.00 refunded 2026-11-05.", "refunded_on", date(2026, 11, 5)),
    ("Item received at warehouse 2026-11-18; refund approved", "received_on", date(2026, 11, 18)),
    ("Ready at the Ahmedabad store from 2026-11-20", "ready_since", date(2026, 11, 20)),
    ("New estimate 2026-13-45.", "new_estimate", None),
    ("", "new_estimate", None),
    ("Late by rain.\nReturn noted by Flora Hubert at the desk", "cause", "weather"),
    ("Cancelled by Flora Hubert at the desk, refunded 2026-11-21", "cause", ""),
    ("Cancelled by Flora Hubert at the desk, refunded 2026-11-21", "refunded_on", date(2026, 11, 21)),
    ("call him names, then refund 100", "refunded_on", None),
]


@pytest.mark.parametrize(("notes", "fact", "value"), NOTES)
def test_facts_are_read_from_the_staffs_notes(notes: str, fact: str, value: date | str | None) -> None:
    assert getattr(parse_notes(notes), fact) == value
