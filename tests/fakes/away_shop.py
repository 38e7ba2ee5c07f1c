"""A shop whose orders cannot be reached: SHOP=tests.fakes.away_shop:AwayShop in tests of ours.

In a system of its own: SHOP=away_shop:AwayShop with tests/fakes on PYTHONPATH, because importing `tests` sets another
database.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from bot.errors import ShopUnavailable


class AwayShop:
    """Whatever is asked, nobody answers."""

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        def away(*args: Any, **kwargs: Any) -> NoReturn:
            raise ShopUnavailable(name)

        return away
