"""What an order skill may ask of a shop, whichever shop it is: the embedded one (`embedded`) or a foreign one.

Frozen values only; no database here. `bot.shop.shops.open_shop` gives the shop that the settings name. Actions reach
orders through this and through `identity`, which decides whose they are: nothing here asks who wants to know.

Every call may raise ShopUnavailable (down, slow, or not understood; repeating helps) and answers within SHOP_TIMEOUT_S.
What changes something takes a `key`: the same key again changes nothing more and has the same outcome, also after
a crash in between. It raises ShopRefused where the shop's own rules say no (`code` tells which).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

# How long one call may take before it is ShopUnavailable. A turn has 12 s and may call twice.
SHOP_TIMEOUT_S = 3.0


@dataclass(frozen=True)
class Line:
    """One item of an order, as named and priced on the day of the order.

    `position` names the line within the order and never changes. `product` is the handle of the catalogue's product and
    empty where it is not known there; `names` and `options` are then empty too.
    """

    position: int
    name: str
    quantity: int
    price: Decimal
    sku: str = ""
    sent: bool = False
    product: str = ""
    names: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parcel:
    """What a courier, or the pick-up counter, has. `status`: in_transit, out_for_delivery, attempted_delivery, delayed,
    ready_for_pickup, delivered, or empty (sent, no more is known)."""

    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    status: str = ""
    delivered_at: datetime | None = None


@dataclass(frozen=True)
class Address:
    """Where an order goes."""

    recipient: str = ""
    street: str = ""
    city: str = ""
    zip_code: str = ""
    province: str = ""
    country_code: str = ""


@dataclass(frozen=True)
class Order:
    """One order. Amounts in `currency`; e-mail in lower case, phone as E.164 (`phones.parse_email`, `parse_phone`).

    financial_status: pending, paid, partially_refunded, refunded, voided (payment failed). fulfillment_status:
    unfulfilled, partial, fulfilled. return_status: empty, return_requested, return_in_progress, returned.
    payment_method holds "cash" where the courier collects. tags that count: payment-failed, investigation, packed,
    abroad.
    notes: the staff's; facts are read from them (`staff_notes`), they are never quoted.
    """

    name: str
    placed_at: datetime
    total: Decimal
    lines: tuple[Line, ...]
    email: str = ""
    phone: str = ""
    currency: str = "INR"
    subtotal: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    taxes: Decimal = Decimal(0)
    discount_code: str = ""
    discount_amount: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    outstanding: Decimal = Decimal(0)
    financial_status: str = ""
    fulfillment_status: str = "unfulfilled"
    return_status: str = ""
    payment_method: str = ""
    shipping_method: str = ""
    paid_at: datetime | None = None
    sent_at: datetime | None = None
    cancelled_at: datetime | None = None
    estimated_delivery: date | None = None
    address: Address = field(default_factory=Address)
    notes: str = ""
    tags: tuple[str, ...] = ()
    parcels: tuple[Parcel, ...] = ()

    @property
    def country_code(self) -> str:
        """Country it goes to, two letters."""
        return self.address.country_code


@dataclass(frozen=True)
class Variant:
    """One size and colour of a product that an item may be exchanged for."""

    sku: str
    options: tuple[str, ...]
    price: Decimal
    available: bool


@dataclass(frozen=True)
class LineChange:
    """What shall become of one line: another quantity (0 takes it out), or another size or colour (`sku`)."""

    position: int
    quantity: int | None = None
    sku: str = ""


@dataclass(frozen=True)
class ReturnWish:
    """One item to be sent back.

    reason: size, disliked, damaged, defective, wrong_item, other. way: refund, exchange (then `exchange_sku`),
    replacement. handover: pickup, post, store. refund_to: same (as it was paid), points, bank; empty without refund.
    """

    position: int
    reason: str
    way: str
    handover: str = "pickup"
    refund_to: str = ""
    exchange_sku: str = ""


@dataclass(frozen=True)
class ReturnCase:
    """A return that the shop has noted. `number` is what the customer quotes."""

    number: str
    position: int
    reason: str
    way: str
    state: str = "requested"
    handover: str = "pickup"


@dataclass(frozen=True)
class Changed:
    """What a change led to. `difference`: what is still to be paid (above zero) or goes back (below)."""

    order: Order
    difference: Decimal = Decimal(0)


@dataclass(frozen=True)
class Invoice:
    """The facts of an invoice; the paper is made from them and the order. `pdf`: the shop's own, if it has one."""

    number: str
    issued_on: date
    pdf: bytes | None = None


class Shop(Protocol):
    """A shop's orders. Implementations are made once a process and may be called from several threads.

    `by` names the agent who makes a change, for the shop's own records; empty: the customer does, in the chat.
    """

    def check(self) -> None:
        """Asks the shop for something small, for `/readyz`. Raises ShopUnavailable."""
        ...

    def find_order(self, number: str) -> Order | None:
        """The order with that number however it is written: TT-10432, tt 10432, #10432, 10432."""
        ...

    def list_orders(self, email: str, phone: str) -> Sequence[Order]:
        """The orders of this e-mail or phone (either may be empty), newest first, at most 50."""
        ...

    def list_variants(self, line: Line) -> Sequence[Variant]:
        """All sizes and colours of the line's product, its own among them; empty if it is no longer sold."""
        ...

    def cancel_order(self, number: str, *, key: str, by: str = "") -> Changed:
        """Cancels it and starts the refund of what was paid. Refused: sent, cancelled."""
        ...

    def change_address(self, number: str, address: Address, *, key: str) -> Changed:
        """Sends it elsewhere. Refused: packed, sent, cancelled."""
        ...

    def change_items(self, number: str, changes: Sequence[LineChange], *, key: str) -> Changed:
        """Changes lines that are there. Refused: packed, sent, cancelled, out_of_stock, last_item."""
        ...

    def request_return(self, number: str, wish: ReturnWish, *, key: str, by: str = "") -> ReturnCase:
        """Notes a return. Refused: not_delivered, already_returned, out_of_stock."""
        ...

    def list_returns(self, number: str) -> Sequence[ReturnCase]:
        """The returns noted for this order, oldest first."""
        ...

    def find_invoice(self, number: str) -> Invoice | None:
        """The invoice; None as long as there is none (it is made when the order is sent)."""
        ...
