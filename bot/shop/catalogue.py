"""The products on sale as plain values in memory, for search and answers; read anew when an import changed them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from django.db.models import Count, Max

from bot.language.fold import fold
from bot.shop.models import Product

_COLOUR_OPTIONS = frozenset({"color", "colour"})


@dataclass(frozen=True)
class Choice:
    """One variant: its options by name (`{"Size": "M"}`), price, and stock."""

    options: dict[str, str]
    price: Decimal
    compare_at_price: Decimal | None
    stock: int
    available: bool

    @property
    def colour(self) -> str:
        """Its colour, or an empty text."""
        return next((value for name, value in self.options.items() if name.lower() in _COLOUR_OPTIONS), "")

    @property
    def size(self) -> str:
        """Everything else one chooses: size, capacity, set, jars."""
        others = (value for name, value in self.options.items() if name.lower() not in _COLOUR_OPTIONS)
        return " / ".join(others)

    @property
    def label(self) -> str:
        """`M / Indigo`, or an empty text where there is nothing to choose."""
        return " / ".join(self.options.values())


@dataclass(frozen=True)
class Item:
    """One product on sale."""

    handle: str
    title: str
    names: dict[str, str]
    kind: str
    tags: tuple[str, ...]
    description: str
    material: str
    care: str
    warranty: str
    image: str
    choices: tuple[Choice, ...]

    def name(self, language: str) -> str:
        """What it is called in that language; the title where there is no name."""
        return self.names.get(language, self.title)

    @property
    def prices(self) -> tuple[Decimal, Decimal]:
        """Lowest and highest price; of what can be had now, if anything can."""
        prices = [choice.price for choice in self.choices if choice.available] or [one.price for one in self.choices]
        return (min(prices), max(prices)) if prices else (Decimal(0), Decimal(0))

    @property
    def available(self) -> bool:
        """Whether any of it can be ordered now."""
        return any(choice.available for choice in self.choices)

    @property
    def marks(self) -> frozenset[str]:
        """Kind and tags in lower case."""
        return frozenset({self.kind.lower(), *self.tags})

    def words(self, language: str) -> frozenset[str]:
        """Folded words of its title, kind, tags and material, and of its name in that language.

        Other languages' names stay out: a Tamil word folds to the same as quite another Gujarati one.
        """
        return _fold_all(self.title, self.names.get(language, ""), self.kind, *self.tags, self.material)


def load_catalogue() -> dict[str, Item]:
    """The products on sale by handle. Cheap when nothing has changed: one small query."""
    stamp = Product.objects.aggregate(count=Count("pk"), changed=Max("updated_at"))
    return _read(stamp["count"], stamp["changed"])


@lru_cache(maxsize=1)
def _read(count: int, changed: datetime | None) -> dict[str, Item]:
    products = Product.objects.filter(on_sale=True).prefetch_related("variants", "names")
    return {product.handle: _build_item(product) for product in products}


def _build_item(product: Product) -> Item:
    choices = (
        Choice(
            options=dict(zip(product.option_names, variant.options, strict=False)),
            price=variant.price,
            compare_at_price=variant.compare_at_price,
            stock=variant.stock,
            available=variant.available,
        )
        for variant in product.variants.all()
    )
    return Item(
        handle=product.handle, title=product.title, names={name.language: name.name for name in product.names.all()},
        kind=product.kind, tags=tuple(tag.lower() for tag in product.tags), description=product.description,
        material=product.material, care=product.care, warranty=product.warranty, image=product.image,
        choices=tuple(choices),
    )  # fmt: skip


@lru_cache(maxsize=5000)
def _fold_all(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in fold(text).split())
