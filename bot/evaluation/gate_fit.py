"""Fits the gate to judged samples: weights, thresholds and how far they can be trusted, as `gate.json` holds them.

Called by `bot.evaluation.calibrate`, which makes the samples. Pure; no Rasa in here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from bot.evaluation.metrics import build_reliability, calibration_error
from bot.nlu.gate import FEATURES
from bot.nlu.person import FEATURES as PERSON_FEATURES

# Policy on the calibrated probability: of the answers given directly so many must be right, measured out of fold; below
# `ASK_BACK_MIN` even a choice of three rarely holds the right one.
RIGHT_MIN = 0.985
STEPS = tuple(hundredth / 100 for hundredth in range(50, 91))
ASK_BACK_MIN = 0.15
# A customer who asks for a person and gets none costs as much as so many who get one without having asked.
PERSON_MISSED_COST = 2.0
PERSON_STEPS = tuple(hundredth / 100 for hundredth in range(20, 81))
FOLDS = 10
Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
# How much a case counts: own ones were written by people who know the shop and are easier than foreign ones.
OWN_WEIGHT, FOREIGN_WEIGHT = 1.0, 2.0


@dataclass(frozen=True)
class Sample:
    """The signals of one case, whether the first route was right, and how much it counts.

    `person`: the signals of a wish for a person; `wants_person`: there is one, None where it may be taken for one;
    `may_get_person`: one of these, or a complaint.
    """

    signals: tuple[float, ...]
    right: bool
    weight: float
    person: tuple[float, ...]
    wants_person: bool | None
    may_get_person: bool


def fit_gate(samples: Sequence[Sample | None]) -> dict[str, object]:
    """Weights, thresholds and out-of-fold reliability as `gate.json` holds them."""
    known = [one for one in samples if one]
    rows = np.array([one.signals for one in known])
    right = np.array([one.right for one in known])
    weights = np.array([one.weight for one in known])
    judged = _judge_out_of_fold(rows, right, weights)
    model = _fit(rows, right, weights)
    foreign = weights == FOREIGN_WEIGHT
    by_set = {"all": np.ones(len(known), bool), "foreign": foreign, "own": weights == OWN_WEIGHT}
    return {
        **_as_content(model, FEATURES),
        "person": fit_person(known),
        "thresholds": {"answer_min": choose_threshold(judged, right, STEPS, RIGHT_MIN), "ask_back_min": ASK_BACK_MIN},
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


def fit_person(samples: Sequence[Sample]) -> dict[str, object]:
    """The part `person` of `gate.json`, from the samples that are clear about it."""
    known = [one for one in samples if one.wants_person is not None]
    rows = np.array([one.person for one in known])
    wanted = np.array([one.wants_person for one in known], dtype=bool)
    fitting = np.array([one.may_get_person for one in known])
    weights = np.array([one.weight for one in known])
    judged = _judge_out_of_fold(rows, wanted, weights)
    least = choose_person_threshold(judged, wanted, fitting)
    handed = judged >= least
    return {
        **_as_content(_fit(rows, wanted, weights), PERSON_FEATURES),
        "hand_over_min": least,
        "measured": {
            "n": int(wanted.sum()),
            "recall": _round(float(handed[wanted].mean())),
            "precision": _round(float(fitting[handed].mean())),
        },
    }


def choose_threshold(judged: Vector, right: Vector, steps: Sequence[float], right_min: float) -> float:
    """The lowest step from which on `right_min` of what is judged so high is right; the last one if none is."""
    fitting = (step for step in steps if (judged >= step).any() and right[judged >= step].mean() >= right_min)
    return round(next(fitting, steps[-1]), 2)


def choose_person_threshold(judged: Vector, wanted: Mask, fitting: Mask) -> float:
    """The middle of the steps that cost least and of those as good but for one who got a person without having asked:
    one more or less is chance, and the middle has room on both sides."""
    missed = [int((wanted & (judged < step)).sum()) for step in PERSON_STEPS]
    for_nothing = [int((~fitting & (judged >= step)).sum()) for step in PERSON_STEPS]
    costs = [PERSON_MISSED_COST * lost + more for lost, more in zip(missed, for_nothing, strict=True)]
    least = costs.index(min(costs))
    as_good = zip(PERSON_STEPS, missed, costs, strict=True)
    best = [step for step, lost, cost in as_good if lost <= missed[least] and cost <= costs[least] + 1.0]
    return best[len(best) // 2]


def _judge_out_of_fold(rows: Vector, right: Vector, weights: Vector) -> Vector:
    """The probability of each sample by a model that was fitted without its fold."""
    folds = np.arange(len(rows)) % FOLDS
    judged = np.zeros(len(rows))
    for fold in range(FOLDS):
        part = folds != fold
        judged[~part] = _fit(rows[part], right[part], weights[part]).predict_proba(rows[~part])[:, 1]
    return judged


def _as_content(model: LogisticRegression, names: Sequence[str]) -> dict[str, object]:
    """Bias and weights as `gate.json` holds them."""
    weights = {name: round(float(value), 4) for name, value in zip(names, model.coef_[0], strict=True)}
    return {"bias": round(float(model.intercept_[0]), 4), "weights": weights}


def _fit(rows: Vector, right: Vector, weights: Vector) -> LogisticRegression:
    """Weights for the signals as they are; the penalty acts on them brought to one scale."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    model = LogisticRegression(C=0.3, max_iter=5000).fit((rows - mean) / scale, right, sample_weight=weights)
    model.coef_ = model.coef_ / scale
    model.intercept_ = model.intercept_ - model.coef_ @ mean
    return model


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
