"""The figures of `seva evaluate` (DESIGN 5), from cases and the turns they got. Pure.

A figure that nothing could be measured for (no hand-offs in a group) is None, in JSON null.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.evaluation.cases import HAND_OFF_ROUTES, Case

ECE_BINS = 10
CHANCE_ROUNDS = 200
GIVEN = ("answer", "hand_off")
Figures = dict[str, float | int | None]


@dataclass(frozen=True)
class Outcome:
    """A case and the turn record it got; `turn` is empty when no turn came."""

    case: Case
    turn: dict[str, Any]

    @property
    def ok(self) -> bool:
        return self.case.accepts(self.turn)

    @property
    def confidence(self) -> float:
        """0-1; a turn that did not come is no guess at all."""
        return float(self.turn.get("confidence") or 0.0)

    @property
    def given(self) -> bool:
        """Something was done for the customer: answered or handed over, not asked back."""
        return self.turn.get("decision") in GIVEN


def build_figures(outcomes: Sequence[Outcome]) -> Figures:
    """All figures of one group, as shares 0-1 except `n`."""
    given = [one for one in outcomes if one.given]
    handed = [one for one in outcomes if one.turn.get("decision") == "hand_off"]
    # Who asks for a person must get one; a complaint may be settled without.
    wanted = [one for one in outcomes if one.case.expect["route"] == "human"]
    outside = [one for one in outcomes if one.case.expect["route"] == "out_of_scope"]
    asked = [one for one in outcomes if one.turn.get("decision") == "ask_back"]
    return {
        "n": len(outcomes),
        "routing_accuracy": _share(one.ok for one in outcomes),
        "selective_accuracy": _share(one.ok for one in given),
        "coverage": _share(one.given for one in outcomes),
        "out_of_scope_answered": _share(one.given and not one.ok for one in outside),
        "handoff_precision": _share(_wants_person(one.case) for one in handed),
        "handoff_recall": _share(one.turn.get("decision") == "hand_off" for one in wanted),
        "ece": calibration_error([one.confidence for one in outcomes], [one.ok for one in outcomes]),
        "ask_back_hit_rate": _share(_offers_right(one) for one in asked),
    }


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = ECE_BINS) -> float | None:
    """Expected calibration error over bins of equal size: mean of |confidence - accuracy|, weighted by bin, 0-1."""
    if not confidences:
        return None
    pairs = [(part_c, part_r) for part_c, part_r in _equal_mass(confidences, right, bins) if len(part_c)]
    total = sum(len(part) for part, _ in pairs)
    return float(sum(len(c) * abs(float(c.mean()) - float(r.mean())) for c, r in pairs) / total)


def chance_error(confidences: Sequence[float], bins: int = ECE_BINS) -> float | None:
    """The calibration error, 0-1, that so few cases would show if the confidences were exactly true: the median.

    Small groups show an error whatever the model; below this figure there is nothing to mend.
    """
    if not confidences:
        return None
    # The same every time: a figure of the confidences, not of a throw of dice.
    random = np.random.default_rng(0)
    truths = random.random((CHANCE_ROUNDS, len(confidences))) < np.asarray(confidences)
    return float(np.median([calibration_error(confidences, list(right), bins) for right in truths]))


def build_reliability(
    confidences: Sequence[float], right: Sequence[bool], bins: int = ECE_BINS
) -> list[dict[str, float]]:
    """One row a bin: `n`, mean `confidence`, `accuracy`."""
    rows = [(c, r) for c, r in _equal_mass(confidences, right, bins) if len(c)]
    return [
        {"n": len(c), "confidence": round(float(c.mean()), 3), "accuracy": round(float(r.mean()), 3)} for c, r in rows
    ]


def build_risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """(coverage, risk), both 0-1: the share wrong among what is answered if only the surest are, for every threshold.

    Cases of equal confidence stand or fall together, so the curve does not depend on their order.
    """
    pairs = sorted(zip(confidences, right, strict=True), key=lambda pair: -pair[0])
    points: list[tuple[float, float]] = []
    wrong = 0
    for count, (confidence, ok) in enumerate(pairs, start=1):
        wrong += not ok
        if count == len(pairs) or pairs[count][0] != confidence:
            points.append((count / len(pairs), wrong / count))
    return points


def describe_turn(turn: Mapping[str, Any]) -> str:
    """A turn or an expectation in a few words: `faq refund.time`."""
    parts = [str(turn.get("route") or "none")]
    parts += [str(turn[key]) for key in ("topic", "product", "order") if turn.get(key)]
    return " ".join(parts)


def build_confusions(outcomes: Sequence[Outcome], top: int = 10) -> list[tuple[str, str, int]]:
    """The commonest wrong answers: expected, got, how often."""
    wrong = Counter((describe_turn(one.case.expect), describe_turn(one.turn)) for one in outcomes if not one.ok)
    return [(expected, got, count) for (expected, got), count in wrong.most_common(top)]


def _equal_mass(
    confidences: Sequence[float], right: Sequence[bool], bins: int
) -> list[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
    order = np.argsort(np.asarray(confidences), kind="stable")
    sorted_c = np.asarray(confidences, dtype=np.float64)[order]
    sorted_r = np.asarray(right, dtype=np.float64)[order]
    return list(zip(np.array_split(sorted_c, bins), np.array_split(sorted_r, bins), strict=True))


def _wants_person(case: Case) -> bool:
    return any(one["route"] in HAND_OFF_ROUTES for one in case.accepted)


def _offers_right(outcome: Outcome) -> bool:
    return any(outcome.case.accepts_route(one) for one in outcome.turn.get("alternatives") or ())


def _share(values: Any) -> float | None:
    counted = [bool(value) for value in values]
    return sum(counted) / len(counted) if counted else None
