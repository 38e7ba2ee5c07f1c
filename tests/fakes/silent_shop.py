"""The demo shop, whose answer to a change gets lost after it was made. Named by its path in the setting `SHOP`."""

from __future__ import annotations

from bot.errors import ShopUnavailable
from bot.shop.embedded import EmbeddedShop
from bot.shop.port import Changed

SILENT_SHOP = f"{__name__}:SilentShop"


class SilentShop(EmbeddedShop):
    """Cancels, and says nothing."""

    def cancel_order(self, number: str, *, key: str, by: str = "") -> Changed:
        super().cancel_order(number, key=key, by=by)
        raise ShopUnavailable("lost")
