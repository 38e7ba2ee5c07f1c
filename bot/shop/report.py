"""What an import did, for the operator."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.shop.csv_rows import RowProblem


@dataclass
class Taken:
    """How many of one thing were new, changed or already as in the file."""

    new: int = 0
    changed: int = 0
    same: int = 0

    @property
    def total(self) -> int:
        """All that arrived."""
        return self.new + self.changed + self.same

    def __str__(self) -> str:
        return f"{self.new} new, {self.changed} changed"

    def add(self, outcome: str) -> None:
        """Counts one; `outcome` is new, changed or same."""
        setattr(self, outcome, getattr(self, outcome) + 1)


@dataclass
class ImportReport:
    """Counts of what was taken, and every row that was not, with its reason."""

    products: Taken = field(default_factory=Taken)
    variants: Taken = field(default_factory=Taken)
    customers: Taken = field(default_factory=Taken)
    orders: Taken = field(default_factory=Taken)
    names: Taken = field(default_factory=Taken)
    refused: list[RowProblem] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every row was taken."""
        return not self.refused

    def __str__(self) -> str:
        names = ("products", "variants", "names", "customers", "orders")
        parts = [
            f"{getattr(self, name).total} {name} ({getattr(self, name)})" for name in names if getattr(self, name).total
        ]
        left_out = f"{len(self.refused)} problems" if self.refused else "nothing left out"
        return "; ".join([*parts, left_out])
