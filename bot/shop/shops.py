"""Which shop the orders live in, by the setting SHOP: a name of the table, or `module:class` of one's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module

from bot.config import config
from bot.errors import ConfigError
from bot.shop.port import Shop

SHOPS = {"embedded": "bot.shop.embedded:EmbeddedShop", "woocommerce": "bot.shop.woocommerce.shop:WooShop"}


def open_shop() -> Shop:
    """The shop of this process, made once. Raises ConfigError if SHOP names none."""
    return _make(config().shop)


@cache
def _make(name: str) -> Shop:
    return load_class(SHOPS.get(name, name), "SHOP")()


def load_class(address: str, setting: str) -> Callable[[], Shop]:
    """What `module:class` names. Raises ConfigError naming the setting."""
    module, _, attribute = address.partition(":")
    try:
        found: Callable[[], Shop] = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(f"{setting}={address!r} names nothing that can be loaded: {error}") from error
    return found
