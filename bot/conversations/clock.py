"""The database's own clock, for everything that processes on several machines compare with each other."""

from __future__ import annotations

from typing import Any

from django.db.models import DateTimeField, Func


def build_after(vendor: str, seconds: float = 0.0) -> str:
    """`After(seconds)` as text for hand-written SQL; `seconds` is a number of our own settings, never from outside."""
    if vendor == "postgresql":
        return f"(CLOCK_TIMESTAMP() + {seconds:.3f} * INTERVAL '1 second')"
    return f"STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '{seconds:+.3f} seconds')"


class After(Func):
    """The database's time now plus `seconds`, as an ORM expression.

    PostgreSQL: `clock_timestamp()`, which moves inside a transaction (`now()` does not). SQLite: one host, one clock.
    """

    arity = 0

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(output_field=DateTimeField())
        self.seconds = seconds

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, tuple[float]]:
        """`seconds` from now by the server's clock."""
        return "(CLOCK_TIMESTAMP() + %s * INTERVAL '1 second')", (self.seconds,)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, tuple[str]]:
        """`seconds` from now by this host's clock, in the form Django stores."""
        return "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'now', %s)", (f"{self.seconds:+.3f} seconds",)
