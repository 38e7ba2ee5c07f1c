"""The demo shop for tests that read it, and its files for tests that spoil them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shop_files import STORE, change
from tests.shop_rows import load_demo_shop


@pytest.fixture
def demo_shop(db: None) -> None:
    """The demo shop's products and orders."""
    load_demo_shop()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the demo files that a test may spoil."""
    for path in STORE.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.fixture
def small_shop(shop: Path) -> Path:
    """The first two products, three orders and three customers: enough for what one bad cell does."""
    for name, lines in {"products": 10, "orders": 5, "customers": 4, "product_names": 5}.items():
        change(shop / f"{name}.csv", lambda rows, keep=lines: rows[:keep])  # type: ignore[misc]
    return shop
