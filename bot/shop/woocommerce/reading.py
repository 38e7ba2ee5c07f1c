"""Reads an order of WooCommerce as the port's. Pure but for the catalogue, which says what an item is called.

What the API lacks is left empty: parcels' whereabouts, estimated delivery, what of a part shipment has left.
Sources: wp-api-v3/_orders.md, Order properties. Statuses beyond the seven of the API are those that Advanced Shipment
Tracking and ParcelPanel register; `_wc_shipment_tracking_items` is where they and Woo's Shipment Tracking keep parcels.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from bot.shop.clock import shop_day
from bot.shop.models import Variant as KnownVariant
from bot.shop.phones import HOME_REGION
from bot.shop.port import Address, Line, Order, Parcel
from bot.shop.woocommerce.client import Json
from bot.shop.woocommerce.effects import cancelled_at, find_meta, list_cases, refunded_by_us
from bot.shop.woocommerce.errors import WooBroken
from bot.shop.woocommerce.finding import read_email, read_phone
from bot.shop.woocommerce.goods import known_variants

_CENT = Decimal("0.01")
_NO_PERSON = frozenset({"system", "woocommerce"})
_TRACKING = "_wc_shipment_tracking_items"


@dataclass(frozen=True)
class _Stand:
    """Where a status puts an order. `parcel`: as in port.Parcel."""

    fulfillment: str = "unfulfilled"
    parcel: str = ""


_OPEN, _OVER = _Stand(), _Stand()
_STANDS = {
    "pending": _OPEN,
    "on-hold": _OPEN,
    "processing": _OPEN,
    "completed": _Stand("fulfilled"),
    "cancelled": _OVER,
    "refunded": _OVER,
    "failed": _OVER,
    "partial-shipped": _Stand("partial"),
    "shipped": _Stand("fulfilled"),
    "ready-pickup": _Stand("fulfilled", "ready_for_pickup"),
    "pickup": _Stand("fulfilled", "delivered"),
    "delivered": _Stand("fulfilled", "delivered"),
}
# Nobody knows how far an order in a shop's own status is: its items are not touched any more.
_UNKNOWN_TAG = "packed"


def is_known_status(order: Json) -> bool:
    """Whether we know what the order's status means."""
    return order.get("status") in _STANDS


def read_order(order: Json, delivered_status: str, notes: str = "") -> Order:
    """The order as the port has it. Raises WooBroken if it has not the API's shape."""
    try:
        return _read(order, delivered_status, notes)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise WooBroken(f"an order's shape: {type(error).__name__} {error}") from error


def read_notes(rows: list[Json]) -> str:
    """What the staff wrote on an order, newest first; what the shop itself or we wrote is left out.

    Source: _order-notes.md; `author` is "system" for what was not typed by a person.
    """
    typed = (str(row.get("note") or "") for row in rows if str(row.get("author")).lower() not in _NO_PERSON)
    return "\n".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).strip() for text in typed)


def read_gross(line: Json, name: str) -> Decimal:
    """An amount of a line, with its tax: the API keeps both apart."""
    return Decimal(line[name]) + Decimal(line[f"{name}_tax"])


def _read(order: Json, delivered_status: str, notes: str) -> Order:
    stand = _find_stand(order, delivered_status)
    total, refunded = _money(order["total"]), _sum_refunds(order)
    paid_at, over = _moment(order, "date_paid"), order["status"] in ("cancelled", "refunded", "failed")
    ended = _moment(order, "date_completed")
    sent = stand.fulfillment == "fulfilled"
    sent_at = (ended or _moment(order, "date_modified")) if sent else None
    returned = order["status"] == "refunded" and ended is not None
    lines = sum((read_gross(line, "total") for line in order["line_items"]), Decimal(0))
    coupons = order.get("coupon_lines") or []
    refund = refunded_by_us(order)
    if refund:
        notes = f"refunded {shop_day(refund)}\n{notes}"
    address = read_address(order)
    return Order(
        name=str(order["number"]), placed_at=_required(_moment(order, "date_created")), total=total,
        lines=_read_lines(order, sent), email=read_email(order), phone=read_phone(order), currency=order["currency"],
        subtotal=lines.quantize(_CENT),
        # Fees (for cash on delivery, for example) have no place of their own: everything beside the items.
        shipping=(total - lines).quantize(_CENT), taxes=_money(order["total_tax"]),
        discount_code=", ".join(str(one["code"]) for one in coupons),
        discount_amount=(Decimal(order["discount_total"]) + Decimal(order["discount_tax"])).quantize(_CENT),
        refunded=refunded, outstanding=Decimal(0) if paid_at or over else total - refunded,
        financial_status=_financial_status(order, total, refunded),
        fulfillment_status="fulfilled" if returned else stand.fulfillment,
        return_status=_return_status(order, returned),
        payment_method=_payment_method(order), shipping_method=_shipping_method(order), paid_at=paid_at,
        sent_at=ended if returned else sent_at, cancelled_at=None if returned else _cancelled_at(order),
        address=address, notes=notes.strip(), tags=tuple(_tags(order, address)),
        parcels=tuple(_read_parcels(order, stand, sent_at)),
    )  # fmt: skip


def read_address(order: Json) -> Address:
    """Where it goes: the shipping address, or the billing address where there is none."""
    place = order["shipping"] if order["shipping"].get("address_1") else order["billing"]
    return Address(
        recipient=_join(" ", place, "first_name", "last_name"),
        street=_join(", ", place, "address_1", "address_2"),
        city=_text(place, "city"),
        zip_code=_text(place, "postcode"),
        province=_text(place, "state"),
        country_code=_text(place, "country"),
    )


def _find_stand(order: Json, delivered_status: str) -> _Stand:
    if order["status"] == delivered_status:
        return _Stand("fulfilled", "delivered")
    return _STANDS.get(order["status"], _OPEN)


def _financial_status(order: Json, total: Decimal, refunded: Decimal) -> str:
    if order["status"] == "refunded" or (refunded and refunded >= total):
        return "refunded"
    if refunded:
        return "partially_refunded"
    if order.get("date_paid_gmt"):
        return "paid"
    return "voided" if order["status"] in ("failed", "cancelled") else "pending"


def _return_status(order: Json, returned: bool) -> str:
    if returned:
        return "returned"
    return "return_requested" if list_cases(order) else ""


def _cancelled_at(order: Json) -> datetime | None:
    if order["status"] not in ("cancelled", "refunded"):
        return None
    return cancelled_at(order) or _moment(order, "date_modified")


def _payment_method(order: Json) -> str:
    """Its title; a title in another language must not hide what the port's readers look for.

    Ids of core's gateways: plugins/woocommerce/includes/gateways (cod, bacs, cheque).
    """
    title, method = _text(order, "payment_method_title"), _text(order, "payment_method")
    if method == "cod" and "cash" not in title.lower():
        return "Cash on delivery"
    if method == "bacs" and not re.search("transfer|deposit", title.lower()):
        return "Bank transfer"
    return title or method


def _shipping_method(order: Json) -> str:
    return ", ".join(html.unescape(_text(one, "method_title")) for one in order.get("shipping_lines") or [])


def _tags(order: Json, address: Address) -> Iterator[str]:
    if not is_known_status(order):
        yield _UNKNOWN_TAG
    if address.country_code not in ("", HOME_REGION):
        yield "abroad"


def _read_lines(order: Json, sent: bool) -> tuple[Line, ...]:
    rows = order["line_items"]
    known = known_variants(_text(row, "sku") for row in rows)
    return tuple(_read_line(row, sent, known.get(_text(row, "sku"))) for row in rows)


def _read_line(row: Json, sent: bool, known: KnownVariant | None) -> Line:
    quantity = int(row["quantity"])
    price = (read_gross(row, "subtotal") / quantity).quantize(_CENT) if quantity else Decimal(0)
    line = Line(row["id"], html.unescape(row["name"]), quantity, price, _text(row, "sku"), sent)
    if known is None:
        return line
    product = known.product
    names = {"en": product.title, **{name.language: name.name for name in product.names.all()}}
    return replace(line, product=product.handle, names=names, options=tuple(known.options), tags=tuple(product.tags))


def _read_parcels(order: Json, stand: _Stand, sent_at: datetime | None) -> Iterator[Parcel]:
    delivered_at = sent_at if stand.parcel == "delivered" else None
    rows = find_meta(order, _TRACKING)
    known = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    for row in known:
        carrier = _text(row, "tracking_provider") or _text(row, "custom_tracking_provider")
        link = _text(row, "custom_tracking_link")
        number = _text(row, "tracking_number")
        yield Parcel(carrier, number, link if link.startswith("https://") else "", stand.parcel, delivered_at)
    if not known and (stand.parcel or stand.fulfillment == "fulfilled"):
        yield Parcel(status=stand.parcel, delivered_at=delivered_at)


def _sum_refunds(order: Json) -> Decimal:
    """Refunds stand in the order with a minus sign (`refunds`: id, reason, total)."""
    return sum((abs(_money(one["total"])) for one in order.get("refunds") or []), Decimal(0))


def _moment(order: Json, name: str) -> datetime | None:
    """A time; the API's `_gmt` fields are UTC without saying so."""
    text = order.get(f"{name}_gmt")
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def _required(moment: datetime | None) -> datetime:
    if moment is None:
        raise ValueError("no date")
    return moment


def _money(text: str) -> Decimal:
    return Decimal(text).quantize(_CENT)


def _join(between: str, place: Json, *names: str) -> str:
    return between.join(filter(None, (_text(place, name) for name in names)))


def _text(place: Json, name: str) -> str:
    return str(place.get(name) or "").strip()
