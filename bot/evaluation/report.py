"""`seva evaluate`: puts every case of a file to the running system and reports the figures by language group.

How a case is asked is the caller's business (`ask`), so that tests and the command line share this. Never trains.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.cases import GROUPS, Case, read_cases
from bot.evaluation.metrics import Figures, Outcome, build_confusions, build_figures, build_reliability, chance_error

Ask = Callable[[Case], dict[str, Any]]
Progress = Callable[[int, int], None]
Reliability = list[dict[str, float]]


@dataclass(frozen=True)
class Report:
    """All outcomes in the file's order."""

    outcomes: tuple[Outcome, ...]

    def as_json(self) -> dict[str, Any]:
        """`{"all": {...}, "groups": {"en": {...}, ...}, "reliability": {...}}`, figures rounded to 4 digits."""
        groups = {name: _rounded(build_figures(part)) for name, part in self.groups().items()}
        reliability = {name: reliability_of(part) for name, part in self.groups().items()}
        return {
            "all": _rounded(build_figures(self.outcomes)),
            "groups": groups,
            "reliability": {"all": reliability_of(self.outcomes), "groups": reliability},
        }

    def as_text(self) -> str:
        """For people: one line a group, how far the confidence can be trusted, then the worst confusions."""
        parts = {"all": self.outcomes, **{name: part for name, part in self.groups().items() if part}}
        rows = {name: _with_chance(part) for name, part in parts.items()}
        lines = [
            *build_table(rows, _percent),
            "",
            "reliability, in ten parts of equal size",
            *self._reliability_lines(),
        ]
        confusions = build_confusions(self.outcomes)
        if confusions:
            lines += ["", "worst confusions (expected -> got)"]
            lines += [f"{count:>4}  {expected} -> {got}" for expected, got, count in confusions]
        return "\n".join(lines)

    def _reliability_lines(self) -> list[str]:
        rows = reliability_of(self.outcomes)
        cells = [f"{row['confidence']:>12.3f}{100 * row['accuracy']:>14.1f}{row['n']:>9}" for row in rows]
        return [f"{'confidence':>12}{'share right':>14}{'cases':>9}", *cells]

    def write_cases(self, path: Path) -> None:
        """One line a case: `id, got, ok`."""
        rows = ({"id": one.case.id, "got": one.turn, "ok": one.ok} for one in self.outcomes)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")

    def groups(self) -> dict[str, Sequence[Outcome]]:
        """The outcomes by language group: those of the contract, then whatever others the file has."""
        others = sorted({one.case.lang for one in self.outcomes} - set(GROUPS) - {""})
        return {name: [one for one in self.outcomes if one.case.lang == name] for name in (*GROUPS, *others)}


_TITLES = {
    "routing_accuracy": "routing",
    "selective_accuracy": "selective",
    "coverage": "coverage",
    "out_of_scope_answered": "oos answered",
    "handoff_precision": "handoff prec",
    "handoff_recall": "handoff rec",
    "ece": "ece",
    "ece_by_chance": "by chance",
    "ask_back_hit_rate": "ask-back hit",
}


def run(cases_path: Path, ask: Ask, progress: Progress = lambda done, total: None) -> Report:
    """Asks all cases, one after the other. `ask` gives the turn record of DESIGN 5; `progress` gets (done, total).

    Raises: ConfigError naming file and line of a case that cannot be read, before anything is asked.
    """
    return run_cases(read_cases(cases_path), ask, progress)


def run_cases(cases: Sequence[Case], ask: Ask, progress: Progress = lambda done, total: None) -> Report:
    outcomes: list[Outcome] = []
    for number, case in enumerate(cases, start=1):
        outcomes.append(Outcome(case, ask(case)))
        progress(number, len(cases))
    return Report(tuple(outcomes))


def _with_chance(outcomes: Sequence[Outcome]) -> Figures:
    """The figures for people: beside the calibration error the one that so few cases show in any case."""
    return build_figures(outcomes) | {"ece_by_chance": chance_error([one.confidence for one in outcomes])}


def build_table(rows: Mapping[str, Figures], write: Callable[[float | int | None], str]) -> list[str]:
    """One line a group, a column a figure that all of them have, each cell as `write` puts it."""
    titles = {key: title for key, title in _TITLES.items() if all(key in figures for figures in rows.values())}
    lines = [f"{'group':9}{'n':>5}" + "".join(f"{title:>14}" for title in titles.values())]
    for name, figures in rows.items():
        lines.append(f"{name:9}{figures['n']:>5}" + "".join(f"{write(figures[key]):>14}" for key in titles))
    return lines


def reliability_of(outcomes: Sequence[Outcome]) -> Reliability:
    """Mean confidence, share right and number of cases in ten parts of equal size, the least sure first."""
    return build_reliability([one.confidence for one in outcomes], [one.ok for one in outcomes])


def _rounded(figures: Figures) -> Figures:
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}


def _percent(value: float | int | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"
