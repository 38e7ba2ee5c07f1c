"""Changes one line of an embedded order and adds up its money anew. Inside the caller's transaction."""

from __future__ import annotations

from decimal import Decimal

from bot.errors import ShopRefused
from bot.shop.models import Order, OrderLine, Variant
from bot.shop.port import LineChange

QUANTITY_MAX = 20
_CENT = Decimal("0.01")


def apply_change(order: Order, change: LineChange) -> None:
    """Another quantity (0 takes the line out), or another size or colour. Raises ShopRefused (port)."""
    line = order.lines.select_related("variant").get(position=change.position)
    quantity = line.quantity if change.quantity is None else min(change.quantity, QUANTITY_MAX)
    if quantity <= 0:
        if order.lines.count() == 1:
            raise ShopRefused("last_item")
        _put_back(line.variant, line.quantity)
        line.delete()
        return
    variant = Variant.objects.filter(sku=change.sku).first() if change.sku else line.variant
    if variant is None and change.sku:
        raise ShopRefused("out_of_stock")
    _put_back(line.variant, line.quantity)
    if variant is not None:
        _take(variant, quantity)
    if change.sku and variant is not None:
        line.variant, line.sku, line.price = variant, variant.sku, variant.price
        line.name = " - ".join(filter(None, [variant.product.title, " / ".join(variant.options)]))
    line.quantity = quantity
    line.save()


def total_up(order: Order) -> None:
    """Subtotal, contained tax and total from the lines; discount and shipping stay as they were."""
    before = order.subtotal
    lines = sum((line.price * line.quantity for line in OrderLine.objects.filter(order=order)), Decimal(0))
    order.subtotal = max(lines - order.discount_amount, Decimal(0))
    if before:
        order.taxes = (order.taxes * order.subtotal / before).quantize(_CENT)
    order.total = order.subtotal + order.shipping


def _take(variant: Variant, quantity: int) -> None:
    variant.refresh_from_db(fields=["stock", "always_available"])
    if variant.always_available:
        return
    if variant.stock < quantity:
        raise ShopRefused("out_of_stock")
    Variant.objects.filter(pk=variant.pk).update(stock=variant.stock - quantity)


def _put_back(variant: Variant | None, quantity: int) -> None:
    if variant is not None and not variant.always_available:
        variant.refresh_from_db(fields=["stock"])
        Variant.objects.filter(pk=variant.pk).update(stock=variant.stock + quantity)
