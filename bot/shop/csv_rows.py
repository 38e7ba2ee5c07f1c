"""Reads a CSV export into rows that know their line, and cells into values that say what is wrong with them.

Called by the importers. Knows nothing of products or orders, and nothing of the database.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.config import config
from bot.errors import ImportRefused

MAX_CELL_CHARS = 1_000_000
_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class RowProblem:
    """Something of a file that could not be taken, and why."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}:{self.line}{column}: {self.reason}"


class CellError(ValueError):
    """A cell does not hold what its column promises."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


@dataclass(frozen=True)
class Row:
    """One record: the line it starts on and its cells by column (stripped; missing columns are empty)."""

    line: int
    cells: dict[str, str] = field(repr=False)
    broken: str = ""

    def text(self, column: str, limit: int = 255) -> str:
        """The cell. Raises CellError if it is longer than what we store."""
        value = self.cells.get(column, "")
        if len(value) > limit:
            raise CellError(column, f"longer than {limit} characters")
        return value

    def needed(self, column: str, limit: int = 255) -> str:
        """The cell, which must not be empty."""
        value = self.text(column, limit)
        if not value:
            raise CellError(column, "is empty")
        return value

    def amount(self, column: str, default: Decimal | None = None) -> Decimal:
        """An amount of money, not negative. Raises CellError if empty and there is no default."""
        raw = self.cells.get(column, "").lstrip("'")
        if not raw:
            if default is None:
                raise CellError(column, "is empty")
            return default
        try:
            value = Decimal(raw)
        except InvalidOperation:
            raise CellError(column, f"{raw[:40]!r} is not an amount like 1299.00") from None
        if not value.is_finite() or value < 0 or value >= Decimal(10) ** 10:
            raise CellError(column, f"{raw[:40]!r} is not a possible amount")
        return value.quantize(Decimal("0.01"))

    def optional_amount(self, column: str) -> Decimal | None:
        """An amount, or None if the cell is empty."""
        return self.amount(column) if self.cells.get(column) else None

    def count(self, column: str, default: int | None = None, at_least: int = 0) -> int:
        """A whole number. Raises CellError below `at_least`, or if empty and there is no default."""
        raw = self.cells.get(column, "")
        if not raw and default is not None:
            return default
        try:
            value = int(raw)
        except ValueError:
            raise CellError(column, f"{raw[:40]!r} is not a whole number" if raw else "is empty") from None
        if not at_least <= value <= 2_000_000_000:
            raise CellError(column, f"{raw[:40]!r} is out of range")
        return value

    def moment(self, column: str) -> datetime | None:
        """A date with time; Shopify writes `2026-09-01 10:12:00 +0530`. Without a zone the shop's is meant."""
        raw = self.cells.get(column, "")
        if not raw:
            return None
        value = _parse_moment(raw)
        if value is None:
            raise CellError(column, f"{raw[:40]!r} is not a date and time like 2026-09-01 10:12:00 +0530")
        return value if value.tzinfo else value.replace(tzinfo=ZoneInfo(config().shop_timezone))

    def day(self, column: str) -> date | None:
        """A date such as 2026-11-24, or None if the cell is empty."""
        raw = self.cells.get(column, "")
        try:
            return date.fromisoformat(raw[:10]) if raw else None
        except ValueError:
            raise CellError(column, f"{raw[:40]!r} is not a date like 2026-11-24") from None

    def country(self, column: str) -> str:
        """A two-letter country code; empty where the file writes something else (a name)."""
        value = self.cells.get(column, "").upper()
        return value if len(value) == 2 and value.isalpha() else ""

    def words(self, column: str) -> list[str]:
        """A list written with commas."""
        return [word.strip() for word in self.cells.get(column, "").split(",") if word.strip()]


def read_rows(path: Path, needed: tuple[str, ...], other_names: dict[str, str]) -> list[Row]:
    """The rows of a CSV file. UTF-8 with or without BOM (or UTF-16 with one), comma, semicolon or tab, any line ends.

    A row with too few or too many cells comes with `broken` saying so: what it belongs to has to be left out.
    `needed`: columns without which the file is of no use. `other_names`: lower-case names Shopify also gives a column.
    Raises ImportRefused if the file cannot be read, is empty, or lacks a needed column.
    """
    text = _decode(path)
    first_line = text.lstrip("\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    csv.field_size_limit(MAX_CELL_CHARS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        written = [name.strip() for name in next(reader, [])]
        if not any(written):
            raise ImportRefused(f"{path.name}: the file is empty; it needs a header line and rows")
        header = [other_names.get(name.casefold(), name) for name in written]
        _check_columns(path.name, header, needed)
        rows = [_build_row(header, line, cells) for line, cells in _numbered(reader)]
    except csv.Error as error:
        raise ImportRefused(f"{path.name}:{reader.line_num}: not valid CSV: {error}") from error
    return [row for row in rows if any(row.cells.values())]


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    line = reader.line_num + 1  # type: ignore[attr-defined]
    for cells in reader:
        yield line, cells
        line = reader.line_num + 1  # type: ignore[attr-defined]


def _build_row(header: list[str], line: int, raw: list[str]) -> Row:
    cells = [cell.strip() for cell in raw]
    broken = ""
    if len(cells) > len(header) and any(cells[len(header) :]):
        broken = f"{len(cells)} cells under {len(header)} columns"
    elif len(cells) < len(header) and any(cells):
        broken = f"only {len(cells)} of {len(header)} cells"
    return Row(line, dict(zip(header, cells, strict=False)), broken)


def _check_columns(file: str, header: list[str], needed: tuple[str, ...]) -> None:
    missing = [name for name in needed if name not in header]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if missing:
        raise ImportRefused(f"{file}: needed columns are missing: {', '.join(missing)}")
    if twice:
        raise ImportRefused(f"{file}: columns appear twice: {', '.join(twice)}")


def _decode(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImportRefused(f"{path.name}: cannot be read: {error.strerror}") from error
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ImportRefused(f"{path.name}:{line}: not UTF-8; save the file as CSV UTF-8") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ImportRefused(f"{path.name}:{line}: holds a NUL character; this is not a CSV file")
    return text


def _parse_moment(raw: str) -> datetime | None:
    for pattern in ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M %z"):
        try:
            return datetime.strptime(raw, pattern)  # noqa: DTZ007 - both patterns carry the zone
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        return None
