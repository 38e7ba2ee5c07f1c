"""`seva shop import`: what arrives, what is refused, and that nothing arrives by half."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError
from django.db.models import Sum

from bot.errors import ImportRefused
from bot.shop import commands
from bot.shop.commands import import_shop
from bot.shop.models import Customer, Order, OrderLine, Parcel, Product, ProductName, Variant
from bot.shop.report import ImportReport

STORE = Path(__file__).resolve().parents[3] / "demo" / "store"
pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the demo files that a test may spoil."""
    for path in STORE.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.fixture
def small_shop(shop: Path) -> Path:
    """The first two products, three orders and three customers: enough for what one bad cell does."""
    for name, lines in {"products": 10, "orders": 5, "customers": 4, "product_names": 5}.items():
        change(shop / f"{name}.csv", lambda rows, keep=lines: rows[:keep])  # type: ignore[misc]
    return shop


def take(folder: Path) -> ImportReport:
    return import_shop(
        folder / "products.csv", folder / "orders.csv", folder / "customers.csv", folder / "product_names.csv"
    )


def change(path: Path, edit: Callable[[list[list[str]]], list[list[str]]]) -> None:
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    out = io.StringIO()
    csv.writer(out).writerows(edit(rows))
    path.write_text(out.getvalue(), encoding="utf-8")


def set_cell(path: Path, line: int, column: str, value: str) -> None:
    def edit(rows: list[list[str]]) -> list[list[str]]:
        rows[line - 1][rows[0].index(column)] = value
        return rows

    change(path, edit)


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


SPOILED = [
    ("products.csv", 3, "Variant Price", "free", "block-print-cotton-kurti: 'free' is not an amount like 1299.00"),
    ("products.csv", 3, "Variant Price", "-5", "block-print-cotton-kurti: '-5' is not a possible amount"),
    ("products.csv", 3, "Variant Price", "", "block-print-cotton-kurti: is empty"),
    ("products.csv", 3, "Variant Price", "NaN", "block-print-cotton-kurti: 'NaN' is not a possible amount"),
    ("products.csv", 4, "Variant Inventory Qty", "many", "block-print-cotton-kurti: 'many' is not a whole number"),
    ("products.csv", 3, "Variant SKU", "KRT01-S-INDIGO", "block-print-cotton-kurti: the same variant is already in line 2"),  # noqa: E501
    ("products.csv", 3, "Handle", "", "is empty"),
    ("orders.csv", 2, "Total", "1.497,00", "TT-10401: '1.497,00' is not an amount like 1299.00"),
    ("orders.csv", 3, "Lineitem quantity", "0", "TT-10401: '0' is out of range"),
    ("orders.csv", 2, "Created at", "yesterday", "TT-10401: 'yesterday' is not a date and time like 2026-09-01 10:12:00 +0530"),  # noqa: E501
    ("orders.csv", 2, "Email", "hetal at example", "TT-10401: is not an e-mail address"),
    ("orders.csv", 2, "Estimated Delivery", "soon", "TT-10401: 'soon' is not a date like 2026-11-24"),
    ("customers.csv", 3, "Email", "hetal.patel@example.com", "already in line 2"),
    ("customers.csv", 2, "Total Orders", "three", "'three' is not a whole number"),
    ("product_names.csv", 2, "handle", "no-such-thing", "no product 'no-such-thing'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "line", "column", "value", "reason"), SPOILED, ids=[f"{one[0]}-{one[2]}-{one[3]}" for one in SPOILED]
)
def test_a_bad_cell_is_reported_with_its_place_and_nothing_of_it_arrives(
    small_shop: Path, file: str, line: int, column: str, value: str, reason: str
) -> None:
    set_cell(small_shop / file, line, column, value)
    report = take(small_shop)
    assert [(p.line, p.column, p.reason) for p in report.refused if p.file == file] == [(line, column, reason)]
    left_out = {
        "products.csv": 2 - Product.objects.count(),
        "orders.csv": 3 - Order.objects.count(),
        "customers.csv": 3 - Customer.objects.count(),
    }
    expected = 0 if (file, column) == ("products.csv", "Handle") or file == "product_names.csv" else 1
    assert left_out.get(file, 0) == expected
    assert sum(left_out.values()) == expected
    if file == "orders.csv":
        assert not OrderLine.objects.filter(order__name="TT-10401").exists()


def test_a_row_with_too_few_or_too_many_cells_takes_its_whole_order_out(shop: Path) -> None:
    change(shop / "orders.csv", lambda rows: [*rows[:2], rows[2][:20], *rows[3:4], [*rows[4], "more"], *rows[5:]])
    report = take(shop)
    assert [(p.line, p.reason) for p in report.refused] == [
        (3, "TT-10401: only 20 of 47 cells"),
        (5, "TT-10403: 48 cells under 47 columns"),
    ]
    assert Order.objects.count() == 72


def test_a_repeated_row_is_reported_and_a_second_line_of_the_same_thing_is_not(shop: Path) -> None:
    change(shop / "orders.csv", lambda rows: [*rows[:3], rows[2], *rows[3:]])
    report = take(shop)
    assert [str(p) for p in report.refused] == ["orders.csv:4, column Lineitem name: TT-10401: the same row as line 3"]
    # Bought twice on purpose: the subtotal says so.
    set_cell(shop / "orders.csv", 2, "Subtotal", "2195.00")
    set_cell(shop / "orders.csv", 2, "Total", "2195.00")
    assert take(shop).complete
    assert OrderLine.objects.filter(order__name="TT-10401").count() == 3


def test_an_order_that_appears_twice_is_reported(shop: Path) -> None:
    change(shop / "orders.csv", lambda rows: [*rows, rows[1]])
    report = take(shop)
    assert [(p.line, p.column, p.reason) for p in report.refused] == [
        (106, "Total", "TT-10401: the order is already in line 2")
    ]


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


UNREADABLE = [
    ("orders.csv", b"", "orders.csv: the file is empty"),
    ("orders.csv", b"\n\n", "orders.csv: the file is empty"),
    ("orders.csv", b"Name,Email\nTT-1,a@example.com\n", "orders.csv: needed columns are missing: Total, Created at"),
    ("products.csv", b"Handle,Title,Variant Price,Title\n", "products.csv: columns appear twice: Title"),
    ("customers.csv", b"First Name,Email\nJos\xe9,j@example.com\n", "customers.csv:2: not UTF-8"),
    ("customers.csv", b"First Name,Email\nA\x00B,j@example.com\n", "customers.csv:2: holds a NUL character"),
    ("customers.csv", b'First Name,Email\n"A,j@example.com\n', "customers.csv:2: not valid CSV"),
]


@pytest.mark.parametrize(("file", "content", "message"), UNREADABLE, ids=[u[2] for u in UNREADABLE])
def test_an_unreadable_file_refuses_everything(shop: Path, file: str, content: bytes, message: str) -> None:
    (shop / file).write_bytes(content)
    with pytest.raises(ImportRefused, match=message.replace("(", r"\(")):
        take(shop)
    assert not Product.objects.exists()
    assert not Order.objects.exists()


def test_all_unreadable_files_are_named_at_once(shop: Path) -> None:
    (shop / "orders.csv").unlink()
    (shop / "customers.csv").write_bytes(b"")
    with pytest.raises(ImportRefused) as refused:
        take(shop)
    assert "customers.csv: the file is empty" in str(refused.value)
    assert "orders.csv: cannot be read" in str(refused.value)


def test_a_failure_in_the_middle_leaves_nothing(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise IntegrityError("disk full")

    monkeypatch.setattr(commands, "record_order", fail)
    with pytest.raises(IntegrityError):
        take(shop)
    assert not Product.objects.exists()
    assert not Customer.objects.exists()


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


def test_an_order_that_nobody_could_look_up_is_reported(small_shop: Path) -> None:
    for column, value in (("Phone", "call my brother"), ("Shipping Phone", ""), ("Email", "")):
        set_cell(small_shop / "orders.csv", 2, column, value)
    report = take(small_shop)
    assert [(p.line, p.column, p.reason) for p in report.refused] == [
        (2, "Phone", "TT-10401: is not a telephone number")
    ]


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
