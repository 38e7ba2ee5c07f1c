"""The demo shop's files as a test may spoil them: copies, imported and edited cell by cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from bot.shop.commands import import_shop
from bot.shop.report import ImportReport

STORE = Path(__file__).resolve().parents[1] / "demo" / "store"


def take(folder: Path) -> ImportReport:
    return import_shop(
        folder / "products.csv", folder / "orders.csv", folder / "customers.csv", folder / "product_names.csv"
    )


def change(path: Path, edit: Callable[[list[list[str]]], list[list[str]]]) -> None:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    out = io.StringIO()
    csv.writer(out).writerows(edit(rows))
    path.write_text(out.getvalue(), encoding="utf-8")


def set_cell(path: Path, line: int, column: str, value: str) -> None:
    def edit(rows: list[list[str]]) -> list[list[str]]:
        rows[line - 1][rows[0].index(column)] = value
        return rows

    change(path, edit)
