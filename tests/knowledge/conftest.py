"""A small FAQ that a test may spoil, and an encoder that needs no model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from knowledge.encoder import CACHE_PATH, Encoder, Kind, Vector, Vectors

TOPICS = """topics:
  - topic: refund.time
    asks_for: how long a refund takes
    related: [refund.method]
  - topic: refund.method
    asks_for: where the refund goes
    related: [refund.time]
"""


class LetterCounts:
    """Stands where a model does: a text's vector is how often each letter occurs in it."""

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> npt.NDArray[np.float32]:
        rows = np.zeros((len(texts), 64), dtype=np.float32)
        for row, text in enumerate(texts):
            letters = np.frombuffer(text.casefold().encode("utf-32-le"), dtype=np.uint32)
            rows[row] = np.bincount(letters % 64, minlength=64)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(norms == 0, 1, norms)

    def encode_otherwise(self, texts: Sequence[str]) -> list[Vector | None]:
        return [None] * len(texts)

    def part_for(self, text: str) -> str:
        return ""


class LetterEncoder(Encoder):
    """Keeps nothing on disk."""

    def encode_cached(self, texts: Sequence[str], kind: Kind = "query", path: Path = CACHE_PATH) -> Vectors:
        return self.encode(texts, kind)


@pytest.fixture
def encoder() -> Encoder:
    """An encoder of letters: equal texts are equal, reworded ones are not."""
    return LetterEncoder("letters", LetterCounts())


@pytest.fixture
def faq(tmp_path: Path) -> Path:
    """Two topics in three languages without a fault."""
    return write_faq(tmp_path)


def write_faq(root: Path) -> Path:
    """Writes topics and sources under `root`."""
    root.mkdir(exist_ok=True)
    (root / "topics.yml").write_text(TOPICS, encoding="utf-8")
    for language in ("en", "gu", "ta"):
        folder = root / "sources" / language
        folder.mkdir(parents=True)
        (folder / "returns.yml").write_text(write_file(language), encoding="utf-8")
    return root


def write_file(language: str) -> str:
    """A source file of both topics; line 5 begins the first, line 27 the second."""
    lines = ["origin: knowledge/policy.md", "date: 2026-11-21", "topics:"]
    for topic in ("refund.time", "refund.method"):
        lines += [
            f"  - topic: {topic}",
            f"    title: {topic[:12]} {language}",
            f"    answer: All about {topic} in {language}.",
        ]
        lines += ["    questions:", *(f"      - {topic} {word} {language}" for word in "abcdefgh")]
        if language != "en":
            lines += ["    romanised:", *(f"      - {topic} r{word} {language}" for word in "abcd")]
            lines += ["    mixed:", f"      - {topic} mixed {language}"]
    return "\n".join(lines) + "\n"
