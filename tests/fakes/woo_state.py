"""A WooCommerce shop's data and what happens to it: lines, taxes, stock, statuses, refunds. No HTTP.

It does what the sources named in `bot/shop/woocommerce` say the real one does (WooCommerce 9.7 and later). Amounts of
lines are kept net with six places; answers have the shape of the API reference's examples.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

Json = dict[str, Any]
TAX = Decimal("0.05")
TIME = "2026-11-21T06:00:00"
_SIX = Decimal("0.000001")
_COUNTS = ("processing", "completed", "on-hold")


class WooError(Exception):
    """What the API answers instead: status and code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass
class WooState:
    """`goods`: products and variations by id; a variation has `parent_id`. `paying_gateways` can pay back."""

    orders: dict[int, Json] = field(default_factory=dict)
    goods: dict[int, Json] = field(default_factory=dict)
    customers: dict[int, Json] = field(default_factory=dict)
    notes: dict[int, list[Json]] = field(default_factory=dict)
    refunds: dict[int, list[Json]] = field(default_factory=dict)
    paying_gateways: frozenset[str] = frozenset()
    ids: count[int] = field(default_factory=lambda: count(20_000))

    def update_order(self, order_id: int, body: Json) -> Json:
        """PUT orders/<id>."""
        order = self.find_order(order_id)
        for name in ("shipping", "billing"):
            order[name] |= body.get(name, {})
        for item in body.get("line_items", ()):
            self._set_line(order, item)
        for meta in body.get("meta_data", ()):
            _set_meta(order, meta["key"], meta["value"])
        if body.keys() & {"line_items", "shipping", "billing"}:
            self.add_up(order)
        if body.get("status", order["status"]) != order["status"]:
            self.set_status(order, body["status"])
        return order

    def find_order(self, order_id: int) -> Json:
        """Or the API's 404."""
        if order_id not in self.orders:
            raise WooError(404, "woocommerce_rest_shop_order_invalid_id")
        return self.orders[order_id]

    def set_status(self, order: Json, status: str) -> None:
        """With what follows from it; the shop writes a note, as the real one does."""
        self.add_note(order["id"], f"Order status changed from {order['status']} to {status}.", "system")
        order["status"], order["date_modified_gmt"] = status, TIME
        if status == "completed":
            order["date_completed_gmt"] = order["date_completed"] = TIME
        if status == "cancelled":
            for line in order["line_items"]:
                self._adjust_stock(line, 0)

    def add_note(self, order_id: int, text: str, author: str = "system") -> Json:
        """POST orders/<id>/notes. Newest first, as the API lists them."""
        self.find_order(order_id)
        note = {
            "id": next(self.ids), "author": author, "date_created_gmt": TIME, "note": text, "customer_note": False,
        }  # fmt: skip
        self.notes.setdefault(order_id, []).insert(0, note)
        return note

    def add_refund(self, order_id: int, body: Json) -> Json:
        """POST orders/<id>/refunds."""
        order = self.find_order(order_id)
        amount = Decimal(body["amount"])
        left = Decimal(order["total"]) - self.refunded(order_id) - amount
        pays = body.get("api_refund", True)
        if left < 0 or (pays and order["payment_method"] not in self.paying_gateways):
            raise WooError(500, "woocommerce_rest_cannot_create_order_refund")
        refund = {
            "id": next(self.ids), "date_created_gmt": TIME, "amount": f"{amount:.2f}", "reason": body.get("reason", ""),
            "refunded_payment": pays, "line_items": [], "meta_data": [],
        }  # fmt: skip
        self.refunds.setdefault(order_id, []).append(refund)
        order["refunds"].append({"id": refund["id"], "reason": refund["reason"], "total": f"-{amount:.2f}"})
        if not left:
            self.set_status(order, "refunded")
        return refund

    def refunded(self, order_id: int) -> Decimal:
        """What has gone back of an order."""
        return sum((Decimal(one["amount"]) for one in self.refunds.get(order_id, ())), Decimal(0))

    def add_line(self, order: Json, goods: Json, quantity: int) -> None:
        """Priced by the shop, the tax taken out of the price."""
        net = (Decimal(goods["price"]) / (1 + TAX) * quantity).quantize(_SIX)
        parent = goods.get("parent_id", 0)
        line = {
            "id": next(self.ids), "name": goods["name"], "product_id": parent or goods["id"],
            "variation_id": goods["id"] if parent else 0, "quantity": quantity, "sku": goods["sku"],
            "subtotal": str(net), "total": str(net), "meta_data": [], "tax_class": "", "taxes": [],
        }  # fmt: skip
        order["line_items"].append(line)
        if order["status"] in _COUNTS:
            self._adjust_stock(line, quantity)

    def add_up(self, order: Json) -> None:
        """Taxes and totals from the lines."""
        taxes = gross = Decimal(0)
        for line in order["line_items"]:
            for name in ("subtotal", "total"):
                line[f"{name}_tax"] = str((Decimal(line[name]) * TAX).quantize(_SIX))
            taxes += Decimal(line["total_tax"])
            gross += Decimal(line["total"]) + Decimal(line["total_tax"])
        order["total_tax"] = order["cart_tax"] = f"{taxes:.2f}"
        order["total"] = f"{gross + Decimal(order['shipping_total']):.2f}"

    def _set_line(self, order: Json, item: Json) -> None:
        if "id" not in item:
            self.add_line(order, self.goods[item.get("variation_id") or item["product_id"]], item["quantity"])
            return
        line = next((one for one in order["line_items"] if one["id"] == item["id"]), None)
        if line is None:
            raise WooError(400, "woocommerce_rest_invalid_item_id")
        if item.get("quantity") == 0:
            self._adjust_stock(line, 0)
            order["line_items"].remove(line)
            return
        line |= {name: item[name] for name in ("quantity", "subtotal", "total") if name in item}
        if order["status"] in _COUNTS:
            self._adjust_stock(line, line["quantity"])

    def _adjust_stock(self, line: Json, quantity: int) -> None:
        """As wc_maybe_adjust_line_item_product_stock: what was taken before stands in the line."""
        goods = self.goods.get(line["variation_id"] or line["product_id"])
        taken = next((one["value"] for one in line["meta_data"] if one["key"] == "_reduced_stock"), 0)
        if goods and goods["manage_stock"]:
            goods["stock_quantity"] += taken - quantity
            goods["stock_status"] = "instock" if goods["stock_quantity"] > 0 else "outofstock"
        _set_meta(line, "_reduced_stock", quantity)


def _set_meta(thing: Json, key: str, value: Any) -> None:
    for one in thing["meta_data"]:
        if one["key"] == key:
            one["value"] = value
            return
    thing["meta_data"].append({"id": len(thing["meta_data"]) + 1, "key": key, "value": value})
