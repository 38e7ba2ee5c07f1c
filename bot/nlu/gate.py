"""Turns everything known about a message into ONE calibrated probability that the first route is right, and decides.

Weights and thresholds stand in `gate.json` with the measurement that chose them (`seva calibrate` writes it). Pure: the
Rasa component is `bot.nlu.gatekeeper`.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.nlu.model import Ranking
from bot.nlu.person import PERSON, PersonGate, read_person_gate
from bot.nlu.understanding import FAQ, ORDER_ROUTES, Understanding

GATE_PATH = Path(__file__).with_name("gate.json")
Decision = Literal["answer", "ask_back", "not_understood"]
ALTERNATIVES = 3
# Typed nonsense: share of unknown words from which, and cosine to the nearest example below which, nothing is weighed.
# Of the 480 labelled messages of tests/nlu one that means something falls under both (an out-of-scope one).
UNKNOWN_MIN = 0.7
FOREIGN_BELOW = 0.55
FOREIGN = "out_of_scope"
# Small talk is cheap to be wrong about and is never offered as a choice.
SMALLTALK = frozenset({"greet", "thanks", "bye", "affirm", "deny", "bot_challenge"})
NOT_OFFERED = SMALLTALK | {FOREIGN, "feedback"}
# "Something else" is the last choice offered if it is among so many likeliest. Of 179 unsure messages of our own the
# right one was then offered in 161, in 140 without it; none lost by it. Among 4: 159, among 8: 159.
FOREIGN_PLACES = 6

FEATURES = (
    "log_first",
    "margin",
    "log_route",
    "log_family",
    "third",
    "score_margin",
    "score_foreign",
    "log_foreign",
    "nearest_foreign",
    "nearest",
    "nearest_margin",
    "agreement",
    "unknown",
    "short",
    "log_words",
    "latin_not_english",
    "language_unsure",
    "order_fits",
    "order_misfits",
    "product_fits",
    "is_faq",
    "is_out_of_scope",
    "is_smalltalk",
    "context",
)


@dataclass(frozen=True)
class Candidate:
    """A route (with topic for the FAQ) and its probability, 0-1."""

    route: str
    topic: str | None
    confidence: float


@dataclass(frozen=True)
class Verdict:
    """The gate's decision; `alternatives` are what to offer when asking back, the first choice included."""

    first: Candidate
    decision: Decision
    alternatives: tuple[Candidate, ...]


@dataclass(frozen=True)
class Gate:
    """A fitted gate. `answer_min` and `ask_back_min` are probabilities; `person` looks for the wish for a person."""

    weights: dict[str, float]
    bias: float
    answer_min: float
    ask_back_min: float
    person: PersonGate | None = None

    def probability(self, signals: dict[str, float]) -> float:
        """0-1 that the first route is right."""
        total = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in signals.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def judge(self, found: Understanding, language: str, script: str, language_confidence: float) -> Verdict:
        """The verdict on one understood message."""
        if is_empty(found):
            return Verdict(Candidate("out_of_scope", None, 0.0), "not_understood", ())
        person = self.person.probability(found.ranking) if self.person else 0.0
        if self.person and person >= self.person.hand_over_min:
            return Verdict(candidate(PERSON, person), "answer", _alternatives(found.ranking, PERSON, person))
        confidence = self.probability(build_signals(found, language, script, language_confidence))
        label = found.ranking.labels[0]
        first, offered = candidate(label, confidence), _alternatives(found.ranking, label, confidence)
        return Verdict(first, self._decide(first, offered), offered)

    def _decide(self, first: Candidate, offered: tuple[Candidate, ...]) -> Decision:
        if first.confidence >= self.answer_min:
            return "answer"
        return "ask_back" if first.confidence >= self.ask_back_min and len(offered) >= 2 else "not_understood"


def is_empty(found: Understanding) -> bool:
    """Nothing to go by: no words at all, or hardly a known one, nothing found in them and nothing near."""
    ranking = found.ranking
    gibberish = ranking.unknown_share >= UNKNOWN_MIN and ranking.nearest[0][1] < FOREIGN_BELOW
    return found.words == 0 or (gibberish and not found.entities)


def build_signals(found: Understanding, language: str, script: str, language_confidence: float) -> dict[str, float]:
    """The gate's features by name, all finite and of the order of 1."""
    ranking = found.ranking
    route = ranking.labels[0].partition("/")[0]
    return {
        **_weigh_ranking(ranking, route),
        **_weigh_likeness(ranking),
        "unknown": ranking.unknown_share,
        "short": float(found.words <= 2),
        "log_words": math.log(1 + found.words) / 3,
        "latin_not_english": float(script == "Latn" and language != "en"),
        "language_unsure": 1.0 - language_confidence,
        "order_fits": float("order" in found.entities and route in ORDER_ROUTES),
        "order_misfits": float("order" in found.entities and route not in (*ORDER_ROUTES, "complaint", "human")),
        "product_fits": float("product" in found.entities and route in ("product_info", "product_search")),
        "is_faq": float(route == FAQ),
        "is_out_of_scope": float(route == FOREIGN),
        "is_smalltalk": float(route in SMALLTALK),
        "context": float(found.used_context),
    }


def _weigh_ranking(ranking: Ranking, route: str) -> dict[str, float]:
    """How far ahead the first label is, of the others and of "none of ours"."""
    first, probabilities, scores = ranking.labels[0], ranking.probabilities, ranking.scores
    family = first.partition(".")[0]
    by_label = list(zip(ranking.labels, probabilities, strict=True))
    foreign = ranking.labels.index(FOREIGN) if FOREIGN in ranking.labels[1:] else 0
    return {
        "log_first": math.log(max(probabilities[0], 1e-4)),
        "margin": probabilities[0] - (probabilities[1] if len(probabilities) > 1 else 0.0),
        "log_route": math.log(max(sum(p for label, p in by_label if label.partition("/")[0] == route), 1e-4)),
        "log_family": math.log(max(sum(p for label, p in by_label if label.partition(".")[0] == family), 1e-4)),
        "third": probabilities[2] if len(probabilities) > 2 else 0.0,
        "score_margin": scores[0] - (scores[1] if len(scores) > 1 else 0.0),
        "score_foreign": scores[foreign] if foreign else 0.0,
        "log_foreign": math.log(probabilities[foreign] + 1e-3) / 7 if foreign else -1.0,
    }


def _weigh_likeness(ranking: Ranking) -> dict[str, float]:
    """What the nearest examples say of the first label."""
    first, (label, near) = ranking.labels[0], ranking.nearest[0]
    return {
        "nearest": near,
        "nearest_margin": near - (ranking.nearest[1][1] if len(ranking.nearest) > 1 else 0.0),
        "nearest_foreign": float(label == FOREIGN and first != FOREIGN),
        "agreement": float(label == first),
    }


def candidate(label: str, confidence: float) -> Candidate:
    route, _, topic = label.partition("/")
    return Candidate(route, topic or None, round(confidence, 4))


def load_gate(path: Path = GATE_PATH) -> Gate:
    content = json.loads(path.read_text(encoding="utf-8"))
    thresholds = content["thresholds"]
    person = read_person_gate(content.get("person"))
    return Gate(content["weights"], content["bias"], thresholds["answer_min"], thresholds["ask_back_min"], person)


def _alternatives(ranking: Ranking, first: str, confidence: float) -> tuple[Candidate, ...]:
    """The likeliest labels worth offering. The model's probabilities share what the first one leaves."""
    others = {label: p for label, p in zip(ranking.labels, ranking.probabilities, strict=True) if label != first}
    rest = sum(others.values()) or 1.0
    scaled = {first: confidence} | {label: (1.0 - confidence) * p / rest for label, p in others.items()}
    offered = [candidate(label, p) for label, p in scaled.items() if label.partition("/")[0] not in NOT_OFFERED]
    if FOREIGN in list(scaled)[:FOREIGN_PLACES]:
        return (*offered[: ALTERNATIVES - 1], candidate(FOREIGN, scaled[FOREIGN]))
    return tuple(offered[:ALTERNATIVES])
