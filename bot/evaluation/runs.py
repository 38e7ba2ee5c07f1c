"""Remembers what `seva evaluate` measured, and compares a run with the one before: what got better, what got worse.

A run is one file of turn records under DATA_DIR/evaluations/<cases file>/. It holds no customer's words: a case is
known by its id and a hash of what is said in it, so that an expectation may be corrected between two runs and both are
judged by the corrected one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from glob import escape
from pathlib import Path
from typing import Any

from bot.evaluation.cases import Case
from bot.evaluation.metrics import Figures, Outcome, build_figures, describe_turn
from bot.evaluation.report import Report, build_table

FOLDER = "evaluations"
RUNS_KEPT = 20
HASH_CHARS = 12
_TIME = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True)
class Run:
    """An earlier run: when it was, and the turn that each case got."""

    at: datetime
    turns: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Comparison:
    """Two runs over the cases that both have. `changed`: the outcomes (before, now) of cases right in only one run."""

    at: datetime
    before: Report
    now: Report

    @property
    def changed(self) -> list[tuple[Outcome, Outcome]]:
        pairs = zip(self.before.outcomes, self.now.outcomes, strict=True)
        return [(before, now) for before, now in pairs if before.ok != now.ok]

    def as_json(self) -> dict[str, Any]:
        """`{"with", "compared", "better": [ids], "worse": [ids], "figures": {"all": {...}, "groups": {...}}}`."""
        groups = self.before.groups()
        return {
            "with": self.at.isoformat(timespec="seconds"),
            "compared": len(self.now.outcomes),
            "better": [now.case.id for _, now in self.changed if now.ok],
            "worse": [now.case.id for _, now in self.changed if not now.ok],
            "figures": {
                "all": _difference(self.before.outcomes, self.now.outcomes),
                "groups": {name: _difference(groups.get(name, ()), part) for name, part in self.now.groups().items()},
            },
        }

    def as_text(self) -> str:
        """The differences in points by group, then every case that changed sides."""
        if not self.now.outcomes:
            return f"no case of the run of {self.at:%Y-%m-%d %H:%M} UTC is in this file any more"
        found = self.as_json()
        figures = found["figures"]
        rows = {"all": figures["all"], **{name: one for name, one in figures["groups"].items() if one["n"]}}
        lines = [f"against the run of {self.at:%Y-%m-%d %H:%M} UTC, in points ({found['compared']} cases in both)"]
        lines += build_table(rows, _points)
        for title, ok in (("better", True), ("worse", False)):
            changed = [(before, now) for before, now in self.changed if now.ok is ok]
            lines += ["", f"{len(changed)} {title}"]
            lines += [
                f"  {now.case.id}: {describe_turn(now.turn)}, was {describe_turn(before.turn)}"
                + ("" if ok else f", expected {describe_turn(now.case.expect)}")
                for before, now in changed
            ]
        return "\n".join(lines)


def build_comparison(report: Report, last: Run) -> Comparison:
    """This report and the last run, over the cases that say the same in both."""
    both = [(one, last.turns[key]) for one in report.outcomes if (key := _key(one.case)) in last.turns]
    before = Report(tuple(Outcome(now.case, turn) for now, turn in both))
    return Comparison(last.at, before, Report(tuple(now for now, _ in both)))


def read_last_run(cases_path: Path, data_path: Path) -> Run | None:
    """The newest run over this file or, if it has changed since, over an earlier state of it; None if none."""
    same = _folder(cases_path, data_path)
    earlier = (data_path / FOLDER).glob(f"{escape(cases_path.stem)}-{'[0-9a-f]' * HASH_CHARS}")
    kept = [*same.glob("*.jsonl")] or [path for folder in earlier for path in folder.glob("*.jsonl")]
    if not kept:
        return None
    newest = max(kept, key=lambda path: path.name)
    rows = [json.loads(line) for line in newest.read_text(encoding="utf-8").splitlines()]
    at = datetime.strptime(newest.stem, _TIME).replace(tzinfo=UTC)
    return Run(at, {row["key"]: row["got"] for row in rows})


def keep_run(report: Report, cases_path: Path, data_path: Path) -> Path:
    """Writes the run down and forgets all but the newest RUNS_KEPT over the same file."""
    folder = _folder(cases_path, data_path)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC).strftime(_TIME)}.jsonl"
    rows = (
        {"id": one.case.id, "key": _key(one.case), "got": {**one.turn, "summary": None}, "ok": one.ok}
        for one in report.outcomes
    )
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    for old in sorted(folder.glob("*.jsonl"))[:-RUNS_KEPT]:
        old.unlink(missing_ok=True)
    return path


def _folder(cases_path: Path, data_path: Path) -> Path:
    content = hashlib.sha256(cases_path.read_bytes()).hexdigest()[:HASH_CHARS]
    return data_path / FOLDER / f"{cases_path.stem}-{content}"


def _key(case: Case) -> str:
    said = json.dumps([case.id, case.text, [dict(one) for one in case.history]], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _difference(before: Any, now: Any) -> Figures:
    """Each figure of now less that of before; None where either has nothing to measure. `n` stays a number of cases."""
    old, new = build_figures(before), build_figures(now)
    found: Figures = {}
    for name, value in new.items():
        earlier = old[name]
        found[name] = None if value is None or earlier is None else round(value - earlier, 4)
    return found | {"n": new["n"]}


def _points(value: float | int | None) -> str:
    return "-" if value is None else f"{100 * value:+.1f}"
