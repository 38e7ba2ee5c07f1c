"""What is WooCommerce's own: numbering, statuses, accounts, parcels, pages of a list, refunds, notes for the staff."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import count

import pytest

from bot.config import load
from bot.errors import ConfigError, ShopRefused
from bot.shop.order_story import build_story
from bot.shop.port import Address, LineChange, ReturnWish
from bot.shop.shops import SHOPS, load_class
from bot.shop.woocommerce.shop import WooShop
from tests.bot.shop.test_order_story import TODAY
from tests.fakes.running import Running
from tests.fakes.woo_server import FakeWoo
from tests.fakes.woo_state import Json

Open = Callable[..., WooShop]
CARD, COD, SENT, ARRIVED = "TT-10466", "TT-10464", "TT-10459", "TT-10453"


def raw(woo: Running[FakeWoo], number: str) -> Json:
    return next(one for one in woo.app.state.orders.values() if one["number"] == number)


def notes(woo: Running[FakeWoo], number: str) -> list[str]:
    return [str(note["note"]) for note in woo.app.state.notes.get(raw(woo, number)["id"], [])]


def test_the_setting_names_it() -> None:
    assert load_class(SHOPS["woocommerce"], "SHOP") is WooShop


SETTINGS = {
    "SHOP": "woocommerce", "WOOCOMMERCE_URL": "https://shop.example", "WOOCOMMERCE_KEY": "ck_1",
    "WOOCOMMERCE_SECRET": "cs_1",
}  # fmt: skip


def test_settings_that_are_missing_are_all_named() -> None:
    with pytest.raises(ConfigError) as caught:
        load({"SHOP": "woocommerce", "GATEWAY_PORT": "eighty"})
    named = ("WOOCOMMERCE_URL", "WOOCOMMERCE_KEY", "WOOCOMMERCE_SECRET", "GATEWAY_PORT")
    assert all(name in str(caught.value) for name in named)


@pytest.mark.parametrize(
    "url",
    ["http://shop.example", "shop.example", "ftp://shop.example", "https://ck_1:cs_1@shop.example", "https://[::1"],
)
def test_only_https_will_do(url: str) -> None:
    with pytest.raises(ConfigError, match="WOOCOMMERCE_URL"):
        load({**SETTINGS, "WOOCOMMERCE_URL": url})


@pytest.mark.parametrize("url", ["https://shop.example/shop/", "http://127.0.0.1:8080", "http://localhost"])
def test_https_or_this_machine_will(url: str) -> None:
    assert load({**SETTINGS, "WOOCOMMERCE_URL": url}).woocommerce_url == url


def test_an_order_that_has_its_id_for_a_number(woo: Running[FakeWoo], open_woo: Open) -> None:
    for order in woo.app.state.orders.values():
        order["number"] = str(order["id"])
    shop = open_woo()
    found = shop.find_order("#510")
    assert found is not None
    assert found.name == "510"
    assert shop.find_order("999") is None
    # Nobody searched: a search of a whole shop is slow.
    assert not any("search" in query for _, _, query in woo.app.asked)


@pytest.mark.parametrize("renumbered", [True, False])
def test_a_number_that_is_not_there_costs_the_same(woo: Running[FakeWoo], open_woo: Open, renumbered: bool) -> None:
    there, missing = (CARD, "TT-99999") if renumbered else ("510", "99999")
    if not renumbered:
        for order in woo.app.state.orders.values():
            order["number"] = str(order["id"])
    shop = open_woo()
    shop.find_order(there)
    costs = []
    for number in (there, missing):
        before = len(woo.app.asked)
        shop.find_order(number)
        costs.append(len(woo.app.asked) - before)
    assert costs[0] == costs[1]


STATUSES = {
    "pending": "awaiting_payment", "on-hold": "awaiting_payment", "processing": "packing", "completed": "delivered",
    "cancelled": "cancelled", "refunded": "cancelled", "failed": "payment_failed", "shipped": "sent",
    "partial-shipped": "split", "ready-pickup": "ready_for_pickup", "delivered": "delivered", "assembling": "packing",
}  # fmt: skip


def test_every_status_has_its_story(woo: Running[FakeWoo], open_woo: Open) -> None:
    order, shop, told = raw(woo, CARD), open_woo(), {}
    paid = order["date_paid_gmt"]
    for status in STATUSES:
        order["status"] = status
        order["date_paid_gmt"] = None if status in ("pending", "on-hold", "failed") else paid
        found = shop.find_order(CARD)
        assert found is not None
        told[status] = build_story(found, TODAY).state
    assert told == STATUSES


@pytest.mark.parametrize("status", ["trash", "checkout-draft"])
def test_what_is_no_order_is_not_found(woo: Running[FakeWoo], open_woo: Open, status: str) -> None:
    raw(woo, CARD)["status"] = status
    assert open_woo().find_order(CARD) is None
    assert not [one for one in open_woo().list_orders("suresh.t@example.org", "") if one.name == CARD]


def test_a_shop_that_completes_an_order_when_it_leaves(woo: Running[FakeWoo], open_woo: Open) -> None:
    shop = open_woo(woocommerce_delivered_status="delivered")
    found = shop.find_order(ARRIVED)
    assert found is not None
    assert build_story(found, TODAY).state == "sent"
    with pytest.raises(ShopRefused, match="not_delivered"):
        shop.request_return(ARRIVED, ReturnWish(found.lines[0].position, "size", "refund"), key="a")


def test_a_status_of_the_shops_own_is_left_to_people(woo: Running[FakeWoo], open_woo: Open) -> None:
    raw(woo, CARD)["status"] = "assembling"
    with pytest.raises(ShopRefused, match="unknown_status"):
        open_woo().cancel_order(CARD, key="a")
    with pytest.raises(ShopRefused, match="packed"):
        open_woo().change_address(CARD, Address("A", "1 B Road", "Surat", "395003", "GJ", "IN"), key="b")
    assert woo.app.writes() == []


def test_a_parcel_of_the_tracking_plugins(woo: Running[FakeWoo], open_woo: Open) -> None:
    parcel = {
        "tracking_provider": "", "custom_tracking_provider": "Garuda Express", "tracking_number": "GE1",
        "custom_tracking_link": "https://garuda.example/GE1", "date_shipped": "1764028800",
    }  # fmt: skip
    raw(woo, SENT)["meta_data"].append({"id": 9, "key": "_wc_shipment_tracking_items", "value": [parcel]})
    found = open_woo().find_order(SENT)
    assert found is not None
    one = found.parcels[0]
    assert (one.carrier, one.tracking_number, one.tracking_url) == (
        "Garuda Express",
        "GE1",
        parcel["custom_tracking_link"],
    )
    assert one.delivered_at is None


def test_an_order_without_an_address_of_its_own_has_its_accounts(woo: Running[FakeWoo], open_woo: Open) -> None:
    billing = {"phone": "099999 10026", "country": "IN"}
    woo.app.state.customers[25] = {"id": 25, "email": "Suresh.T@example.org", "billing": billing}
    raw(woo, CARD).update(customer_id=25, billing={"email": "", "phone": ""})
    found = open_woo().find_order(CARD)
    assert found is not None
    assert (found.email, found.phone) == ("suresh.t@example.org", "+919999910026")
    woo.app.state.customers[25]["email"] = "suresh.t@example.org"
    assert CARD in [one.name for one in open_woo().list_orders("suresh.t@example.org", "")]


def test_all_pages_of_a_search_are_read(woo: Running[FakeWoo], open_woo: Open) -> None:
    """150 newer orders of somebody whose e-mail holds this one's."""
    state, pattern = woo.app.state, raw(woo, CARD)
    for new in (next(ids) for ids in [count(9000)] for _ in range(150)):
        billing = {**pattern["billing"], "email": "not.suresh.t@example.org", "phone": ""}
        state.orders[new] = {**pattern, "id": new, "number": f"TT-{new}", "billing": billing}
    found = open_woo().list_orders("suresh.t@example.org", "")
    assert [order.name for order in found] == [CARD, "TT-10430"]


def test_notes_of_the_shop_itself_are_no_facts(woo: Running[FakeWoo], open_woo: Open) -> None:
    order = raw(woo, SENT)
    woo.app.state.add_note(order["id"], "Stock levels reduced: Hub cap. New estimate 2030-01-01")
    woo.app.state.add_note(order["id"], "<p>New estimate 2026-11-25 &amp; sorry</p>", "meera")
    found = open_woo().find_order(SENT)
    assert found is not None
    facts = build_story(found, TODAY).facts
    assert (str(facts.new_estimate), facts.cause) == ("2026-11-25", "")


def test_by_default_the_staff_pay_back(woo: Running[FakeWoo], open_woo: Open) -> None:
    woo.app.state.paying_gateways = frozenset({"razorpay"})
    open_woo().cancel_order(CARD, key="a")
    assert [one["refunded_payment"] for one in woo.app.state.refunds[raw(woo, CARD)["id"]]] == [False]
    assert "5798.00 INR is to be paid back by hand" in notes(woo, CARD)[0]
    found = open_woo().find_order(CARD)
    assert found is not None
    assert build_story(found, TODAY).facts.refunded_on is None


@pytest.mark.parametrize("able", [True, False])
def test_the_gateway_pays_back_if_it_may_and_can(woo: Running[FakeWoo], open_woo: Open, able: bool) -> None:
    woo.app.state.paying_gateways = frozenset({"razorpay"} if able else ())
    open_woo(woocommerce_pay_back=True).cancel_order(CARD, key="a")
    refunds = woo.app.state.refunds[raw(woo, CARD)["id"]]
    assert [(one["refunded_payment"], one["amount"]) for one in refunds] == [(able, "5798.00")]
    assert ("paid back by the payment gateway" if able else "to be paid back by hand") in notes(woo, CARD)[0]


def test_what_was_refunded_before_is_not_refunded_again(woo: Running[FakeWoo], open_woo: Open) -> None:
    woo.app.state.add_refund(raw(woo, CARD)["id"], {"amount": "1000", "api_refund": False})
    changed = open_woo().cancel_order(CARD, key="a")
    assert changed.difference == Decimal("-4798.00")
    assert changed.order.refunded == Decimal("5798.00")


def test_the_staff_read_what_to_do_with_a_return(woo: Running[FakeWoo], open_woo: Open) -> None:
    found = open_woo().find_order(ARRIVED)
    assert found is not None
    wish = ReturnWish(found.lines[0].position, "size", "exchange", exchange_sku="JNS01-34")
    case = open_woo().request_return(ARRIVED, wish, key="a")
    assert all(word in notes(woo, ARRIVED)[0] for word in (case.number, "JNS01-32", "exchange", "JNS01-34", "pickup"))
    assert raw(woo, ARRIVED)["status"] == "completed"


def test_the_staff_read_which_agent_has_made_a_change(woo: Running[FakeWoo], open_woo: Open) -> None:
    name = "Meera Joshi at the desk"
    for number, by, who in ((CARD, "Meera  Joshi", name), (COD, "", "the customer in the chat")):
        for _ in range(2):
            open_woo().cancel_order(number, key=number, by=by)
        assert [note for note in notes(woo, number) if "Cancelled" in note] == [notes(woo, number)[0]]
        assert notes(woo, number)[0].startswith(f"Cancelled by {who}.")
    (refund,) = woo.app.state.refunds[raw(woo, CARD)["id"]]
    assert refund["reason"].startswith(f"Cancelled by {name}, ")
    line = open_woo().find_order(ARRIVED).lines[0]  # type: ignore[union-attr]
    case = open_woo().request_return(ARRIVED, ReturnWish(line.position, "size", "refund"), key="r", by="Meera Joshi")
    assert notes(woo, ARRIVED)[0].startswith(f"Return {case.number} noted by {name}: ")


def test_a_discount_stays_with_its_line(woo: Running[FakeWoo], open_woo: Open) -> None:
    shop = open_woo()
    before = shop.find_order("TT-10472")
    assert before is not None
    line = before.lines[0]
    changed = shop.change_items("TT-10472", [LineChange(line.position, quantity=2 * line.quantity)], key="a")
    assert changed.order.subtotal == 2 * before.subtotal
    assert changed.order.lines[0].price == line.price


def test_the_invoice_plugins_number_is_the_number(woo: Running[FakeWoo], open_woo: Open) -> None:
    raw(woo, ARRIVED)["meta_data"].append({"id": 9, "key": "_wcpdf_invoice_number", "value": "2026-0042"})
    found = open_woo().find_invoice(ARRIVED)
    assert found is not None
    assert found.number == "2026-0042"
