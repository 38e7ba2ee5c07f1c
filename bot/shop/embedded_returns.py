"""Returns in the embedded shop. Inside the caller's transaction."""

from __future__ import annotations

from typing import Any

from bot.errors import ShopRefused
from bot.shop.clock import now
from bot.shop.embedded_rows import read_order
from bot.shop.models import NotedReturn, Order, Variant
from bot.shop.order_rules import refuse_return
from bot.shop.port import ReturnCase, ReturnWish


def note_return(row: Order, wish: ReturnWish) -> dict[str, Any]:
    """Notes it and says its number. Raises ShopRefused: not_delivered, already_returned, out_of_stock."""
    noted = list(row.returns.all())
    if any(one.position == wish.position for one in noted):
        raise ShopRefused("already_returned")
    refuse_return(read_order(row), bool(noted))
    if wish.way == "exchange" and not _can_send(wish.exchange_sku):
        raise ShopRefused("out_of_stock")
    case = NotedReturn.objects.create(
        number=f"RET-{row.digits}-{len(noted) + 1}",
        order=row,
        position=wish.position,
        reason=wish.reason,
        way=wish.way,
        exchange_sku=wish.exchange_sku,
        handover=wish.handover,
        refund_to=wish.refund_to,
        noted_at=now(),
    )
    row.return_status = row.return_status or "return_requested"
    row.save(update_fields=["return_status"])
    return vars(_read(case))


def list_returns(row: Order) -> list[ReturnCase]:
    """Oldest first."""
    return [_read(one) for one in row.returns.all()]


def _read(row: NotedReturn) -> ReturnCase:
    return ReturnCase(row.number, row.position, row.reason, row.way, row.state, row.handover)


def _can_send(sku: str) -> bool:
    variant = Variant.objects.filter(sku=sku).first() if sku else None
    return variant is not None and variant.available
