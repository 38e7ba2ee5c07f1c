"""The demo shop for tests that read it."""

from __future__ import annotations

import pytest

from tests.shop_rows import load_demo_shop


@pytest.fixture
def demo_shop(db: None) -> None:
    """The demo shop's products and orders."""
    load_demo_shop()
