"""What may still be done with an order, by the shop's rules (knowledge/policy.md: Changing, Cancelling, Returns). Pure.

The `refuse_` functions raise ShopRefused with the reason; the shop and the skill ask the same rules.
"""

from __future__ import annotations

from decimal import Decimal

from bot.errors import ShopRefused
from bot.shop.port import Line, Order

RETURN_FEE = Decimal(69)
UNSENT = "unfulfilled"
# Not returnable unless damaged, defective or wrong (policy, Returns).
NOT_RETURNABLE = frozenset({"innerwear", "nightwear", "nighty", "knife", "earbuds"})
FAULTS = frozenset({"damaged", "defective", "wrong_item"})


def refuse_cancel(order: Order) -> None:
    """Cancelling is free until anything is sent."""
    if order.cancelled_at is not None or order.financial_status == "voided":
        raise ShopRefused("cancelled")
    if order.fulfillment_status != UNSENT or order.return_status:
        raise ShopRefused("sent")


def refuse_change(order: Order) -> None:
    """Address and items until packing starts."""
    refuse_cancel(order)
    if "packed" in order.tags:
        raise ShopRefused("packed")


def refuse_return(order: Order, noted_here: bool) -> None:
    """Only what has arrived. `noted_here`: another item of it is coming back already, which is no hindrance."""
    if order.return_status and not noted_here:
        raise ShopRefused("already_returned")
    if not any(parcel.delivered_at for parcel in order.parcels):
        raise ShopRefused("not_delivered")


def is_returnable(line: Line, reason: str) -> bool:
    """Whether this kind of item may come back for that reason."""
    return reason in FAULTS or not NOT_RETURNABLE & {tag.lower() for tag in line.tags}
