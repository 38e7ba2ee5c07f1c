"""The demo shop in the test database, fast: imported once a run, afterwards copied row by row."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.db import models

from bot.shop.commands import import_shop
from bot.shop.models import Customer, Order, OrderLine, Parcel, Product, ProductName, Variant

STORE = Path(__file__).resolve().parents[1] / "demo" / "store"
_KINDS: tuple[type[models.Model], ...] = (Product, Variant, ProductName, Customer, Order, OrderLine, Parcel)


def load_demo_shop() -> None:
    """Fills the empty database with the demo shop."""
    if _rows.cache_info().currsize == 0:
        _rows()
        return
    for kind, rows in _rows().items():
        kind._default_manager.bulk_create(rows)


@cache
def _rows() -> dict[type[models.Model], list[models.Model]]:
    import_shop(STORE / "products.csv", STORE / "orders.csv", STORE / "customers.csv", STORE / "product_names.csv")
    return {kind: list(kind._default_manager.all()) for kind in _KINDS}
