"""The embedded shop: orders in our own database, as imported and as changed here on customers' wishes.

The default implementation of `bot.shop.port.Shop`. What a change leads to is kept under its key in the same
transaction (`ShopEffect`), so the same wish written twice changes once. Rules are those of knowledge/policy.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from bot.errors import ShopRefused, ShopUnavailable
from bot.shop import embedded_returns
from bot.shop.clock import now, shop_day
from bot.shop.embedded_lines import apply_change, total_up
from bot.shop.embedded_rows import ORDERS, find_row, read_order, read_variants
from bot.shop.models import Order as Row
from bot.shop.models import ShopEffect, Variant
from bot.shop.models import Variant as VariantRow
from bot.shop.order_rules import refuse_cancel, refuse_change
from bot.shop.port import Address, Changed, Invoice, Line, LineChange, Order, ReturnCase, ReturnWish
from bot.shop.port import Variant as Choice
from bot.shop.staff_notes import name_author

LIST_MAX = 50
Effect = Callable[[Row], dict[str, Any]]


class EmbeddedShop:
    """Keeps nothing between calls; a database that is away is a shop that is away."""

    def check(self) -> None:
        """See `Shop.check`. The database is looked at by itself."""

    def find_order(self, number: str) -> Order | None:
        """See `Shop.find_order`."""
        try:
            row = find_row(number)
            return read_order(row) if row else None
        except DatabaseError as error:
            raise ShopUnavailable("database") from error

    def list_orders(self, email: str, phone: str) -> Sequence[Order]:
        """See `Shop.list_orders`."""
        who = (Q(email=email) if email else Q(pk__in=())) | (Q(phone=phone) if phone else Q(pk__in=()))
        try:
            return [read_order(row) for row in ORDERS.filter(who).order_by("-placed_at")[:LIST_MAX]]
        except DatabaseError as error:
            raise ShopUnavailable("database") from error

    def list_variants(self, line: Line) -> Sequence[Choice]:
        """See `Shop.list_variants`."""
        rows = VariantRow.objects.filter(product__handle=line.product, product__on_sale=True).order_by("position")
        return read_variants(rows) if line.product else []

    def cancel_order(self, number: str, *, key: str, by: str = "") -> Changed:
        """See `Shop.cancel_order`. What was paid is noted as refunded; an agent's payment page does the paying."""

        def cancel(row: Row) -> dict[str, Any]:
            refuse_cancel(read_order(row))
            paid = row.total - row.outstanding if row.paid_at else Decimal(0)
            row.cancelled_at, row.outstanding = now(), Decimal(0)
            if paid:
                row.refunded, row.financial_status = row.refunded + paid, "refunded"
                _note(row, f"Cancelled by {name_author(by)}, refunded {shop_day(now())}")
            else:
                row.financial_status = "voided"
                _note(row, f"Cancelled by {name_author(by)}, no money taken")
            _restock(row)
            row.save()
            return {"difference": str(-paid)}

        return self._change(number, "cancel", key, cancel)

    def change_address(self, number: str, address: Address, *, key: str) -> Changed:
        """See `Shop.change_address`."""

        def change(row: Row) -> dict[str, Any]:
            refuse_change(read_order(row))
            for name, value in vars(address).items():
                setattr(row, name, value)
            _note(row, "Address changed by the customer in the chat")
            row.save()
            return {"difference": "0"}

        return self._change(number, "address", key, change)

    def change_items(self, number: str, changes: Sequence[LineChange], *, key: str) -> Changed:
        """See `Shop.change_items`. Shipping stays as it was when the order was placed."""

        def change(row: Row) -> dict[str, Any]:
            refuse_change(read_order(row))
            before = row.total
            for one in changes:
                apply_change(row, one)
            total_up(row)
            if row.paid_at is None:
                row.outstanding = row.total if row.outstanding else row.outstanding
            _note(row, "Items changed by the customer in the chat")
            row.save()
            return {"difference": str(row.total - before)}

        return self._change(number, "items", key, change)

    def request_return(self, number: str, wish: ReturnWish, *, key: str, by: str = "") -> ReturnCase:
        """See `Shop.request_return`."""

        def note(row: Row) -> dict[str, Any]:
            outcome = embedded_returns.note_return(row, wish)
            if by:
                _note(row, f"Return {outcome['number']} noted by {name_author(by)}")
                row.save(update_fields=["notes"])
            return outcome

        return ReturnCase(**self._once(number, "return", key, note))

    def list_returns(self, number: str) -> Sequence[ReturnCase]:
        """See `Shop.list_returns`."""
        row = find_row(number)
        return embedded_returns.list_returns(row) if row else []

    def find_invoice(self, number: str) -> Invoice | None:
        """See `Shop.find_invoice`."""
        row = find_row(number)
        if row is None or row.sent_at is None:
            return None
        return Invoice(f"INV-{row.name}", shop_day(row.sent_at))

    def _change(self, number: str, kind: str, key: str, effect: Effect) -> Changed:
        outcome = self._once(number, kind, key, effect)
        order = self.find_order(number)
        if order is None:
            raise ShopUnavailable("the order has gone")
        return Changed(order, Decimal(outcome["difference"]))

    def _once(self, number: str, kind: str, key: str, effect: Effect) -> dict[str, Any]:
        try:
            with transaction.atomic():
                found = find_row(number)
                if found is None:
                    raise ShopRefused("no_order")
                row = Row.objects.select_for_update().get(pk=found.pk)
                done = ShopEffect.objects.filter(key=key).first()
                if done is None:
                    outcome = effect(row)
                    done = ShopEffect.objects.create(
                        key=key, order=row, kind=kind, outcome=outcome, done_at=timezone.now()
                    )
        except DatabaseError as error:
            raise ShopUnavailable("database") from error
        return dict(done.outcome)


def _restock(row: Row) -> None:
    for line in row.lines.select_related("variant"):
        if line.variant and not line.variant.always_available and not line.sent:
            Variant.objects.filter(pk=line.variant.pk).update(stock=line.variant.stock + line.quantity)


def _note(row: Row, text: str) -> None:
    row.notes = f"{row.notes}\n{text}".strip()
