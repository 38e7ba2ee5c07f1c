"""Finds FAQ topics by the letters a message shares with the stored questions: a rough search without an encoder.

For the gateway's process, which loads no model: the desk suggests answers to what a customer writes while an agent has
the conversation, where Rasa is not asked. An agent reads before sending, so roughly right is enough; what the assistant
understood itself goes before it (`bot.desk.suggestions`).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from bot.language.normalise import normalise
from knowledge.index import Row, read_manifest
from knowledge.search import Live, read_answers_file

# Below this share of a message's weight nothing is said: greetings and thanks share few pieces with questions.
SCORE_MIN = 0.35
PIECE = 4


class Wordings:
    """The questions of one index by their pieces: words, and four letters of a word."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._topics: list[str] = []
        self._places: dict[str, list[int]] = defaultdict(list)
        self._lengths: list[float] = []
        pieces_of = []
        for topic, _, text in rows:
            pieces = _cut(text)
            for piece in pieces:
                self._places[piece].append(len(self._topics))
            self._topics.append(topic)
            pieces_of.append(pieces)
        self._lengths = [math.sqrt(sum(self._weigh(piece) ** 2 for piece in pieces)) or 1.0 for pieces in pieces_of]

    def find(self, text: str, k: int = 3) -> list[str]:
        """At most `k` topics, the likeliest first; none if nothing is near."""
        pieces = _cut(text)
        length = math.sqrt(sum(self._weigh(piece) ** 2 for piece in pieces))
        scores: Counter[int] = Counter()
        for piece in pieces:
            weight = self._weigh(piece) ** 2
            for place in self._places.get(piece, ()):
                scores[place] += weight  # type: ignore[assignment]
        best: dict[str, float] = {}
        for place, score in scores.items():
            likeness = score / (self._lengths[place] * length)
            topic = self._topics[place]
            best[topic] = max(best.get(topic, 0.0), likeness)
        near = sorted((topic for topic, score in best.items() if score >= SCORE_MIN), key=lambda topic: -best[topic])
        return near[:k]

    def _weigh(self, piece: str) -> float:
        """Rare pieces tell more (inverse document frequency)."""
        return math.log(1 + len(self._topics) / (1 + len(self._places.get(piece, ()))))


def open_wordings(folder: Path) -> Live[Wordings]:
    """The questions of the index in `folder`, following it. Raises KnowledgeError if there is none."""
    return Live(folder, lambda place: Wordings(read_answers_file(place, read_manifest(place))["rows"]))


def _cut(text: str) -> set[str]:
    words = normalise(text).lower().split()
    letters = {word[at : at + PIECE] for word in (f" {word} " for word in words) for at in range(len(word) - PIECE + 1)}
    return {f"={word}" for word in words} | letters
