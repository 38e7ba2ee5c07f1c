"""Which topics are named to people for a message: the likely ones, and those that the index alone knows."""

from __future__ import annotations

from typing import Any

import pytest

from bot.dialogue.topics import choose_topics
from bot.nlu.faq_hits import TopicHit


def weigh(topic: str | None, confidence: float) -> dict[str, Any]:
    return {"route": "faq" if topic else "order_status", "topic": topic, "confidence": confidence}


def near(topic: str, score: float) -> TopicHit:
    return TopicHit(topic, score, 0.1, equal=False)


@pytest.mark.parametrize(
    ("gate", "hits", "named"),
    [
        ([weigh("a", 0.4), weigh("b", 0.1), weigh("c", 0.3), weigh("d", 0.2)], [], ["a", "c", "d"]),
        ([weigh(None, 0.6), weigh("a", 0.019), weigh("b", 0.02)], [], ["b"]),
        ([weigh("a", 0.3), weigh("a", 0.3)], [near("new", 0.9), near("a", 0.88), near("far", 0.84)], ["a", "new"]),
        ([weigh(None, 0.99)], [], []),
    ],
    ids=["three, the likeliest first", "none that is unlikely", "the index's own behind", "no question"],
)
def test_what_fits_is_named(gate: list[dict[str, Any]], hits: list[TopicHit], named: list[str]) -> None:
    assert choose_topics({**gate[0], "alternatives": gate[1:]}, hits) == named
