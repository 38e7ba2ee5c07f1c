"""`seva evaluate --plot`: how far the confidence can be trusted, as a picture for a report.

Left: what was claimed against what was right, over where the messages lie. Right: how much would be wrong if only the
surest part were answered. Knows nothing of how the cases were asked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from bot.evaluation.metrics import Outcome, build_figures, build_risk_coverage
from bot.evaluation.report import Report, reliability_of

# Groups smaller than this make a curve of steps that says nothing.
GROUP_MIN = 20
SIZE_INCHES, DPI = (13.0, 6.4), 160
# Colours that people with red-green blindness tell apart (Okabe and Ito, 2008), on the paper of our pages.
PAPER, INK, FAINT = "#fbf6ec", "#2b2620", "#b9ad9a"
MAIN = "#2d5a43"
COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#d55e00", "#cc79a7", "#0072b2", "#7f7f7f")
# Normal deviate of a 95 % interval.
Z = 1.96


def draw(report: Report, path: Path) -> None:
    """Writes the picture; the file's ending names the format (png, svg, pdf)."""
    figure = Figure(figsize=SIZE_INCHES, dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(
        2, 2, height_ratios=(5, 1), hspace=0.06, wspace=0.24, left=0.065, right=0.97, top=0.79, bottom=0.11
    )
    reliability, where = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0])
    risk = figure.add_subplot(grid[:, 1])
    for axes in (reliability, where, risk):
        _dress(axes)
    _draw_reliability(reliability, where, report)
    _draw_risk(risk, report)
    figures = build_figures(report.outcomes)
    parts = [f"{figures['n']} cases"]
    for key, name in (("routing_accuracy", "right"), ("selective_accuracy", "right of what is answered")):
        parts += [f"{_percent(figures[key])} {name}"]
    parts += [f"{_percent(figures['coverage'])} answered at once", f"calibration error {figures['ece'] or 0.0:.3f}"]
    figure.text(0.065, 0.93, "How far the confidence can be trusted", fontsize=19, fontweight="bold", color=INK)
    figure.text(0.065, 0.888, "  ·  ".join(parts), fontsize=12, color=INK, alpha=0.75)
    figure.savefig(path, facecolor=PAPER)


def _draw_reliability(axes: Any, where: Any, report: Report) -> None:
    rows = reliability_of(report.outcomes)
    claimed, right = [row["confidence"] for row in rows], [row["accuracy"] for row in rows]
    bounds = [_interval(row["accuracy"], row["n"]) for row in rows]
    lower = [max(0.0, share - low) for share, (low, _) in zip(right, bounds, strict=True)]
    upper = [max(0.0, high - share) for share, (_, high) in zip(right, bounds, strict=True)]
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1.5, linestyle=(0, (5, 4)), zorder=1)
    axes.text(0.2, 0.225, "as right as sure", color=INK, alpha=0.6, fontsize=11, rotation=35, ha="center", va="bottom",
              rotation_mode="anchor")  # fmt: skip
    axes.fill_between(claimed, claimed, right, color=MAIN, alpha=0.12, linewidth=0, zorder=1)
    axes.errorbar(claimed, right, yerr=[lower, upper], color=MAIN, ecolor=MAIN, elinewidth=1.2, capsize=0, alpha=0.55)
    axes.plot(claimed, right, color=MAIN, linewidth=2.4, marker="o", markersize=7, markeredgecolor=PAPER, zorder=3)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="share that was right")
    axes.set_title("Reliability, ten parts of equal size", loc="left", fontsize=13, color=INK, pad=10)
    axes.tick_params(labelbottom=False)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    where.hist([one.confidence for one in report.outcomes], bins=40, range=(0, 1), color=MAIN, alpha=0.75)
    where.set(xlim=(0, 1), xlabel="confidence", ylabel="cases")
    where.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def _draw_risk(axes: Any, report: Report) -> None:
    groups = {name: part for name, part in report.groups().items() if len(part) >= GROUP_MIN}
    highest = 0.02
    curves: list[tuple[str, Sequence[Outcome], str]] = [("all", report.outcomes, MAIN)]
    curves += [(name, part, colour) for (name, part), colour in zip(groups.items(), cycle(COLOURS), strict=False)]
    for name, part, colour in curves:
        curve = build_risk_coverage([one.confidence for one in part], [one.ok for one in part])
        main = name == "all"
        # A first few wrong ones make any curve jump to 100 %; it is read from where it means something.
        shown = [point for point in curve if point[0] * len(part) >= GROUP_MIN]
        highest = max([highest, *(risk for _, risk in shown)])
        width, order = (3.2, 3) if main else (1.6, 2)
        at, wrong = [point[0] for point in shown], [point[1] for point in shown]
        axes.plot(at, wrong, color=colour, linewidth=width, zorder=order, label=f"{name}  ({len(part)})")
    figures = build_figures(report.outcomes)
    coverage, selective = figures["coverage"], figures["selective_accuracy"]
    if coverage is not None and selective is not None:
        axes.plot([coverage], [1 - selective], marker="o", markersize=11, color=PAPER, markeredgecolor=INK, zorder=5,
                  markeredgewidth=2.2, linestyle="none", label="as shipped")  # fmt: skip
        highest = max(highest, 1 - selective)
    axes.set(xlim=(0, 1.01), ylim=(0, min(1.0, highest * 1.15)), xlabel="share of messages answered, the surest first")
    axes.set_ylabel("share wrong among them")
    axes.set_title("Risk and coverage", loc="left", fontsize=13, color=INK, pad=10)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.legend(loc="upper left", frameon=False, fontsize=11, labelcolor=INK, handlelength=1.6)


def _dress(axes: Any) -> None:
    axes.set_facecolor(PAPER)
    axes.grid(color=FAINT, alpha=0.35, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, labelsize=11, length=0)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set(fontsize=12, color=INK)
    for name, spine in axes.spines.items():
        spine.set(visible=name in ("left", "bottom"), color=FAINT)


def _interval(share: float, count: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (0-1) seen in `count` cases."""
    middle = (share + Z * Z / (2 * count)) / (1 + Z * Z / count)
    half = Z / (1 + Z * Z / count) * math.sqrt(share * (1 - share) / count + Z * Z / (4 * count * count))
    return middle - half, middle + half


def _percent(value: float | int | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"
