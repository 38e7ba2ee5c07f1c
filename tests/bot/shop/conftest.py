"""The demo shop for tests that read it, and its files for tests that spoil them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import Secret, config
from bot.shop.woocommerce.shop import WooShop
from tests.fakes.running import Running, run_aside
from tests.fakes.woo_demo import build_state
from tests.fakes.woo_server import KEY, SECRET, FakeWoo
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


@pytest.fixture
def woo(demo_shop: None) -> Iterator[Running[FakeWoo]]:
    """The demo shop as a WooCommerce that answers over real HTTP and does what a test tells it."""
    with run_aside(FakeWoo(build_state())) as running:
        yield running


@pytest.fixture
def open_woo(woo: Running[FakeWoo]) -> Iterator[Callable[..., WooShop]]:
    """Makes the shop that talks to `woo`; settings by name, and its time limit."""
    made: list[WooShop] = []

    def make(timeout_s: float = 3.0, **settings: object) -> WooShop:
        named = {"woocommerce_url": woo.url, "woocommerce_key": Secret(KEY), "woocommerce_secret": Secret(SECRET)}
        made.append(WooShop(replace(config(), **{**named, **settings}), timeout_s=timeout_s))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for shop in made:
        shop.close()
