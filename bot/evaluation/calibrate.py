"""`seva calibrate`: fits the gate on labelled cases that training never saw, and writes `bot/nlu/gate.json`.

Cases: our own (`tests/nlu/*.jsonl`) and further files of which only even ids count. Training examples are no use here:
the encoder has learned from them. The model is fitted from the same files as by `rasa train`; nothing need run.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from bot.evaluation.cases import Case, read_cases
from bot.evaluation.metrics import build_reliability, calibration_error
from bot.nlu.gate import FEATURES, GATE_PATH, build_signals, candidate, is_empty
from bot.nlu.offline import Pipeline, Read, read_examples

ROOT = Path(__file__).resolve().parents[2]
# Policy on the calibrated probability: of the answers given directly so many must be right, measured out of fold; below
# `ASK_BACK_MIN` even a choice of three rarely holds the right one.
RIGHT_MIN = 0.98
ANSWER_FLOOR, ANSWER_CEILING = 0.5, 0.9
ASK_BACK_MIN = 0.15
# Own cases were written by people who know the shop and are easier than foreign ones.
OWN_WEIGHT, FOREIGN_WEIGHT = 1.0, 2.0
FOLDS = 10


@dataclass(frozen=True)
class Sample:
    """The signals of one case, whether the first route was right, and how much it counts."""

    signals: tuple[float, ...]
    right: bool
    weight: float


def calibrate(even_only: Sequence[Path] = (), target: Path = GATE_PATH) -> dict[str, object]:
    """Fits and writes the gate; the answer is what was written. Takes about a minute once vectors are cached.

    even_only: files of cases whose odd ids stay unseen, for measuring.
    """
    examples = read_examples()
    pipeline = Pipeline(examples)
    own = [case for path in sorted((ROOT / "tests" / "nlu").glob("*.jsonl")) for case in read_cases(path)]
    foreign = [case for path in even_only for case in read_cases(path) if _is_even(case)]
    samples = [_sample(case, pipeline.read(case.text, case.history), OWN_WEIGHT) for case in own]
    samples += [_sample(case, pipeline.read(case.text, case.history), FOREIGN_WEIGHT) for case in foreign]
    content = fit_gate(samples)
    content["measured"] |= {"own": len(own), "foreign": len(foreign)}  # type: ignore[operator]
    target.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return content


def fit_gate(samples: Sequence[Sample | None]) -> dict[str, object]:
    """Weights, thresholds and out-of-fold reliability as `gate.json` holds them."""
    known = [one for one in samples if one]
    rows = np.array([one.signals for one in known])
    right = np.array([one.right for one in known])
    weights = np.array([one.weight for one in known])
    folds = np.arange(len(known)) % FOLDS
    judged = np.zeros(len(known))
    for fold in range(FOLDS):
        part = folds != fold
        judged[~part] = _fit(rows[part], right[part], weights[part]).predict_proba(rows[~part])[:, 1]
    model = _fit(rows, right, weights)
    foreign = weights == FOREIGN_WEIGHT
    by_set = {"all": np.ones(len(known), bool), "foreign": foreign, "own": weights == OWN_WEIGHT}
    return {
        "bias": round(float(model.intercept_[0]), 4),
        "weights": {name: round(float(value), 4) for name, value in zip(FEATURES, model.coef_[0], strict=True)},
        "thresholds": {"answer_min": choose_threshold(judged, right), "ask_back_min": ASK_BACK_MIN},
        "measured": {
            "by": "seva calibrate, out of fold, on cases that training never saw",
            "n": len(known),
            "ece": {
                name: _round(calibration_error(judged[one].tolist(), right[one].tolist()))
                for name, one in by_set.items()
                if one.any()
            },
            "reliability": build_reliability(judged.tolist(), right.tolist()),
        },
    }


def choose_threshold(judged: "np.ndarray", right: "np.ndarray") -> float:  # type: ignore[type-arg]
    """The lowest probability, in hundredths, from which on RIGHT_MIN of the answers are right."""
    steps = np.arange(ANSWER_FLOOR, ANSWER_CEILING, 0.01)
    fitting = (float(step) for step in steps if right[judged >= step].mean() >= RIGHT_MIN)
    return round(next(fitting, ANSWER_CEILING), 2)


def _fit(rows: "np.ndarray", right: "np.ndarray", weights: "np.ndarray") -> LogisticRegression:  # type: ignore[type-arg]
    """Weights for the signals as they are; the penalty acts on them brought to one scale."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    model = LogisticRegression(C=0.3, max_iter=5000).fit((rows - mean) / scale, right, sample_weight=weights)
    model.coef_ = model.coef_ / scale
    model.intercept_ = model.intercept_ - model.coef_ @ mean
    return model


def _sample(case: Case, read: Read, weight: float) -> Sample | None:
    """None for what the gate turns away before it weighs anything."""
    if is_empty(read.understanding):
        return None
    found = read.language
    signals = build_signals(read.understanding, found.language, found.script, found.confidence)
    first = candidate(read.understanding.ranking.labels[0], 0.0)
    right = case.accepts_route({"route": first.route, "topic": first.topic})
    return Sample(tuple(signals[name] for name in FEATURES), right, weight)


def _is_even(case: Case) -> bool:
    digits = "".join(char for char in case.id if char.isdigit())
    return bool(digits) and int(digits) % 2 == 0


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
