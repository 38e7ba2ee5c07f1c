"""What is written into an order of WooCommerce for a customer's wish, after the shop's rules have been asked.

Each `plan_` function refuses (ShopRefused, reasons as in the port) or says what to write; it writes nothing.
Sources: wp-api-v3/_orders.md, Update an order. What the reference leaves open, from
class-wc-rest-orders-controller.php and -v2-: a line with quantity 0 is taken out; a line without id is added and priced
by the shop; another quantity does not change the line's amounts, they have to be sent; status "cancelled" puts the
items back into stock (wc-stock-functions.php). Stock follows changed lines from WooCommerce 9.7 on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal

from bot.errors import ShopRefused
from bot.shop.order_rules import refuse_cancel, refuse_change, refuse_return
from bot.shop.port import Address, LineChange, Order, ReturnCase, ReturnWish
from bot.shop.staff_notes import name_author
from bot.shop.woocommerce.client import Call, Json
from bot.shop.woocommerce.effects import build_case, list_cases
from bot.shop.woocommerce.goods import can_send, find_goods, find_line_goods
from bot.shop.woocommerce.reading import is_known_status

QUANTITY_MAX = 20
_PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class Plan:
    """`body`: fields of the order to change. `outcome`: what is remembered of it. `note`: for the staff."""

    body: Json
    note: str
    outcome: Json = field(default_factory=dict)


def plan_cancel(raw: Json, order: Order, by: str = "") -> Plan:
    """Refused: sent, cancelled."""
    refuse_cancel(order)
    _refuse_unknown(raw)
    paid = order.total - order.refunded if order.paid_at else Decimal(0)
    return Plan({"status": "cancelled"}, f"Cancelled by {name_author(by)}.", {"paid": str(paid)})


def plan_address(raw: Json, order: Order, address: Address) -> Plan:
    """Refused: packed, sent, cancelled."""
    refuse_change(order)
    before = order.address
    if address.recipient == before.recipient and raw["shipping"].get("address_1"):
        name = {key: raw["shipping"].get(key, "") for key in ("first_name", "last_name")}
    else:
        name = {"first_name": address.recipient, "last_name": ""}
    shipping = {
        **name,
        "address_1": address.street,
        "address_2": "",
        "city": address.city,
        "postcode": address.zip_code,
        "state": address.province,
        "country": address.country_code,
    }
    was = ", ".join(filter(None, (before.street, before.city, before.zip_code)))
    return Plan({"shipping": shipping}, f"Address changed by the customer in the chat. It was: {was}", _total(order))


def plan_items(call: Call, raw: Json, order: Order, changes: Sequence[LineChange]) -> Plan:
    """Refused: packed, sent, cancelled, out_of_stock, last_item; no_line."""
    refuse_change(order)
    rows = {row["id"]: row for row in raw["line_items"]}
    items: list[Json] = []
    done: list[str] = []
    left = len(rows)
    for change in changes:
        row = rows.get(change.position)
        if row is None:
            raise ShopRefused("no_line")
        quantity = row["quantity"] if change.quantity is None else min(change.quantity, QUANTITY_MAX)
        if quantity <= 0:
            left -= 1
            if not left:
                raise ShopRefused("last_item")
            items.append({"id": row["id"], "quantity": 0})
            done.append(f"{row['name']} taken out")
        elif change.sku and change.sku != row.get("sku"):
            items += _swap(call, row, change.sku, quantity)
            done.append(f"{row['name']} became {quantity} x {change.sku}")
        else:
            items.append(_recount(call, row, quantity))
            done.append(f"{row['name']}: {row['quantity']} became {quantity}")
    note = f"Items changed by the customer in the chat: {'; '.join(done)}. The total was {order.total}."
    return Plan({"line_items": items}, note, _total(order))


def plan_return(call: Call, raw: Json, order: Order, wish: ReturnWish, by: str = "") -> Plan:
    """Refused: not_delivered, already_returned, out_of_stock; no_line. WooCommerce knows no returns: kept by us."""
    cases = list_cases(raw)
    if any(case.position == wish.position for case in cases):
        raise ShopRefused("already_returned")
    # What was noted here is no hindrance, but what the shop itself took back is.
    refuse_return(replace(order, return_status="") if cases else order, False)
    places = [line.position for line in order.lines]
    if wish.position not in places:
        raise ShopRefused("no_line")
    if wish.way == "exchange" and not can_send(find_goods(call, wish.exchange_sku), 1):
        raise ShopRefused("out_of_stock")
    digits = "".join(char for char in order.name if char.isdigit())
    # Numbered by the line's place, not by a count: two at once never get the same number.
    number = f"RET-{digits}-{places.index(wish.position) + 1}"
    case = ReturnCase(number, wish.position, wish.reason, wish.way, handover=wish.handover)
    kept = {"refund_to": wish.refund_to, "exchange_sku": wish.exchange_sku}
    line = order.lines[places.index(wish.position)]
    note = (
        f"Return {number} noted by {name_author(by)}: {line.quantity} x {line.name} ({line.sku}); "
        f"reason {wish.reason}, way {wish.way} {wish.exchange_sku}, handover {wish.handover}, "
        f"refund to {wish.refund_to or 'none'}."
    )
    return Plan({"meta_data": [build_case(case, kept)]}, note, {"case": asdict(case)})


def _recount(call: Call, row: Json, quantity: int) -> Json:
    more = quantity - row["quantity"]
    if more > 0 and not can_send(find_line_goods(call, row), more):
        raise ShopRefused("out_of_stock")
    return {"id": row["id"], "quantity": quantity, **{name: _scale(row, name, quantity) for name in _AMOUNTS}}


_AMOUNTS = ("subtotal", "total")


def _scale(row: Json, name: str, quantity: int) -> str:
    return str((Decimal(row[name]) / row["quantity"] * quantity).quantize(_PLACES))


def _swap(call: Call, row: Json, sku: str, quantity: int) -> list[Json]:
    """Takes the line out and adds another: only for added lines does the shop find price and tax itself."""
    goods = find_goods(call, sku)
    if goods is None or not can_send(goods, quantity):
        raise ShopRefused("out_of_stock")
    parent = goods.get("parent_id") or 0
    added = {"product_id": parent or goods["id"], "variation_id": goods["id"] if parent else 0, "quantity": quantity}
    return [{"id": row["id"], "quantity": 0}, added]


def _total(order: Order) -> Json:
    return {"total_before": str(order.total)}


def _refuse_unknown(raw: Json) -> None:
    """An order in a status of the shop's own may have left: a person looks."""
    if not is_known_status(raw):
        raise ShopRefused("unknown_status")
