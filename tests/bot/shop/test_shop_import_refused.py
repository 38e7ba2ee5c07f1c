"""`seva shop import`: what is refused, with its place, and that nothing arrives by half."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError

from bot.errors import ImportRefused
from bot.shop import commands
from bot.shop.models import Customer, Order, OrderLine, Product
from tests.shop_files import change, set_cell, take

pytestmark = pytest.mark.django_db


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


def test_an_order_that_nobody_could_look_up_is_reported(small_shop: Path) -> None:
    for column, value in (("Phone", "call my brother"), ("Shipping Phone", ""), ("Email", "")):
        set_cell(small_shop / "orders.csv", 2, column, value)
    report = take(small_shop)
    assert [(p.line, p.column, p.reason) for p in report.refused] == [
        (2, "Phone", "TT-10401: is not a telephone number")
    ]
