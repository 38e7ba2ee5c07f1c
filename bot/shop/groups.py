"""Puts the rows of an export together that belong to one product or order, and keeps a bad one from half arriving.

In Shopify's exports a product or order spans several rows, only the first of which carries the shared columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from bot.shop.csv_rows import CellError, Row, RowProblem

Draft = TypeVar("Draft")


def build_drafts(
    file: str, rows: Iterable[Row], key_column: str, build: Callable[[list[Row]], Draft]
) -> tuple[list[Draft], list[RowProblem]]:
    """One draft for each value of `key_column`, and the problems of those that could not be built.

    A group with one bad row is left out as a whole; every bad row of it is reported.
    """
    groups: dict[str, list[Row]] = {}
    problems: list[RowProblem] = []
    for row in rows:
        key = row.cells.get(key_column, "")
        if key:
            groups.setdefault(key, []).append(row)
        else:
            problems.append(RowProblem(file, row.line, key_column, row.broken or "is empty"))
    drafts: list[Draft] = []
    for key, group in groups.items():
        found = [RowProblem(file, row.line, "", f"{key}: {row.broken}") for row in group if row.broken]
        if not found:
            try:
                drafts.append(build(group))
            except RowError as error:
                found = [RowProblem(file, error.line, error.column, f"{key}: {error.reason}")]
        problems += found
    return drafts, problems


class RowError(ValueError):
    """A group cannot be taken because of this row."""

    def __init__(self, line: int, column: str, reason: str) -> None:
        super().__init__(reason)
        self.line, self.column, self.reason = line, column, reason


def read_row(row: Row, read: Callable[[Row], Draft]) -> Draft:
    """What `read` makes of the row. Raises RowError naming the line if a cell does not fit."""
    try:
        return read(row)
    except CellError as error:
        raise RowError(row.line, error.column, error.reason) from error
