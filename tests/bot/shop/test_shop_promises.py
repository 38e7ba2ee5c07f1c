"""What the port promises, kept by the embedded shop and by WooCommerce alike. Orders are the demo shop's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest

from bot.errors import ShopRefused
from bot.shop.embedded import EmbeddedShop
from bot.shop.models import Variant
from bot.shop.order_story import build_story
from bot.shop.port import Address, Changed, Line, LineChange, ReturnWish, Shop
from bot.shop.woocommerce.shop import WooShop
from tests.bot.shop.test_order_story import TODAY
from tests.fakes.running import Running
from tests.fakes.woo_server import FakeWoo

CARD, COD, SENT, ARRIVED, COUPON = "TT-10466", "TT-10464", "TT-10459", "TT-10453", "TT-10472"
SAREE, POLO = "SAR02-BOTTLEGR", "POL01-M-NAVY"
PLACE = Address("Suresh Thevar", "12 Rose Villa, Ring Road", "Surat", "395003", "GJ", "IN")


@dataclass(frozen=True)
class Kept:
    """A shop, and how a test looks at its stock and spoils it."""

    shop: Shop
    stock: Callable[[str], int]
    sell_out: Callable[[str], None]

    def line(self, number: str, place: int = 0) -> Line:
        order = self.shop.find_order(number)
        assert order is not None
        return order.lines[place]


def keep_embedded() -> Kept:
    def sell_out(sku: str) -> None:
        Variant.objects.filter(sku=sku).update(stock=0)

    return Kept(EmbeddedShop(), lambda sku: Variant.objects.get(sku=sku).stock, sell_out)


def keep_woo(app: FakeWoo, shop: WooShop) -> Kept:
    def find(sku: str) -> dict[str, object]:
        return next(one for one in app.state.goods.values() if one["sku"] == sku)

    def sell_out(sku: str) -> None:
        find(sku).update(stock_quantity=0, stock_status="outofstock")

    return Kept(shop, lambda sku: int(str(find(sku)["stock_quantity"])), sell_out)


@pytest.fixture(params=["embedded", "woocommerce"])
def kept(request: pytest.FixtureRequest, demo_shop: None) -> Kept:
    if request.param == "embedded":
        return keep_embedded()
    running: Running[FakeWoo] = request.getfixturevalue("woo")
    return keep_woo(running.app, request.getfixturevalue("open_woo")())


def test_an_order_is_found_however_its_number_is_written(kept: Kept) -> None:
    for written in ("TT-10432", "tt 10432", "#10432", "10432", "TT-૧૦૪૩૨"):
        order = kept.shop.find_order(written)
        assert order is not None, written
        assert (order.name, order.email, order.phone) == ("TT-10432", "hetal.patel@example.com", "+919999910001")


def test_no_other_order_is_found(kept: Kept) -> None:
    for written in ("TT-99999", "1043", "99999100", "", "TT", "9" * 40):
        assert kept.shop.find_order(written) is None, written


def test_the_money_of_an_order(kept: Kept) -> None:
    for number in (CARD, COD, COUPON, "TT-10401", "TT-10437"):
        order, row = kept.shop.find_order(number), EmbeddedShop().find_order(number)
        assert order is not None
        assert row is not None
        for name in ("total", "subtotal", "shipping", "discount_code", "discount_amount", "refunded", "outstanding"):
            assert getattr(order, name) == getattr(row, name), (number, name)
        prices = [(one.sku, one.quantity, one.price) for one in order.lines]
        assert prices == [(one.sku, one.quantity, one.price) for one in row.lines]
        assert (order.currency, order.address, order.placed_at) == (row.currency, row.address, row.placed_at)


STATES = {
    "TT-10401": "delivered", "TT-10405": "returned", "TT-10415": "cancelled", "TT-10427": "cancelled",
    "TT-10456": "split", "TT-10464": "cash_confirmed", "TT-10466": "packing", "TT-10468": "awaiting_transfer",
    "TT-10470": "awaiting_payment", "TT-10474": "payment_failed",
}  # fmt: skip


def test_an_order_is_told_in_the_same_state(kept: Kept) -> None:
    told = {}
    for number in STATES:
        order = kept.shop.find_order(number)
        assert order is not None
        told[number] = build_story(order, TODAY).state
    assert told == STATES


def test_the_staffs_notes_come_along(kept: Kept) -> None:
    order = kept.shop.find_order("TT-10445")
    assert order is not None
    assert build_story(order, TODAY).facts.cause == "weather"


def test_lines_are_named_by_the_catalogue(kept: Kept) -> None:
    line = kept.line("TT-10401")
    assert (line.product, line.options) == ("block-print-cotton-kurti", ("M", "Indigo"))
    assert set(line.names) == {"en", "gu", "ta"}
    assert "kurti" in line.tags


def test_a_persons_orders_are_listed_newest_first(kept: Kept) -> None:
    email, phone = "hetal.patel@example.com", "+919999910001"
    for person in ((email, ""), ("", phone), (email, phone)):
        assert [order.name for order in kept.shop.list_orders(*person)] == ["TT-10469", "TT-10432", "TT-10401"]


def test_nobody_has_no_orders(kept: Kept) -> None:
    assert not kept.shop.list_orders("", "")
    assert not kept.shop.list_orders("patel@example.com", "+919999900000")


def test_sizes_and_colours_of_an_item(kept: Kept) -> None:
    kept.sell_out("POL01-L-NAVY")
    found = {one.sku: one for one in kept.shop.list_variants(kept.line(COD))}
    assert found[POLO].options == ("M", "Navy")
    assert (found[POLO].price, found[POLO].available) == (Decimal(599), True)
    assert not found["POL01-L-NAVY"].available


def test_an_item_that_is_sold_no_more_has_none(kept: Kept) -> None:
    assert not kept.shop.list_variants(Line(1, "Gone", 1, Decimal(1), "GONE-1"))


def test_a_paid_order_is_cancelled_once(kept: Kept) -> None:
    before = kept.stock(SAREE)
    first = kept.shop.cancel_order(CARD, key="a")
    assert first.difference == Decimal("-5798.00")
    assert first.order.cancelled_at is not None
    assert (first.order.refunded, first.order.financial_status) == (Decimal("5798.00"), "refunded")
    again = kept.shop.cancel_order(CARD, key="a")
    assert again == first
    assert kept.stock(SAREE) == before + 1
    found = kept.shop.find_order(CARD)
    assert found is not None
    assert build_story(found, TODAY).state == "cancelled"


def test_an_order_that_was_not_paid_is_cancelled_without_a_refund(kept: Kept) -> None:
    changed = kept.shop.cancel_order(COD, key="a")
    assert not any((changed.difference, changed.order.refunded, changed.order.outstanding))
    assert changed.order.financial_status == "voided"


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(ShopRefused) as caught:
        call()
    return caught.value.reason


def test_cancelling_is_refused_by_the_rules(kept: Kept) -> None:
    assert refusal(lambda: kept.shop.cancel_order(SENT, key="a")) == "sent"
    assert refusal(lambda: kept.shop.cancel_order("TT-10415", key="b")) == "cancelled"
    assert refusal(lambda: kept.shop.cancel_order("TT-77777", key="c")) == "no_order"
    kept.shop.cancel_order(CARD, key="d")
    assert refusal(lambda: kept.shop.cancel_order(CARD, key="e")) == "cancelled"


def test_an_address_is_changed(kept: Kept) -> None:
    changed = kept.shop.change_address(CARD, PLACE, key="a")
    found = kept.shop.find_order(CARD)
    assert found is not None
    assert (changed.order.address, found.address) == (PLACE, PLACE)
    assert changed.difference == 0
    assert refusal(lambda: kept.shop.change_address(SENT, PLACE, key="b")) == "sent"


def change(kept: Kept, number: str, key: str, **wish: object) -> Changed:
    one = LineChange(kept.line(number).position, **wish)  # type: ignore[arg-type]
    return kept.shop.change_items(number, [one], key=key)


def test_a_quantity_is_changed_once(kept: Kept) -> None:
    before = kept.stock(POLO)
    first = change(kept, COD, "a", quantity=3)
    assert first.difference == Decimal("599.00")
    assert (first.order.total, first.order.outstanding) == (Decimal("1797.00"), Decimal("1797.00"))
    assert change(kept, COD, "a", quantity=3) == first
    assert kept.stock(POLO) == before - 1
    assert change(kept, COD, "b", quantity=1).difference == Decimal("-1198.00")
    assert kept.stock(POLO) == before + 1


def test_a_line_becomes_another_size_once(kept: Kept) -> None:
    old, new = kept.stock(POLO), kept.stock("POL01-L-NAVY")
    line = LineChange(kept.line(COD).position, sku="POL01-L-NAVY")
    for _ in range(2):
        changed = kept.shop.change_items(COD, [line], key="a")
        assert [(one.sku, one.quantity) for one in changed.order.lines] == [("POL01-L-NAVY", 2)]
        assert (changed.difference, changed.order.total) == (Decimal(0), Decimal("1198.00"))
    assert (kept.stock(POLO), kept.stock("POL01-L-NAVY")) == (old + 2, new - 2)


def test_a_line_is_taken_out_but_not_the_last(kept: Kept) -> None:
    number = "TT-10469"
    first = kept.line(number)
    changed = change(kept, number, "a", quantity=0)
    assert changed.difference == -first.price * first.quantity
    assert first.sku not in [line.sku for line in changed.order.lines]
    assert refusal(lambda: change(kept, number, "b", quantity=0)) == "last_item"


def test_what_is_sold_out_is_not_promised(kept: Kept) -> None:
    kept.sell_out(POLO)
    kept.sell_out("POL01-L-NAVY")
    assert refusal(lambda: change(kept, COD, "a", quantity=5)) == "out_of_stock"
    assert refusal(lambda: change(kept, COD, "b", sku="POL01-L-NAVY")) == "out_of_stock"
    assert refusal(lambda: change(kept, COD, "c", sku="NOTHING")) == "out_of_stock"
    assert kept.line(COD).quantity == 2


def send_back(kept: Kept, place: int = 0, **wish: str) -> ReturnWish:
    position = kept.line(ARRIVED, place).position
    return ReturnWish(position, **{"reason": "size", "way": "refund", "refund_to": "same", **wish})


def test_a_return_gets_a_number_once(kept: Kept) -> None:
    case = kept.shop.request_return(ARRIVED, send_back(kept), key="a")
    assert case.number.startswith("RET-10453-")
    assert (case.reason, case.way, case.state, case.handover) == ("size", "refund", "requested", "pickup")
    assert kept.shop.request_return(ARRIVED, send_back(kept), key="a") == case
    other = kept.shop.request_return(ARRIVED, send_back(kept, 1, reason="damaged", way="replacement"), key="b")
    assert other.number != case.number
    assert list(kept.shop.list_returns(ARRIVED)) == [case, other]
    order = kept.shop.find_order(ARRIVED)
    assert order is not None
    assert order.return_status == "return_requested"


def test_returns_are_refused_by_the_rules(kept: Kept) -> None:
    kept.shop.request_return(ARRIVED, send_back(kept), key="a")
    assert refusal(lambda: kept.shop.request_return(ARRIVED, send_back(kept), key="b")) == "already_returned"
    kept.sell_out("SHT02-42")
    exchange = send_back(kept, 1, way="exchange", exchange_sku="SHT02-42")
    assert refusal(lambda: kept.shop.request_return(ARRIVED, exchange, key="c")) == "out_of_stock"
    early = ReturnWish(kept.line(SENT).position, "size", "refund")
    assert refusal(lambda: kept.shop.request_return(SENT, early, key="d")) == "not_delivered"
    over = ReturnWish(kept.line("TT-10405").position, "size", "refund")
    assert refusal(lambda: kept.shop.request_return("TT-10405", over, key="e")) == "already_returned"
    assert not kept.shop.list_returns("TT-77777")


def test_an_invoice_is_there_when_the_order_is_sent(kept: Kept) -> None:
    found = kept.shop.find_invoice("TT-10401")
    assert found is not None
    assert found.number == "INV-TT-10401"
    assert kept.shop.find_invoice(CARD) is None
    assert kept.shop.find_invoice("TT-77777") is None
