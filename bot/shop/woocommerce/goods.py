"""Products, variations and their stock in WooCommerce, and what our own catalogue knows of them by SKU.

Sources: wp-api-v3/_products.md and _product-variations.md; that `sku` also finds variations, with `parent_id`, is in
class-wc-rest-products-controller.php (prepare_objects_query).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bot.shop.models import Variant as KnownVariant
from bot.shop.port import Variant
from bot.shop.woocommerce.client import Call, Json
from bot.shop.woocommerce.errors import WooBroken, WooMissing

VARIATION_PAGES_MAX = 2


def find_goods(call: Call, sku: str) -> Json | None:
    """The product or variation with that SKU; None if there is none."""
    rows = call.get_list("products", sku=sku) if sku else []
    return next((row for row in rows if row.get("sku") == sku), None)


def find_line_goods(call: Call, line: Json) -> Json | None:
    """What an order's line was of, as it is sold now; None if it has gone."""
    path = f"products/{line['product_id']}"
    try:
        return call.get(f"{path}/variations/{line['variation_id']}" if line.get("variation_id") else path)
    except WooMissing:
        return None


def list_choices(call: Call, sku: str) -> list[Variant]:
    """All sizes and colours of the product that has this SKU among them; empty if it is not on sale."""
    goods = find_goods(call, sku)
    if goods is None:
        return []
    if not goods.get("parent_id"):
        return [_read_variant(goods)] if _is_sold(goods) else []
    parent = f"products/{goods['parent_id']}"
    try:
        if not _is_sold(call.get(parent)):
            return []
        rows = call.get_pages(f"{parent}/variations", VARIATION_PAGES_MAX)
    except WooMissing:
        return []
    return [_read_variant(row) for row in sorted(rows, key=lambda row: row.get("menu_order", 0)) if _is_sold(row)]


def can_send(goods: Json | None, quantity: int) -> bool:
    """Whether so many of it can be ordered now. `stock_quantity` is null where nobody counts."""
    if goods is None or goods.get("stock_status") == "outofstock":
        return False
    counted = goods.get("stock_quantity")
    return not isinstance(counted, int) or counted >= quantity or bool(goods.get("backorders_allowed"))


def known_variants(skus: Iterable[str]) -> dict[str, KnownVariant]:
    """Our catalogue's variants by SKU, with product and names; what it does not know is missing."""
    rows = KnownVariant.objects.filter(sku__in=[sku for sku in skus if sku])
    return {row.sku: row for row in rows.select_related("product").prefetch_related("product__names")}


def _is_sold(goods: Json) -> bool:
    return goods.get("status") == "publish" and bool(goods.get("purchasable", True))


def _read_variant(goods: Json) -> Variant:
    attributes = goods.get("attributes") or []
    # A simple product lists all `options` of an attribute; only a variation has chosen one.
    chosen = tuple(str(one["option"]) for one in attributes if one.get("option"))
    try:
        return Variant(str(goods["sku"]), chosen, Decimal(goods["price"] or 0), can_send(goods, 1))
    except (KeyError, TypeError, ArithmeticError) as error:
        raise WooBroken("a product's shape") from error
