"""Fitting the gate on made-up samples: what is written can be read, and thresholds keep what they promise."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from bot.evaluation.gate_fit import Sample, choose_person_threshold, choose_threshold, fit_gate
from bot.nlu.gate import FEATURES, load_gate
from bot.nlu.model import Ranking
from bot.nlu.person import build_person_signals

STEPS = (0.3, 0.4, 0.5)


@pytest.mark.parametrize(
    ("judged", "right", "least"),
    [
        ([0.35, 0.45, 0.6], [True, True, True], 0.3),
        ([0.35, 0.45, 0.6], [False, True, True], 0.4),
        ([0.35, 0.45, 0.6], [False, False, False], 0.5),
        # Nothing is judged so high: that is no proof.
        ([0.35, 0.2, 0.1], [False, True, True], 0.5),
    ],
)
def test_the_threshold_is_the_lowest_that_keeps_enough_right(
    judged: list[float], right: list[bool], least: float
) -> None:
    assert choose_threshold(np.array(judged), np.array(right), STEPS, 0.9) == least


def ranking(score: float) -> Ranking:
    """A complaint, and beside it a wish for a person that the model gives this score."""
    return Ranking(["complaint", "human"], [0.5, max(score, 0.0) / 2], [0.5, score], [("complaint", 0.5)], 0.0)


def sample(drawn: random.Random, wants: bool) -> Sample:
    """A case whose first route is right as often as its first signal says."""
    first = drawn.random()
    signals = (first, *(drawn.random() for _ in FEATURES[1:]))
    person = build_person_signals(ranking(drawn.gauss(0.6 if wants else 0.1, 0.1)))
    return Sample(signals, drawn.random() < first, 1.0, tuple(person.values()), wants, wants)


def test_what_was_fitted_finds_those_who_want_a_person(tmp_path: Path) -> None:
    drawn = random.Random(1)
    content = fit_gate([sample(drawn, wants=number % 7 == 0) for number in range(400)])
    path = tmp_path / "gate.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    person = load_gate(path).person
    assert person is not None
    assert person.probability(ranking(0.1)) < person.hand_over_min <= person.probability(ranking(0.7))
    measured = content["person"]["measured"]  # type: ignore[index]
    assert min(measured["precision"], measured["recall"]) >= 0.94


@pytest.mark.parametrize(
    ("judged", "wanted", "low", "high"),
    [
        # Two who asked and two who did not, far apart: the middle between them.
        ([0.9, 0.8, 0.2, 0.1], [True, True, False, False], 0.45, 0.55),
        # One who did not is handed over by any step that still serves all who asked: better he than one of these.
        ([0.9, 0.4, 0.5, 0.1], [True, True, False, False], 0.2, 0.4),
    ],
)
def test_to_miss_a_wish_for_a_person_is_worse_than_to_hear_one(
    judged: list[float], wanted: list[bool], low: float, high: float
) -> None:
    least = choose_person_threshold(np.array(judged), np.array(wanted), np.array(wanted))
    assert low <= least <= high


def test_a_gate_fitted_before_there_was_such_a_part_goes_on(tmp_path: Path) -> None:
    drawn = random.Random(1)
    content = fit_gate([sample(drawn, wants=number % 7 == 0) for number in range(100)])
    del content["person"]
    (tmp_path / "gate.json").write_text(json.dumps(content), encoding="utf-8")
    assert load_gate(tmp_path / "gate.json").person is None
