"""The demo shop in the test database, fast: imported once a run, afterwards written by the same statements again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from bot.shop.commands import import_shop
from bot.shop.models import Customer, Order, OrderLine, Parcel, Product, ProductName, Variant

STORE = Path(__file__).resolve().parents[1] / "demo" / "store"
_KINDS: tuple[type[models.Model], ...] = (Product, Variant, ProductName, Customer, Order, OrderLine, Parcel)
_INSERTS: list[tuple[str, Any]] = []


def load_demo_shop() -> None:
    """Fills the empty database with the demo shop."""
    if not _INSERTS:
        _import()
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, values in _INSERTS:
            cursor.execute(statement, values)
            if cursor.description:
                cursor.fetchall()


def _import() -> None:
    """Imports the files as an operator does, then writes the same rows a second time to learn how that is said."""
    with transaction.atomic():
        import_shop(STORE / "products.csv", STORE / "orders.csv", STORE / "customers.csv", STORE / "product_names.csv")
        rows = {kind: list(kind._default_manager.all()) for kind in _KINDS}
        transaction.set_rollback(True)
    with transaction.atomic(), connection.execute_wrapper(_note):
        for kind, found in rows.items():
            kind._default_manager.bulk_create(found)


def _note(execute: Callable[..., Any], statement: str, values: Any, many: bool, context: dict[str, Any]) -> Any:
    if statement.startswith("INSERT"):
        _INSERTS.append((statement, values))
    return execute(statement, values, many, context)
