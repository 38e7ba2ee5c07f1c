"""Rankings made from rankings: what else is known of a message, counted in. Pure."""

from collections.abc import Container
from dataclasses import replace

from bot.nlu.model import Ranking


def pin(ranking: Ranking, label: str) -> Ranking:
    """The ranking with `label` first and as good as certain; it need not be one of the ranking's."""
    others = [(name, 0.1 * p) for name, p in zip(ranking.labels, ranking.probabilities, strict=True) if name != label]
    shares = [0.9, *(p for _, p in others)]
    return Ranking([label, *(name for name, _ in others)], shares, list(shares), [(label, 1.0)], 0.0)


def weaken(ranking: Ranking, labels: Container[str], factor: float) -> Ranking:
    """The ranking with probability and score of `labels` times `factor`; the others share what they lose."""
    factors = [factor if label in labels else 1.0 for label in ranking.labels]
    probabilities = [p * one for p, one in zip(ranking.probabilities, factors, strict=True)]
    scores = [score * one for score, one in zip(ranking.scores, factors, strict=True)]
    share = sum(ranking.probabilities) / (sum(probabilities) or 1.0)
    order = sorted(range(len(probabilities)), key=lambda place: -probabilities[place])
    return replace(
        ranking,
        labels=[ranking.labels[i] for i in order],
        probabilities=[share * probabilities[i] for i in order],
        scores=[scores[i] for i in order],
    )
