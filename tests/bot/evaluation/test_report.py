"""The figures of `seva evaluate`, on cases small enough to count by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ConfigError
from bot.evaluation.cases import Case, read_cases
from bot.evaluation.metrics import calibration_error, chance_error
from bot.evaluation.report import run

CASES: list[dict[str, Any]] = [
    {"id": "1", "text": "a", "lang": "en", "expect": {"route": "faq", "topic": "refund.time"}},
    {"id": "2", "text": "b", "lang": "en", "expect": {"route": "human"}},
    {"id": "3", "text": "c", "lang": "gu", "expect": {"route": "out_of_scope"}},
    {
        "id": "4",
        "text": "d",
        "lang": "gu",
        "expect": {"route": "order_status", "order": "TT-10401"},
        "also_ok": [{"route": "refund_status"}],
    },
    {"id": "5", "text": "e", "lang": "mix", "expect": {"route": "thanks"}},
]
TURNS: dict[str, dict[str, Any]] = {
    "a": {"route": "faq", "topic": "refund.time", "decision": "answer", "confidence": 0.9},
    "b": {"route": "human", "decision": "hand_off", "confidence": 0.9},
    "c": {"route": "faq", "topic": "gift.wrap", "decision": "answer", "confidence": 0.6},
    "d": {"route": "order_status", "order": "TT-10409", "decision": "answer", "confidence": 0.8},
    "e": {"route": "bye", "decision": "ask_back", "confidence": 0.4, "alternatives": [{"route": "thanks"}]},
}


@pytest.fixture
def cases_path(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(json.dumps(case) for case in CASES) + "\n\n", encoding="utf-8")
    return path


def ask(case: Case) -> dict[str, Any]:
    return TURNS[case.text]


def test_figures_by_group(cases_path: Path) -> None:
    report = run(cases_path, ask).as_json()
    everything = report["all"]
    assert everything["n"] == 5
    assert everything["routing_accuracy"] == 0.4
    assert everything["coverage"] == 0.8
    assert everything["selective_accuracy"] == 0.5
    assert everything["out_of_scope_answered"] == 1.0
    assert (everything["handoff_precision"], everything["handoff_recall"]) == (1.0, 1.0)
    assert everything["ask_back_hit_rate"] == 1.0
    assert report["groups"]["en"]["routing_accuracy"] == 1.0
    assert report["groups"]["ta"] == {**dict.fromkeys(report["groups"]["ta"]), "n": 0}


def test_progress_and_case_lines(cases_path: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    report = run(cases_path, ask, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (5, 5)
    report.write_cases(tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["ok"] for line in lines] == [True, True, False, False, False]
    assert "worst confusions" in report.as_text()


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "1", "text": "a", "expect": {"route": "faq"}}\n{"id": 2}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"bad\.jsonl:2"):
        read_cases(path)


def test_calibration_error_of_perfect_and_overconfident_guesses() -> None:
    assert calibration_error([1.0] * 20, [True] * 20) == 0.0
    assert calibration_error([1.0] * 20, [True, False] * 10) == pytest.approx(0.5)
    assert calibration_error([], []) is None


def test_error_by_chance_shrinks_with_the_number_of_cases() -> None:
    few, many = (chance_error([0.6, 0.9] * (count // 2)) for count in (20, 2000))
    assert few is not None
    assert many is not None
    assert few > 0.08 > 0.03 > many > 0.0
    assert chance_error([1.0] * 20) == 0.0
    assert chance_error([]) is None
