"""What a product looks like on a page: its name in the page's language, price, saving, stock and choices."""

from __future__ import annotations

from dataclasses import dataclass

from bot.language.formats import money
from bot.shop.models import Product, Variant

FEW = 5


@dataclass(frozen=True, slots=True)
class Tile:
    """One product as pages show it; `stock` is `in_stock`, `few_left` or `sold_out`."""

    handle: str
    name: str
    vendor: str
    price: str
    several_prices: bool
    mrp: str
    saved_percent: int
    stock: str
    count: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One option with its values; those that nobody can order now are marked."""

    name: str
    values: tuple[tuple[str, bool], ...]


def build_tile(product: Product, language: str) -> Tile:
    """Reads prefetched variants and names only; asks the database nothing more."""
    variants = list(product.variants.all())
    cheapest = min(variants, key=lambda v: (not v.available, v.price), default=None)
    count = sum(max(0, variant.stock) for variant in variants)
    saved = _saved_percent(cheapest)
    return Tile(
        handle=product.handle,
        name=next((n.name for n in product.names.all() if n.language == language), product.title),
        vendor=product.vendor,
        price=money(cheapest.price, language) if cheapest else "",
        several_prices=len({variant.price for variant in variants}) > 1,
        mrp=money(cheapest.compare_at_price, language) if cheapest and cheapest.compare_at_price and saved else "",
        saved_percent=saved,
        stock=_stock_word(variants, count),
        count=count,
    )


def build_choices(product: Product) -> list[Choice]:
    """Sizes, colours and so on; Shopify's placeholder "Title: Default Title" is no choice."""
    variants = list(product.variants.all())
    found = []
    for place, name in enumerate(product.option_names):
        available: dict[str, bool] = {}
        for variant in variants:
            if place < len(variant.options):
                value = variant.options[place]
                available[value] = available.get(value, False) or variant.available
        if available and list(available) != ["Default Title"]:
            found.append(Choice(name, tuple(available.items())))
    return found


def picture_words(product: Product) -> str:
    """The words that may name the product's colour: its first colour, then title and material."""
    colours = [i for i, name in enumerate(product.option_names) if name.lower() in {"color", "colour"}]
    first = next(iter(product.variants.all()), None)
    colour = first.options[colours[0]] if first and colours and colours[0] < len(first.options) else ""
    return colour or f"{product.title} {product.material}"


def _saved_percent(variant: Variant | None) -> int:
    if variant is None or not variant.compare_at_price or variant.compare_at_price <= variant.price:
        return 0
    return round((1 - variant.price / variant.compare_at_price) * 100)


def _stock_word(variants: list[Variant], count: int) -> str:
    if not any(variant.available for variant in variants):
        return "sold_out"
    few = count <= FEW and not any(variant.always_available for variant in variants)
    return "few_left" if few else "in_stock"
