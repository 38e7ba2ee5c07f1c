"""`seva shop import`: what arrives, from every kind of file that shops have."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from bot.shop.commands import import_shop
from bot.shop.models import Customer, Order, OrderLine, Parcel, Product, ProductName, Variant
from tests.shop_files import change, set_cell, take

pytestmark = pytest.mark.django_db


def test_the_demo_shop_arrives_completely(shop: Path) -> None:
    report = take(shop)
    assert report.complete
    assert (Product.objects.count(), Product.objects.filter(on_sale=False).count()) == (83, 1)
    assert (Variant.objects.count(), Variant.objects.filter(stock=0).count()) == (241, 30)
    assert (ProductName.objects.count(), Customer.objects.count()) == (166, 45)
    assert (Order.objects.count(), OrderLine.objects.count(), Parcel.objects.count()) == (74, 104, 60)
    assert not OrderLine.objects.filter(variant=None).exists()
    assert not Order.objects.filter(customer=None).exists()


def test_the_money_of_the_demo_shop_adds_up(shop: Path) -> None:
    take(shop)
    sums = Order.objects.aggregate(total=Sum("total"), refunded=Sum("refunded"), shipping=Sum("shipping"))
    rows = [
        row for row in csv.DictReader(io.StringIO((shop / "orders.csv").read_text(encoding="utf-8"))) if row["Total"]
    ]
    assert sums["total"] == sum(Decimal(row["Total"]) for row in rows) == Decimal("172276.00")
    assert sums["refunded"] == sum(Decimal(row["Refunded Amount"]) for row in rows)
    for order in Order.objects.prefetch_related("lines"):
        goods = sum((line.price * line.quantity for line in order.lines.all()), Decimal(0))
        assert goods - order.discount_amount == order.subtotal, order.name
        assert order.subtotal + order.shipping == order.total, order.name


def test_a_second_import_changes_nothing(shop: Path) -> None:
    take(shop)
    before = list(Variant.objects.values_list("pk", "sku", "stock")) + list(OrderLine.objects.values_list("pk", "sku"))
    report = take(shop)
    for taken in (report.products, report.variants, report.customers, report.orders, report.names):
        assert (taken.new, taken.changed) == (0, 0)
    after = list(Variant.objects.values_list("pk", "sku", "stock")) + list(OrderLine.objects.values_list("pk", "sku"))
    assert after == before


def test_a_changed_row_changes_its_product_only(shop: Path) -> None:
    take(shop)
    set_cell(shop / "products.csv", 5, "Variant Inventory Qty", "3")
    report = take(shop)
    assert (report.variants.changed, report.products.changed, report.orders.changed) == (1, 0, 0)
    assert Variant.objects.get(sku="KRT01-XL-INDIGO").stock == 3


def test_variants_that_left_the_file_leave_the_shop_and_the_others_keep_their_row(shop: Path) -> None:
    take(shop)
    kept = Variant.objects.get(sku="KRT01-L-INDIGO").pk
    change(shop / "products.csv", lambda rows: [*rows[:2], *rows[3:]])
    take(shop)
    assert not Variant.objects.filter(sku="KRT01-M-INDIGO").exists()
    left = Variant.objects.filter(product__handle="block-print-cotton-kurti")
    assert [(variant.position, variant.sku[6:]) for variant in left][:2] == [(1, "S-INDIGO"), (2, "L-INDIGO")]
    assert Variant.objects.get(sku="KRT01-L-INDIGO").pk == kept


def with_bom(text: str) -> bytes:
    return codecs.BOM_UTF8 + text.encode()


def with_crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def with_semicolons(text: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(csv.reader(io.StringIO(text)))
    return out.getvalue().encode()


def as_utf16(text: str) -> bytes:
    return text.encode("utf-16")


@pytest.mark.parametrize("write", [with_bom, with_crlf, with_semicolons, as_utf16])
def test_every_way_spreadsheets_save_csv_is_read(shop: Path, write: Callable[[str], bytes]) -> None:
    for name in ("products.csv", "orders.csv", "customers.csv", "product_names.csv"):
        text = (shop / name).read_text(encoding="utf-8")
        (shop / name).write_bytes(write(text))
    report = take(shop)
    assert report.complete
    assert (Product.objects.count(), Order.objects.count(), Customer.objects.count()) == (83, 74, 45)


DEMO_ONLY = (
    "Tracking Number", "Tracking Company", "Shipment Status", "Estimated Delivery", "Delivered at", "Return Status",
)  # fmt: skip


def test_plain_shopify_exports_arrive_without_the_demo_columns(shop: Path) -> None:
    def without(names: tuple[str, ...]) -> Callable[[list[list[str]]], list[list[str]]]:
        def edit(rows: list[list[str]]) -> list[list[str]]:
            keep = [n for n, name in enumerate(rows[0]) if name not in names]
            return [[row[n] for n in keep] for row in rows]

        return edit

    change(shop / "orders.csv", without(DEMO_ONLY))
    change(shop / "customers.csv", without(("Language",)))
    report = import_shop(shop / "products.csv", shop / "orders.csv", shop / "customers.csv")
    assert report.complete
    assert (Order.objects.count(), Parcel.objects.count(), ProductName.objects.count()) == (74, 0, 0)


def test_an_odd_phone_or_country_beside_a_good_email_loses_nothing(small_shop: Path) -> None:
    set_cell(small_shop / "orders.csv", 2, "Phone", "call my brother")
    set_cell(small_shop / "orders.csv", 2, "Shipping Phone", "-")
    set_cell(small_shop / "orders.csv", 2, "Shipping Country", "India")
    assert take(small_shop).complete
    order = Order.objects.get(name="TT-10401")
    assert (order.email, order.phone, order.country_code) == ("hetal.patel@example.com", "", "")


def test_the_column_names_shopify_uses_since_2025_are_understood(shop: Path) -> None:
    (shop / "products.csv").write_text(
        "Title,URL handle,Description,Type,Tags,Published on online store,Status,SKU,Option1 name,Option1 value,Price,"
        "Compare-at price,Inventory tracker,Inventory quantity,Continue selling when out of stock,Product image URL\n"
        "Mug,mug,<p>A mug.</p>,Cup,\"tea, gift\",TRUE,Active,MUG-R,Color,Red,199.00,249.00,shopify,-2,DENY,a.jpg\n"
        ",mug,,,,,,,,,,,,,,b.jpg\n"
        ",mug,,,,,,MUG-B,,Blue,209.00,,shopify,0,CONTINUE,\n"
        "Card,card,,,,TRUE,Draft,,Title,Default Title,100,,,,DENY,\n",
        encoding="utf-8",
    )  # fmt: skip
    report = import_shop(shop / "products.csv", shop / "orders.csv", shop / "customers.csv")
    mug, card = Product.objects.get(handle="mug"), Product.objects.get(handle="card")
    assert report.complete
    assert (mug.description, mug.kind, mug.tags, mug.option_names) == ("A mug.", "Cup", ["tea", "gift"], ["Color"])
    assert [(v.sku, v.stock, v.available) for v in mug.variants.all()] == [("MUG-R", 0, False), ("MUG-B", 0, True)]
    assert (card.on_sale, card.variants.get().available) == (False, True)


def test_attributes_are_read_from_the_body(shop: Path) -> None:
    take(shop)
    cooker = Product.objects.get(handle="pressure-cooker")
    assert cooker.material == "Stainless steel 304"
    assert cooker.warranty == "5 years on body, 1 year on gasket release valve"
    assert cooker.care == "Wash gasket separately; change gasket every year"
    assert cooker.description.startswith("Outer-lid cooker")
    assert "<" not in "".join(Product.objects.values_list("description", flat=True))
