"""Shopify's customer export (old and new column names) into customers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bot.shop.csv_rows import CellError, Row, RowProblem, read_rows
from bot.shop.groups import RowError, read_row
from bot.shop.models import Customer
from bot.shop.phones import parse_email, parse_phone
from bot.shop.record import record_one
from bot.shop.report import ImportReport

NEEDED = ("First Name", "Email")
OTHER_NAMES = {
    **{f"default address {part}": part.title() for part in ("address1", "address2", "city", "zip", "company")},
    "default address province code": "Province Code",
    "default address country code": "Country Code",
    "default address phone": "Address Phone",
}


@dataclass(frozen=True)
class CustomerDraft:
    """One customer as the file has it."""

    email: str
    phone: str
    first_name: str
    last_name: str
    language: str
    city: str
    country_code: str
    tags: list[str]
    note: str
    total_spent: Decimal
    total_orders: int


def parse_customers(path: Path) -> tuple[list[CustomerDraft], list[RowProblem]]:
    """The customers of the file and the rows that cannot be taken. Raises ImportRefused if the file is of no use."""
    drafts: list[CustomerDraft] = []
    problems: list[RowProblem] = []
    seen: dict[str, int] = {}
    for row in read_rows(path, NEEDED, OTHER_NAMES):
        try:
            if row.broken:
                raise RowError(row.line, "", row.broken)
            draft = read_row(row, _build_customer)
            key = draft.email or draft.phone
            if key in seen:
                raise RowError(row.line, "Email" if draft.email else "Phone", f"already in line {seen[key]}")
        except RowError as error:
            problems.append(RowProblem(path.name, error.line, error.column, error.reason))
            continue
        seen[key] = row.line
        drafts.append(draft)
    return drafts, problems


def record_customer(draft: CustomerDraft, report: ImportReport) -> None:
    """Stores the customer, found by e-mail (by phone where there is none). Safe to repeat."""
    values = {name: value for name, value in vars(draft).items() if name != "email"}
    key = {"email": draft.email}
    if not draft.email:
        key["phone"] = values.pop("phone")
    report.customers.add(record_one(Customer, key, values)[1])


def _build_customer(row: Row) -> CustomerDraft:
    raw_email = row.text("Email", 254)
    email = parse_email(raw_email)
    if raw_email and not email:
        raise CellError("Email", "is not an e-mail address")
    country = row.country("Country Code")
    raw_phone = row.text("Phone") or row.text("Address Phone")
    phone = parse_phone(raw_phone, country or "IN")
    if raw_phone and not phone and not email:
        raise CellError("Phone", "is not a telephone number")
    if not email and not phone:
        raise CellError("Email", "neither e-mail nor phone")
    return CustomerDraft(
        email=email, phone=phone, first_name=row.text("First Name"), last_name=row.text("Last Name"),
        language=row.text("Language", 8).lower(), city=row.text("City"), country_code=country, tags=row.words("Tags"),
        note=row.text("Note", 20_000), total_spent=row.amount("Total Spent", Decimal(0)),
        total_orders=row.count("Total Orders", 0),
    )  # fmt: skip
