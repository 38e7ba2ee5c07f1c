"""The demo shop as WooCommerce would have it: filled from the rows of the embedded one, so that both say the same."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from bot.shop.models import Order, OrderLine, Product
from tests.fakes.woo_state import TAX, Json, WooState

PAYMENTS = {"Cash on Delivery (COD)": "cod", "Bank Deposit": "bacs"}
_WAITING = {"bacs": "on-hold", "cod": "processing"}


def build_state() -> WooState:
    """Products and orders. An order's number is the demo's ("TT-10432"), as by a plug-in; its id is another."""
    return copy.deepcopy(_build_state())


@cache
def _build_state() -> WooState:
    """Once a run: the demo shop's rows are the same for every test."""
    state = WooState()
    ids = _fill_goods(state)
    for place, row in enumerate(Order.objects.order_by("placed_at", "pk").prefetch_related("lines", "parcels"), 500):
        _fill_order(state, place, row, ids)
    return state


def _fill_goods(state: WooState) -> dict[str, int]:
    ids: dict[str, int] = {}
    for product in Product.objects.prefetch_related("variants"):
        parent, variants = next(state.ids), list(product.variants.all())
        shared: Json = {"status": "publish" if product.on_sale else "draft", "purchasable": True, "backorders": "no"}
        if len(variants) > 1:
            state.goods[parent] = {
                **shared, "id": parent, "name": product.title, "slug": product.handle, "type": "variable", "sku": "",
                "price": "", "manage_stock": False, "stock_quantity": None, "stock_status": "instock", "parent_id": 0,
            }  # fmt: skip
        for place, variant in enumerate(variants):
            own = parent if len(variants) == 1 else next(state.ids)
            ids[variant.sku] = own
            names = zip(product.option_names, variant.options, strict=False)
            chosen = [{"id": 0, "name": name, "option": value} for name, value in names] if len(variants) > 1 else []
            state.goods[own] = {
                **shared, "id": own, "name": " - ".join(filter(None, [product.title, ", ".join(variant.options)])),
                "type": "variation" if len(variants) > 1 else "simple", "sku": variant.sku, "price": str(variant.price),
                "manage_stock": not variant.always_available, "attributes": chosen, "menu_order": place,
                "stock_quantity": None if variant.always_available else variant.stock,
                "stock_status": "instock" if variant.available else "outofstock",
                "backorders_allowed": False, "parent_id": parent if len(variants) > 1 else 0,
            }  # fmt: skip
    return ids


def _fill_order(state: WooState, order_id: int, row: Order, ids: dict[str, int]) -> None:
    first, _, last = row.recipient.partition(" ")
    place = {
        "first_name": first, "last_name": last, "company": "", "address_1": row.street, "address_2": "",
        "city": row.city, "postcode": row.zip_code, "state": row.province, "country": row.country_code,
    }  # fmt: skip
    method = PAYMENTS.get(row.payment_method, "razorpay")
    status, ended = _status(row, method)
    order: Json = {
        "id": order_id, "parent_id": 0, "number": row.name, "status": status, "currency": row.currency,
        "date_created_gmt": _gmt(row.placed_at), "date_modified_gmt": _gmt(row.cancelled_at or row.placed_at),
        "date_paid_gmt": _gmt(row.paid_at), "date_completed_gmt": _gmt(ended), "customer_id": 0, "customer_note": "",
        "discount_total": "0", "discount_tax": "0", "shipping_total": str(row.shipping), "shipping_tax": "0",
        "prices_include_tax": True, "billing": {**place, "email": row.email, "phone": row.phone},
        "shipping": dict(place), "payment_method": method, "payment_method_title": row.payment_method,
        "meta_data": [], "line_items": [], "coupon_lines": [], "fee_lines": [], "tax_lines": [], "refunds": [],
        "shipping_lines": [{"id": 1, "method_id": "flat_rate", "method_title": row.shipping_method}],
    }  # fmt: skip
    if row.discount_amount:
        net = row.discount_amount / (1 + TAX)
        order |= {"discount_total": f"{net:.6f}", "discount_tax": f"{row.discount_amount - net:.6f}"}
        order["coupon_lines"] = [{"id": 2, "code": row.discount_code}]
    _fill_lines(state, order, row, ids)
    state.orders[order_id] = order
    state.add_up(order)
    if row.notes:
        state.add_note(order_id, row.notes, "meera")
    if row.refunded:
        refund = {"amount": f"{row.refunded:.2f}", "reason": "", "refunded_payment": False, "id": 3}
        state.refunds[order_id] = [refund]
        order["refunds"].append({"id": 3, "reason": "", "total": f"-{row.refunded:.2f}"})


def _fill_lines(state: WooState, order: Json, row: Order, ids: dict[str, int]) -> None:
    lines: list[OrderLine] = list(row.lines.all())
    gross = sum((line.price * line.quantity for line in lines), Decimal(0))
    for line in lines:
        net = line.price * line.quantity / (1 + TAX)
        share = net - row.discount_amount / (1 + TAX) * (line.price * line.quantity / gross)
        own = ids.get(line.sku, 0)
        parent = state.goods[own]["parent_id"] if own else 0
        order["line_items"].append(
            {
                "id": order["id"] * 10 + line.position, "name": line.name, "quantity": line.quantity, "sku": line.sku,
                "product_id": parent or own, "variation_id": own if parent else 0, "subtotal": f"{net:.6f}",
                "total": f"{share:.6f}", "tax_class": "", "taxes": [],
                "meta_data": [{"id": 1, "key": "_reduced_stock", "value": line.quantity}],
            }
        )  # fmt: skip


def _status(row: Order, method: str) -> tuple[str, datetime | None]:
    """The status and when it was completed."""
    arrived = next((parcel.delivered_at for parcel in row.parcels.all() if parcel.delivered_at), None)
    if row.financial_status == "refunded":
        return "refunded", arrived
    if row.cancelled_at:
        return "cancelled", None
    if row.financial_status == "voided":
        return "failed", None
    if row.fulfillment_status == "partial":
        return "partial-shipped", None
    if row.fulfillment_status == "fulfilled":
        return ("completed", arrived) if arrived else ("shipped", row.sent_at)
    return ("processing" if row.paid_at else _WAITING.get(method, "pending")), None


def _gmt(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if moment else None
