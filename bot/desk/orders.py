"""The orders that a customer has proved to be theirs, asked of the shop wherever it lives, in the agent's words."""

from __future__ import annotations

import time
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils import timezone

from bot.config import config
from bot.conversations.models import Conversation
from bot.errors import ShopUnavailable
from bot.language.formats import day, money
from bot.language.texts import has_text, say
from bot.shop.port import Order, Parcel
from bot.shop.proofs import VerifiedOrder
from bot.shop.shops import open_shop

# The open conversation is drawn anew with every message: what a slow shop has said is taken again for a while.
SLOW_S, KEPT_S = 0.05, 15.0
_KEPT_MAX = 500
_kept: dict[str, tuple[float, Order | None]] = {}


@dataclass(frozen=True, slots=True)
class OrderShown:
    """An order that the customer has proved to be theirs. `away`: the shop does not tell more now."""

    name: str
    total: str = ""
    placed: str = ""
    status: str = ""
    expected: str = ""
    lines: tuple[str, ...] = ()
    parcels: tuple[str, ...] = ()
    away: bool = False


def build_orders(conversation: Conversation, language: str) -> list[OrderShown]:
    """The orders this conversation has confirmed and may still speak of."""
    verified = VerifiedOrder.objects.filter(conversation=str(conversation.pk), until__gt=timezone.now())
    names = list(dict.fromkeys(verified.order_by("pk").values_list("order", flat=True)))
    shown: list[OrderShown] = []
    for name in names:
        try:
            order = _find(name)
        except ShopUnavailable:
            # The others would only make the agent wait for the same silence.
            return [*shown, *(OrderShown(one, away=True) for one in names[len(shown) :])]
        shown.append(_build(order, language) if order else OrderShown(name))
    return shown


def _find(name: str) -> Order | None:
    began = time.monotonic()
    kept = _kept.get(name)
    if kept and began - kept[0] < KEPT_S:
        return kept[1]
    order = open_shop().find_order(name)
    _kept.pop(name, None)
    if time.monotonic() - began > SLOW_S:
        if len(_kept) >= _KEPT_MAX:
            _kept.clear()
        _kept[name] = (time.monotonic(), order)
    return order


def _build(order: Order, language: str) -> OrderShown:
    placed = timezone.localtime(order.placed_at, ZoneInfo(config().shop_timezone))
    cancelled = "cancelled" if order.cancelled_at else ""
    states = (cancelled, order.financial_status, order.fulfillment_status, order.return_status)
    return OrderShown(
        name=order.name,
        total=money(order.total, language),
        placed=day(placed.date(), language),
        status=" · ".join(_word(state, language) for state in states if state),
        expected=day(order.estimated_delivery, language) if order.estimated_delivery else "",
        lines=tuple(f"{line.quantity} × {line.names.get(language, line.name)}" for line in order.lines),
        parcels=tuple(_tell(parcel, language) for parcel in order.parcels),
    )


def _tell(parcel: Parcel, language: str) -> str:
    parts = (parcel.carrier, parcel.tracking_number, _word(parcel.status, language))
    return " · ".join(part for part in parts if part)


def _word(state: str, language: str) -> str:
    """The state in the agent's words; a state that only this shop has as it is."""
    key = f"desk.order_state.{state}"
    return say(key, language) if state and has_text(key, language) else state.replace("_", " ")
