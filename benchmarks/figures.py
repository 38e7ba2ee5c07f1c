"""Times as the benchmarks report them."""

from __future__ import annotations

import math
import statistics


def describe(times: list[float], percent: int) -> dict[str, float]:
    """`n`, `p50_ms`, `p<percent>_ms` by nearest rank, so that it is a time that was measured, and `max_ms`."""
    ranked = sorted(times)
    return {
        "n": len(times),
        "p50_ms": round(statistics.median(times), 1),
        f"p{percent}_ms": round(ranked[math.ceil(len(ranked) * percent / 100) - 1], 1),
        "max_ms": round(ranked[-1], 1),
    }
