"""The space that both models share: that of all-MiniLM-L6-v2, to which the vectors of all languages are turned.

The turn (orthogonal Procrustes: Schönemann 1966) keeps the likeness among the turned vectors as it is; no other linear
map did better on our own cases (docs/decisions/0010).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Move:
    """Takes vectors of the model of all languages, (n, dim), to the shared space. `weight`: (dim, dim)."""

    weight: Vectors
    bias: Vectors

    def __call__(self, vectors: Vectors) -> Vectors:
        return to_length_one(vectors @ self.weight.T + self.bias)


def find_move(given: Vectors, wanted: Vectors) -> Move:
    """From vectors of the same English texts in both spaces, (n, dim) each."""
    from_mean, to_mean = given.mean(0), wanted.mean(0)
    left, right = given - from_mean, wanted - to_mean
    first, _, second = np.linalg.svd(left.T @ right)
    size = np.linalg.norm(right, axis=1).mean() / np.linalg.norm(left, axis=1).mean()
    weight = np.asarray((first @ second).T * size, dtype=np.float32)
    return Move(weight, to_mean - weight @ from_mean)


@dataclass(frozen=True)
class Targets:
    """By text: `english` of all-MiniLM-L6-v2, `moved` those of the model of all languages, turned to these."""

    english: Mapping[str, Vectors]
    moved: Mapping[str, Vectors]


def read_targets(path: Path) -> Targets:
    """Reads what `targets.py` wrote."""
    stored = np.load(path, allow_pickle=True)
    english = dict(zip(stored["english_texts"].tolist(), stored["english"].astype(np.float32), strict=True))
    given = dict(zip(stored["all_texts"].tolist(), stored["all"].astype(np.float32), strict=True))
    both = [text for text in given if text in english]
    move = find_move(*(np.stack([vectors[text] for text in both]) for vectors in (given, english)))
    return Targets(english, dict(zip(given, move(np.stack(list(given.values()))), strict=True)))


def to_length_one(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)
