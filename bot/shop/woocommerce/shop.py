"""The port, answered by WooCommerce. Keeps nothing between calls but the connection and how orders are numbered.

A change is written once for each key: it goes into the order together with a mark of the key (`effects`), and whoever
comes with the same key finds the mark and only finishes what was left open (refund, note). Nobody locks: two calls at
the very same moment with the same key can both write; the turn that asks runs once at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal

from bot.config import Config, config
from bot.errors import ShopRefused, ShopUnavailable
from bot.shop.clock import shop_day
from bot.shop.port import (
    SHOP_TIMEOUT_S,
    Address,
    Changed,
    Invoice,
    Line,
    LineChange,
    Order,
    ReturnCase,
    ReturnWish,
    Variant,
)
from bot.shop.woocommerce.client import Call, Json, WooClient
from bot.shop.woocommerce.effects import (
    build_effect,
    find_meta,
    find_refund,
    list_cases,
    make_ref,
    note_once,
    read_effect,
    refund_note,
    refund_reason,
)
from bot.shop.woocommerce.errors import WooBroken, WooMissing, WooRejected
from bot.shop.woocommerce.finding import PLACES, OrderFinder, add_account, find_by_person
from bot.shop.woocommerce.goods import list_choices
from bot.shop.woocommerce.reading import read_notes, read_order
from bot.shop.woocommerce.writing import Plan, plan_address, plan_cancel, plan_items, plan_return

# Where the plug-in "PDF Invoices & Packing Slips" keeps the number it has given.
_INVOICE_NUMBER = "_wcpdf_invoice_number"
Planner = Callable[[Call, Json, Order], Plan]


class WooShop:
    """See `bot.shop.port.Shop`. `config.load` has checked the settings."""

    def __init__(self, settings: Config | None = None, *, timeout_s: float = SHOP_TIMEOUT_S) -> None:
        chosen = settings or config()
        self._client = WooClient(
            chosen.woocommerce_url, chosen.woocommerce_key, chosen.woocommerce_secret, timeout_s=timeout_s
        )
        self._finder = OrderFinder()
        self._pay_back, self._delivered = chosen.woocommerce_pay_back, chosen.woocommerce_delivered_status

    def close(self) -> None:
        """Ends the connections; a process need not, it keeps its shop as long as it lives."""
        self._client.close()

    def check(self) -> None:
        """See `Shop.check`. One order's id: the key must be allowed to read orders."""
        self._client.begin().get_list("orders", per_page=1, _fields="id")

    def find_order(self, number: str) -> Order | None:
        """See `Shop.find_order`."""
        call = self._client.begin()
        raw = self._finder.find(call, number)
        if raw is None:
            # Who guesses numbers must not hear from the time it takes that there is none: read notes all the same.
            _read_in_vain(call, f"orders/{self._finder.newest}/notes")
            return None
        notes = read_notes(call.get_list(f"orders/{raw['id']}/notes", type="internal"))
        return read_order(add_account(call, raw), self._delivered, notes)

    def list_orders(self, email: str, phone: str) -> Sequence[Order]:
        """See `Shop.list_orders`. Without the staff's notes, which are one request more for each order."""
        return [read_order(raw, self._delivered) for raw in find_by_person(self._client.begin(), email, phone)]

    def list_variants(self, line: Line) -> Sequence[Variant]:
        """See `Shop.list_variants`. Found by the line's SKU: our catalogue need not know it."""
        return list_choices(self._client.begin(), line.sku)

    def cancel_order(self, number: str, *, key: str, by: str = "") -> Changed:
        """See `Shop.cancel_order`. The refund is recorded; WOOCOMMERCE_PAY_BACK lets the payment gateway pay it."""
        call, ref = self._client.begin(), make_ref(key)
        raw, effect, first = self._once(
            call, number, "cancel", key, lambda call, raw, order: plan_cancel(raw, order, by)
        )
        paid = Decimal(effect["paid"])
        note = effect["note"]
        if paid:
            raw, reason = self._refund(call, raw, paid, ref, by)
            paid_text = f"{paid} {raw['currency']}"
            note = f"{note} {refund_note(paid_text, reason)}"
        note_once(call, raw, ref, note, first=first)
        return Changed(read_order(raw, self._delivered), -paid)

    def change_address(self, number: str, address: Address, *, key: str) -> Changed:
        """See `Shop.change_address`. The shop reckons the taxes anew, so the total may change."""
        return self._change(number, "address", key, lambda call, raw, order: plan_address(raw, order, address))

    def change_items(self, number: str, changes: Sequence[LineChange], *, key: str) -> Changed:
        """See `Shop.change_items`. A line that becomes another size or colour gets a new position."""
        return self._change(number, "items", key, lambda call, raw, order: plan_items(call, raw, order, changes))

    def request_return(self, number: str, wish: ReturnWish, *, key: str, by: str = "") -> ReturnCase:
        """See `Shop.request_return`."""
        call = self._client.begin()
        raw, effect, first = self._once(
            call, number, "return", key, lambda call, raw, order: plan_return(call, raw, order, wish, by)
        )
        case = ReturnCase(**effect["case"])
        note_once(call, raw, make_ref(key), effect["note"], first=first)
        return case

    def list_returns(self, number: str) -> Sequence[ReturnCase]:
        """See `Shop.list_returns`."""
        raw = self._finder.find(self._client.begin(), number)
        return list_cases(raw) if raw else []

    def find_invoice(self, number: str) -> Invoice | None:
        """See `Shop.find_invoice`. The number that the shop's invoice plug-in gave, if there is one."""
        raw = self._finder.find(self._client.begin(), number)
        order = read_order(raw, self._delivered) if raw else None
        if raw is None or order is None or order.sent_at is None:
            return None
        return Invoice(str(find_meta(raw, _INVOICE_NUMBER) or f"INV-{order.name}"), shop_day(order.sent_at))

    def _change(self, number: str, kind: str, key: str, planner: Planner) -> Changed:
        call = self._client.begin()
        raw, effect, first = self._once(call, number, kind, key, planner)
        order = read_order(raw, self._delivered)
        difference = order.total - Decimal(effect["total_before"])
        note_once(call, raw, make_ref(key), f"{effect['note']} It is {order.total} now.", first=first)
        return Changed(order, difference)

    def _once(self, call: Call, number: str, kind: str, key: str, planner: Planner) -> tuple[Json, Json, bool]:
        """The order, what the key led to, and whether it was written just now."""
        raw, ref = self._finder.find(call, number), make_ref(key)
        if raw is None:
            raise ShopRefused("no_order")
        done = read_effect(raw, ref)
        if done is not None:
            return raw, done, False
        plan = planner(call, raw, read_order(add_account(call, raw), self._delivered))
        effect = build_effect(ref, kind, {"note": plan.note, **plan.outcome})
        body = {**plan.body, "meta_data": [*plan.body.get("meta_data", ()), effect]}
        raw = _write(call, f"orders/{raw['id']}", body, ref)
        done = read_effect(raw, ref)
        if done is None:
            raise WooBroken("the order does not keep what was written")
        return raw, done, True

    def _refund(self, call: Call, raw: Json, amount: Decimal, ref: str, by: str) -> tuple[Json, str | None]:
        """The order with the refund of this key, and the refund's reason; None if the shop takes none.

        A second refund of the same money is refused by the shop itself (wc_create_refund, wc-order-functions.php).
        """
        known = find_refund(raw, ref)
        if known is not None:
            return raw, known
        path = f"orders/{raw['id']}"
        for by_gateway in (True, False) if self._pay_back else (False,):
            reason = refund_reason(ref, by_gateway, by)
            body = {"amount": str(amount), "reason": reason, "api_refund": by_gateway, "api_restock": False}
            # Rejected: the gateway cannot pay back, or somebody has refunded it meanwhile.
            with suppress(WooRejected):
                call.post(f"{path}/refunds", body)
                break
        raw = call.get(path, dp=PLACES)
        return raw, find_refund(raw, ref)


def _write(call: Call, path: str, body: Json, ref: str) -> Json:
    """The order after the write. If the answer is lost the order is read: the shop may have written nevertheless."""
    try:
        return call.put(path, body, dp=PLACES)
    except WooMissing:
        raise
    except ShopUnavailable:
        raw = call.get(path, dp=PLACES)
        if read_effect(raw, ref) is None:
            raise
        return raw


def _read_in_vain(call: Call, path: str) -> None:
    with suppress(WooMissing, WooBroken):
        call.get_list(path, type="internal")
