"""What `seva shop` does, without the command line: prints nothing, returns what happened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.db.models import Count

from bot.errors import ImportRefused
from bot.shop.csv_rows import RowProblem
from bot.shop.import_customers import parse_customers, record_customer
from bot.shop.import_orders import parse_orders, record_order
from bot.shop.import_products import parse_names, parse_products, record_names, record_product
from bot.shop.models import Variant
from bot.shop.report import ImportReport

Draft = TypeVar("Draft")


def import_shop(
    products: Path | None = None, orders: Path | None = None, customers: Path | None = None, names: Path | None = None
) -> ImportReport:
    """Takes Shopify's exports (and the product names in other languages) into the shop, safe to repeat.

    A file that is not given leaves what is there. All of it is one transaction. A product, order or customer with a bad
    row is left out as a whole and reported.
    Raises ImportRefused, naming every file that cannot be read or lacks needed columns; nothing is taken then.
    """
    report = ImportReport()
    refused: list[str] = []
    new_products = _read(parse_products, products, report, refused)
    new_names = _read(parse_names, names, report, refused)
    new_customers = _read(parse_customers, customers, report, refused)
    new_orders = _read(parse_orders, orders, report, refused)
    if refused:
        raise ImportRefused("; ".join(refused))
    with transaction.atomic():
        for product in new_products:
            record_product(product, report)
        if names:
            record_names(names.name, new_names, report)
        for customer in new_customers:
            record_customer(customer, report)
        variants = find_variants_by_sku()
        for order in new_orders:
            record_order(order, variants, report)
    report.refused.sort(key=lambda problem: (problem.file, problem.line))
    return report


def find_variants_by_sku() -> dict[str, Variant]:
    """Variants by their SKU; one that several variants share says nothing and is left out."""
    shared = Variant.objects.values("sku").annotate(times=Count("pk")).filter(times__gt=1).values("sku")
    return {variant.sku: variant for variant in Variant.objects.exclude(sku="").exclude(sku__in=shared)}


def _read(
    parse: Callable[[Path], tuple[list[Draft], list[RowProblem]]],
    path: Path | None,
    report: ImportReport,
    refused: list[str],
) -> list[Draft]:
    if path is None:
        return []
    try:
        drafts, problems = parse(path)
    except ImportRefused as error:
        refused.append(str(error))
        return []
    report.refused += problems
    return drafts
