"""Shopify's product export (old and 2025 column names) and the names in other languages, into products and variants."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bot.shop.csv_rows import Row, RowProblem, read_rows
from bot.shop.groups import RowError, build_drafts, read_row
from bot.shop.models import Product, ProductName, Variant
from bot.shop.product_body import Body, parse_body
from bot.shop.record import record_one
from bot.shop.report import ImportReport

NEEDED = ("Handle", "Title", "Variant Price")
NAMES_NEEDED = ("handle", "lang", "name")
OTHER_NAMES = {
    "url handle": "Handle", "description": "Body (HTML)", "body html": "Body (HTML)", "product type": "Type",
    "sku": "Variant SKU", "price": "Variant Price", "compare-at price": "Variant Compare At Price",
    "inventory quantity": "Variant Inventory Qty", "inventory tracker": "Variant Inventory Tracker",
    "continue selling when out of stock": "Variant Inventory Policy", "product image url": "Image Src",
    "published on online store": "Published",
    **{f"option{n} {part}": f"Option{n} {part.title()}" for n in (1, 2, 3) for part in ("name", "value")},
}  # fmt: skip
_OPTIONS = (1, 2, 3)


@dataclass(frozen=True)
class VariantDraft:
    """One variant as the file has it."""

    sku: str
    options: list[str]
    price: Decimal
    compare_at_price: Decimal | None
    stock: int
    always_available: bool


@dataclass(frozen=True)
class ProductDraft:
    """One product as the file has it."""

    handle: str
    title: str
    body: Body
    vendor: str
    kind: str
    tags: list[str]
    option_names: list[str]
    image: str
    on_sale: bool
    variants: list[VariantDraft]


def parse_products(path: Path) -> tuple[list[ProductDraft], list[RowProblem]]:
    """The products of the file and the rows that cannot be taken. Raises ImportRefused if the file is of no use."""
    return build_drafts(path.name, read_rows(path, NEEDED, OTHER_NAMES), "Handle", _build_product)


def parse_names(path: Path) -> tuple[list[tuple[Row, str, str, str]], list[RowProblem]]:
    """(row, handle, language, name) of `handle,lang,name`. Raises ImportRefused if the file is of no use."""
    names, problems = [], []
    for row in read_rows(path, NAMES_NEEDED, {}):
        try:
            if row.broken:
                raise RowError(row.line, "", row.broken)
            names.append((row, *read_row(row, lambda r: (r.needed("handle"), r.needed("lang", 8), r.needed("name")))))
        except RowError as error:
            problems.append(RowProblem(path.name, error.line, error.column, error.reason))
    return names, problems


def record_product(draft: ProductDraft, report: ImportReport) -> None:
    """Stores the product and exactly the variants of the draft. Inside the import's transaction; safe to repeat."""
    values = {
        "title": draft.title, "description": draft.body.description, "material": draft.body.material,
        "care": draft.body.care, "warranty": draft.body.warranty, "vendor": draft.vendor, "kind": draft.kind,
        "tags": draft.tags, "option_names": draft.option_names, "image": draft.image, "on_sale": draft.on_sale,
    }  # fmt: skip
    product, outcome = record_one(Product, {"handle": draft.handle}, values)
    report.products.add(outcome)
    outcomes = _record_variants(product, draft.variants)
    for one in outcomes:
        report.variants.add(one)
    if set(outcomes) - {"same"}:
        product.save(update_fields=["updated_at"])  # by which the catalogue in memory knows that it is old


def _record_variants(product: Product, drafts: list[VariantDraft]) -> list[str]:
    # Variants keep their row by SKU (else by options), so that order lines go on pointing at the same one.
    left = {_variant_key(old.sku, old.options): old for old in product.variants.all()}
    kept = [(draft, left.pop(_variant_key(draft.sku, draft.options), None)) for draft in drafts]
    for gone in left.values():
        gone.delete()
    moved = [old.position for _, old in kept if old] != list(range(1, len(kept) + 1))
    if moved or left:
        _make_room([old for _, old in kept if old])
    outcomes = []
    for position, (draft, old) in enumerate(kept, start=1):
        new = old or Variant(product=product)
        same = old is not None and all(getattr(old, name) == value for name, value in vars(draft).items())
        outcomes.append("new" if old is None else "same" if same else "changed")
        if not same or moved or left:
            for name, value in vars(draft).items():
                setattr(new, name, value)
            new.position = position
            new.save()
    return outcomes


def record_names(file: str, names: list[tuple[Row, str, str, str]], report: ImportReport) -> None:
    """Stores the names; one for a product that does not exist is reported."""
    products = {product.handle: product for product in Product.objects.all()}
    seen: dict[tuple[str, str], int] = {}
    for row, handle, language, name in names:
        if handle not in products:
            report.refused.append(RowProblem(file, row.line, "handle", f"no product {handle!r}"))
        elif (handle, language) in seen:
            first = seen[handle, language]
            report.refused.append(RowProblem(file, row.line, "lang", f"{handle} {language} is already in line {first}"))
        else:
            seen[handle, language] = row.line
            key = {"product": products[handle], "language": language}
            report.names.add(record_one(ProductName, key, {"name": name})[1])


def _make_room(kept: list[Variant]) -> None:
    # Positions are unique; move the old ones out of the way before they are dealt out anew.
    for old in kept:
        Variant.objects.filter(pk=old.pk).update(position=old.position + 1_000_000)


def _variant_key(sku: str, options: list[str]) -> tuple[str, ...]:
    return ("sku", sku) if sku else ("options", *options)


def _build_product(rows: list[Row]) -> ProductDraft:
    first = rows[0]
    variants: list[VariantDraft] = []
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        if _only_image(row) and variants:
            continue
        draft = read_row(row, _build_variant)
        key = ("options", *draft.options)
        for known in (key, ("sku", draft.sku)):
            if known in seen and known != ("sku", ""):
                raise RowError(row.line, "Variant SKU", f"the same variant is already in line {seen[known]}")
            seen[known] = row.line
        variants.append(draft)
    return read_row(first, lambda row: _with_variants(row, variants))


def _only_image(row: Row) -> bool:
    filled = ("Title", "Variant SKU", "Variant Price", *(f"Option{n} Value" for n in _OPTIONS))
    return not any(row.cells.get(name) for name in filled)


def _build_variant(row: Row) -> VariantDraft:
    options = [row.text(f"Option{n} Value") for n in _OPTIONS]
    values = [value for value in options if value and value != "Default Title"]
    # Shopify counts only where a tracker is named; a file without that column counts everything it gives a number for.
    counted = bool(row.cells.get("Variant Inventory Tracker", "shopify")) and "Variant Inventory Qty" in row.cells
    oversold = row.cells.get("Variant Inventory Policy", "deny").casefold() in {"continue", "true"}
    return VariantDraft(
        sku=row.text("Variant SKU").lstrip("'"),
        options=values,
        price=row.amount("Variant Price"),
        compare_at_price=row.optional_amount("Variant Compare At Price"),
        stock=max(row.count("Variant Inventory Qty", default=0, at_least=-1_000_000), 0),
        always_available=oversold or not counted,
    )


def _with_variants(row: Row, variants: list[VariantDraft]) -> ProductDraft:
    names = [row.text(f"Option{n} Name") for n in _OPTIONS]
    status = row.text("Status").casefold() or "active"
    published = row.text("Published").casefold() not in {"false", "no"}
    return ProductDraft(
        handle=row.needed("Handle"),
        title=row.needed("Title"),
        body=parse_body(row.text("Body (HTML)", 1_000_000)),
        vendor=row.text("Vendor"),
        kind=row.text("Type"),
        tags=row.words("Tags"),
        option_names=[name for name in names if name and name != "Title"],
        image=row.text("Image Src", 500),
        on_sale=status == "active" and published,
        variants=variants,
    )
