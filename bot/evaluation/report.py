"""`seva evaluate`: puts every case of a file to the running system and reports the figures by language group.

How a case is asked is the caller's business (`ask`), so that tests and the command line share this. Never trains.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.cases import GROUPS, Case, read_cases
from bot.evaluation.metrics import Figures, Outcome, build_confusions, build_figures

Ask = Callable[[Case], dict[str, Any]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Report:
    """All outcomes in the file's order."""

    outcomes: tuple[Outcome, ...]

    def as_json(self) -> dict[str, Any]:
        """`{"all": {...}, "groups": {"en": {...}, ...}}`, figures rounded to 4 digits."""
        groups = {name: _rounded(build_figures(part)) for name, part in self._groups().items()}
        return {"all": _rounded(build_figures(self.outcomes)), "groups": groups}

    def as_text(self) -> str:
        """A table for people: one line a group, then the worst confusions."""
        rows = {"all": build_figures(self.outcomes), **{k: build_figures(v) for k, v in self._groups().items() if v}}
        lines = [f"{'group':9}{'n':>5}" + "".join(f"{title:>14}" for title in _TITLES.values())]
        for name, figures in rows.items():
            cells = "".join(f"{_percent(figures[key]):>14}" for key in _TITLES)
            lines.append(f"{name:9}{figures['n']:>5}{cells}")
        confusions = build_confusions(self.outcomes)
        if confusions:
            lines += ["", "worst confusions (expected -> got)"]
            lines += [f"{count:>4}  {expected} -> {got}" for expected, got, count in confusions]
        return "\n".join(lines)

    def write_cases(self, path: Path) -> None:
        """One line a case: `id, got, ok`."""
        rows = ({"id": one.case.id, "got": one.turn, "ok": one.ok} for one in self.outcomes)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")

    def _groups(self) -> dict[str, Sequence[Outcome]]:
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


def _rounded(figures: Figures) -> Figures:
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}


def _percent(value: float | int | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"
