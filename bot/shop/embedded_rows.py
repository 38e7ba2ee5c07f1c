"""Reads the embedded shop's rows as the port's values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Q

from bot.language.normalise import normalise
from bot.shop.models import Order as Row
from bot.shop.models import OrderLine
from bot.shop.models import Variant as VariantRow
from bot.shop.port import Address, Line, Order, Parcel, Variant

ORDERS = Row.objects.prefetch_related("lines__variant__product__names", "parcels")
_SAME = (
    "name", "placed_at", "total", "email", "phone", "currency", "subtotal", "shipping", "taxes", "discount_code",
    "discount_amount", "refunded", "outstanding", "financial_status", "fulfillment_status", "return_status",
    "payment_method", "shipping_method", "paid_at", "sent_at", "cancelled_at", "estimated_delivery", "notes",
)  # fmt: skip
_ADDRESS = ("recipient", "street", "city", "zip_code", "province", "country_code")


def find_row(number: str) -> Row | None:
    """The row of the order with that number however it is written.

    The first row of all is read along, so that a number that is not there costs the same queries as one that is.
    """
    key = re.sub(r"[^0-9A-Z]", "", normalise(number).upper())
    wanted = Q(number_key=key) | Q(digits=key) if key.isdigit() else Q(number_key=key)
    first = Row.objects.order_by("pk").values("pk")[:1]
    rows = [row for row in ORDERS.filter(wanted | Q(pk__in=first)) if key and key in (row.number_key, row.digits)]
    return next(iter(sorted(rows, key=lambda row: row.number_key != key)), None)


def read_order(row: Row) -> Order:
    """The order as the port has it."""
    return Order(
        **{name: getattr(row, name) for name in _SAME},
        address=Address(**{name: getattr(row, name) for name in _ADDRESS}),
        tags=tuple(row.tags),
        lines=tuple(_read_line(line) for line in row.lines.all()),
        parcels=tuple(
            Parcel(one.carrier, one.tracking_number, "", one.status, one.delivered_at) for one in row.parcels.all()
        ),
    )


def read_variants(rows: Iterable[VariantRow]) -> list[Variant]:
    """Sizes and colours with price and stock."""
    return [Variant(row.sku, tuple(row.options), row.price, row.available) for row in rows]


def _read_line(row: OrderLine) -> Line:
    line = Line(row.position, row.name, row.quantity, row.price, row.sku, row.sent)
    product = row.variant.product if row.variant else None
    if product is None or row.variant is None:
        return line
    names = {"en": product.title, **{name.language: name.name for name in product.names.all()}}
    return replace(
        line, product=product.handle, names=names, options=tuple(row.variant.options), tags=tuple(product.tags)
    )
