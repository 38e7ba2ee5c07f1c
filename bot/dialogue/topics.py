"""Which FAQ topics fit a message that a person answers: chosen inside Rasa, from what the pipeline says of it.

Its encoder and index are loaded there already; in another process they would take 180 MB more. `topic_client` asks for
it. Imports neither Django nor Rasa.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.dialogue.protocol import Json

TOPICS_MAX = 3
# Probability from which a topic is named. Of 1,350 labelled messages (tests/nlu) 611 ask for a topic: it is among those
# named for 98.0 % (1.1 are named on average); of the other 739 messages 14 % have any, of greetings and thanks none.
# At 0.05: 97.2 and 8 %; the index alone from 0.7 on: 95.9 and 62 %; words alone (`knowledge.wording`): 68.4 and 23 %.
CONFIDENCE_MIN = 0.02
# From here a stored question is named beside the gate's, so that topics which no training has seen are found: the
# shares stay as they are (98.0 and 15 %); from 0.75 on they would be 98.7 and 37 %.
SCORE_MIN = 0.85


class Hit(Protocol):
    """A topic of the index with its likeness to the message, at most 1."""

    @property
    def topic(self) -> str: ...

    @property
    def score(self) -> float: ...


def choose_topics(gate: Json, hits: Sequence[Hit]) -> list[str]:
    """At most TOPICS_MAX, the likeliest first: those of the gate, then those that the index is sure of."""
    weighed = [gate, *(gate.get("alternatives") or ())]
    known = [one for one in weighed if one.get("topic") and float(one.get("confidence") or 0) >= CONFIDENCE_MIN]
    known.sort(key=lambda one: -float(one["confidence"]))
    near = [hit.topic for hit in hits if hit.score >= SCORE_MIN]
    return list(dict.fromkeys([*(str(one["topic"]) for one in known), *near]))[:TOPICS_MAX]
