"""Shopify's order export into orders, lines and parcels; delivery columns of the demo data are optional."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.shop.csv_rows import CellError, Row, RowProblem, read_rows
from bot.shop.groups import RowError, build_drafts, read_row
from bot.shop.models import Customer, Order, OrderLine, Parcel, Variant
from bot.shop.phones import parse_email, parse_phone
from bot.shop.record import record_one
from bot.shop.report import ImportReport

NEEDED = ("Name", "Email", "Total", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price")
OTHER_NAMES = {"shipping address1": "Shipping Address1"}
_ZERO = Decimal("0.00")


@dataclass(frozen=True)
class LineDraft:
    """One line item as the file has it."""

    name: str
    sku: str
    quantity: int
    price: Decimal
    compare_at_price: Decimal | None
    sent: bool


@dataclass(frozen=True)
class OrderDraft:
    """One order as the file has it: values of `Order`, its lines, and values of its parcel if anything was sent."""

    name: str
    values: dict[str, Any]
    lines: list[LineDraft]
    parcel: dict[str, Any] | None


def number_key(name: str) -> str:
    """Letters and digits of an order's name, upper-case: the form in which numbers are compared."""
    return re.sub(r"[^0-9A-Z]", "", name.upper())


def parse_orders(path: Path) -> tuple[list[OrderDraft], list[RowProblem]]:
    """The orders of the file and the rows that cannot be taken. Raises ImportRefused if the file is of no use."""
    return build_drafts(path.name, read_rows(path, NEEDED, OTHER_NAMES), "Name", _build_order)


def record_order(draft: OrderDraft, variants: dict[str, Variant], report: ImportReport) -> None:
    """Stores the order with exactly the lines and parcel of the draft. In the import's transaction; safe to repeat."""
    customer = _find_customer(draft.values["email"], draft.values["phone"])
    order, outcome = record_one(Order, {"name": draft.name}, {**draft.values, "customer": customer})
    outcomes = {outcome}
    for position, line in enumerate(draft.lines, start=1):
        values = {**vars(line), "variant": variants.get(line.sku)}
        outcomes.add(record_one(OrderLine, {"order": order, "position": position}, values)[1])
    gone, _ = order.lines.filter(position__gt=len(draft.lines)).delete()
    if draft.parcel is None:
        gone += order.parcels.all().delete()[0]
    else:
        outcomes.add(record_one(Parcel, {"order": order, "position": 1}, draft.parcel)[1])
    changed = gone or outcomes != {"same"}
    report.orders.add("new" if outcome == "new" else "changed" if changed else "same")


def _find_customer(email: str, phone: str) -> Customer | None:
    if email:
        return Customer.objects.filter(email=email).first()
    return Customer.objects.filter(phone=phone).first() if phone else None


def _build_order(rows: list[Row]) -> OrderDraft:
    first = next((row for row in rows if row.cells.get("Total")), rows[0])
    if first is not rows[0]:
        raise RowError(rows[0].line, "Total", "is empty on the first row of the order")
    lines: list[LineDraft] = []
    seen: dict[tuple[str, ...], int] = {}
    twice: RowError | None = None
    for row in rows:
        whole = tuple(row.cells.values())
        if row is not first and row.cells.get("Total"):
            raise RowError(row.line, "Total", f"the order is already in line {first.line}")
        if whole in seen:
            twice = RowError(row.line, "Lineitem name", f"the same row as line {seen[whole]}")
        seen[whole] = row.line
        lines.append(read_row(row, _build_line))
    draft = read_row(first, lambda row: OrderDraft(row.needed("Name", 64), _order_values(row), lines, _parcel(row)))
    # A customer may really have bought the same thing in two lines; then the money agrees.
    worth = sum(line.price * line.quantity for line in lines) - draft.values["discount_amount"]
    if twice and worth != draft.values["subtotal"]:
        raise twice
    return draft


def _build_line(row: Row) -> LineDraft:
    return LineDraft(
        name=row.needed("Lineitem name", 500),
        sku=row.text("Lineitem sku").lstrip("'"),
        quantity=row.count("Lineitem quantity", at_least=1),
        price=row.amount("Lineitem price"),
        compare_at_price=row.optional_amount("Lineitem compare at price"),
        sent=row.text("Lineitem fulfillment status").casefold() == "fulfilled",
    )


def _order_values(row: Row) -> dict[str, Any]:
    name = row.needed("Name", 64)
    placed_at = row.moment("Created at")
    if placed_at is None:
        raise CellError("Created at", "is empty")
    if not number_key(name):
        raise CellError("Name", f"{name!r} has neither letters nor digits")
    return {
        "number_key": number_key(name), "digits": re.sub(r"\D", "", name),
        "external_id": row.text("Id", 64), "placed_at": placed_at, **_contact(row),
        **_money(row), "financial_status": row.text("Financial Status", 32).lower(),
        "fulfillment_status": row.text("Fulfillment Status", 32).lower() or "unfulfilled",
        "return_status": row.text("Return Status", 32), "payment_method": row.text("Payment Method"),
        "shipping_method": row.text("Shipping Method"), "paid_at": row.moment("Paid at"),
        "sent_at": row.moment("Fulfilled at"), "cancelled_at": row.moment("Cancelled at"),
        "estimated_delivery": row.day("Estimated Delivery"), "notes": row.text("Notes", 20_000),
        "tags": row.words("Tags"),
    }  # fmt: skip


def _money(row: Row) -> dict[str, Any]:
    total = row.amount("Total")
    return {
        "currency": row.text("Currency", 3) or "INR", "total": total, "subtotal": row.amount("Subtotal", total),
        "shipping": row.amount("Shipping", _ZERO), "taxes": row.amount("Taxes", _ZERO),
        "discount_code": row.text("Discount Code"), "discount_amount": row.amount("Discount Amount", _ZERO),
        "refunded": row.amount("Refunded Amount", _ZERO), "outstanding": row.amount("Outstanding Balance", _ZERO),
    }  # fmt: skip


def _contact(row: Row) -> dict[str, Any]:
    raw_email = row.text("Email", 254)
    email = parse_email(raw_email)
    if raw_email and not email:
        raise CellError("Email", "is not an e-mail address")
    country = row.country("Shipping Country")
    # A number without a country code is one of the country that the parcel goes to.
    numbers = [row.text("Phone"), row.text("Shipping Phone"), row.text("Billing Phone")]
    phone = next((parsed for raw in numbers if (parsed := parse_phone(raw, country or "IN"))), "")
    # An odd number beside a good e-mail is no reason to lose the order; without either nobody could ever look it up.
    if any(numbers) and not phone and not email:
        raise CellError("Phone", "is not a telephone number")
    return {
        "email": email, "phone": phone, "recipient": row.text("Shipping Name"),
        "street": row.text("Shipping Street", 500), "city": row.text("Shipping City"),
        "zip_code": row.text("Shipping Zip", 32).lstrip("'"), "province": row.text("Shipping Province", 64),
        "country_code": country,
    }  # fmt: skip


def _parcel(row: Row) -> dict[str, Any] | None:
    values = {
        "carrier": row.text("Tracking Company"), "tracking_number": row.text("Tracking Number"),
        "status": row.text("Shipment Status", 32), "delivered_at": row.moment("Delivered at"),
    }  # fmt: skip
    return values if any(values.values()) else None
