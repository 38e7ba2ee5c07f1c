"""How likely a message asks for a person, 0-1, whatever else is in it.

The gate weighs whether the first route is right, for all routes alike. A wish for a person is often told beside its
reason ("the zip broke, I want to explain it to somebody") or in words of its own, and then is no sure first. To pass
it on wrongly costs little, to miss it much, so it has a probability and a threshold of its own, fitted with the gate
on the same cases (`seva calibrate`, part `person` of gate.json). Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from bot.nlu.model import Ranking

PERSON = "human"
FEATURES = ("score", "log_probability", "margin")
# Probability below which the label tells no more than that it is not meant; keeps the logarithm finite.
_PROBABILITY_MIN = 1e-3


@dataclass(frozen=True)
class PersonGate:
    """A fitted one. `hand_over_min` is a probability."""

    weights: dict[str, float]
    bias: float
    hand_over_min: float

    def probability(self, ranking: Ranking) -> float:
        """0-1 that a person is asked for."""
        signals = build_person_signals(ranking)
        total = self.bias + sum(self.weights[name] * signals[name] for name in FEATURES)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def build_person_signals(ranking: Ranking) -> dict[str, float]:
    """The features by name: what the model gives the wish, and how far the likeliest other label is behind it."""
    place = ranking.labels.index(PERSON) if PERSON in ranking.labels else None
    score = 0.0 if place is None else ranking.scores[place]
    probability = 0.0 if place is None else ranking.probabilities[place]
    others = (one for label, one in zip(ranking.labels, ranking.scores, strict=True) if label != PERSON)
    return {
        "score": score,
        "log_probability": math.log(probability + _PROBABILITY_MIN),
        "margin": score - max(others, default=0.0),
    }


def read_person_gate(content: dict[str, Any] | None) -> PersonGate | None:
    """From its part of gate.json; None where the gate was fitted without it."""
    if content is None:
        return None
    return PersonGate(content["weights"], content["bias"], content["hand_over_min"])
