"""The route model: from the vector and the words of a message to a probability for every label.

Kernel ridge regression on one-hot labels with the kernel `exp(3 (cos - 1))` of the centred encoder vectors plus a share
of the inner product of the sparse features. It learns in one linear solve, needs no tuning on small and uneven sets,
and its sparse half collapses to plain weights. Knows nothing of Rasa.
"""

import os
import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.linalg import lapack

from bot.nlu.features import Matrix, SparseFeatures

SHARPNESS = 3.0
# Weight of the words and characters beside the vector. Best with 5 and 10 examples a class of BANKING77 and CLINC150,
# asked training rows that were left out (85.4 % in the mean, 85.0 % with 0.1); config.yml gives more for casual
# romanised text, where the encoder is weak (tests/nlu/cases.jsonl: 95.6 % against 94.7 %).
SPARSE_SHARE = 0.05
RIDGE = 0.15
# How much likeness to the nearest example counts beside the score when telling known from foreign messages: AUROC on
# CLINC150 0.969 without, 0.975 with it (benchmarks/intents.py, 2026-11-21).
NEAREST_SHARE = 0.3
# Turns ridge scores (about 0 to 1) into probabilities: exp(score * this), normalised.
SCORE_SCALE = 9.0
# Examples compared at once with all others while learning: 250 rows of 20,000 numbers take 20 MB. More at once is
# slower, since memory is asked for and given back at every step (20,485 examples: 4.9 s with 250, 8.5 s with 1,000).
COMPARED_ROWS = 250
# Vectors keep their strongest directions only: every message is compared with every example, and half the numbers are
# half the memory to go through. 192 of 384 lose nothing, with 400 examples or with 20,000 (docs/decisions/0010).
KEPT_DIRECTIONS = 192
# How little the directions in which examples of one label differ are evened out: so much of their mean spread is added
# to each, and more with few examples.
EVENING, EVENING_FEW = 2.0, 5000.0
# A mean spread below this is none: no label has two different examples.
SPREAD_MIN = 1e-6
# So many labels of a ranking are passed on.
TOP = 10


@dataclass
class Ranking:
    """What the model says of one message. `labels` best first, with `probabilities` that sum to 1 over all labels."""

    labels: list[str]
    probabilities: list[float]
    # Ridge scores of the same labels: about 1 for a sure one, about 0 for all on a message unlike any example.
    scores: list[float]
    # Cosine (-1 to 1, centred) and label of the nearest training texts of different labels, best first.
    nearest: list[tuple[str, float]]
    unknown_share: float


@dataclass(frozen=True)
class Space:
    """Where vectors are compared: less the training mean, since e5 vectors share one large direction that hides them,
    and with what tells labels apart made larger (`find_space`)."""

    mean: Matrix
    # (dim, directions); None keeps all.
    directions: Matrix | None

    def place(self, vectors: Matrix) -> Matrix:
        """Encoder vectors (n, dim) in this space, again of length 1: (n, directions)."""
        moved = vectors - self.mean
        if self.directions is not None:
            moved = moved @ self.directions
        norms = np.linalg.norm(moved, axis=1, keepdims=True)
        return np.asarray(moved / np.maximum(norms, 1e-9), dtype=np.float32)


@dataclass
class RouteModel:
    """A fitted model; made by `fit_model` or `load_model`."""

    labels: list[str]
    space: Space
    # (directions, examples): one message meets them twice as fast as with an example a row.
    examples: Matrix
    example_labels: npt.NDArray[np.int64]
    dual: Matrix
    primal: Matrix
    offset: Matrix
    sparse: SparseFeatures

    def score(self, vector: Matrix, text: str) -> tuple[Matrix, Matrix]:
        """Ridge scores (1, labels), and cosines to all training texts (1, examples)."""
        cosines = self.space.place(vector.reshape(1, -1)) @ self.examples
        scores = kernel(cosines) @ self.dual + self.sparse.multiply(text, self.primal) + self.offset
        return np.asarray(scores, dtype=np.float32), cosines

    def rank(self, vector: Matrix, text: str, top: int = TOP) -> Ranking:
        """The likeliest labels of one message. vector: (dim,); text: normalised."""
        scores, cosines = self.score(vector, text)
        probabilities = softmax(scores)[0]
        order = np.argsort(-probabilities)[:top]
        return Ranking(
            [self.labels[i] for i in order],
            [float(probabilities[i]) for i in order],
            [float(scores[0][i]) for i in order],
            self._nearest(cosines[0]),
            self.sparse.unknown_share(text),
        )

    def _nearest(self, cosines: Matrix, wanted: int = 3) -> list[tuple[str, float]]:
        found: dict[str, float] = {}
        count = min(60, len(cosines))
        best = np.argpartition(-cosines, count - 1)[:count]
        for index in best[np.argsort(-cosines[best])]:
            found.setdefault(self.labels[int(self.example_labels[index])], float(cosines[index]))
            if len(found) == wanted:
                break
        return list(found.items())


def fit_model(
    vectors: Matrix, texts: Sequence[str], labels: Sequence[str], sparse_share: float = SPARSE_SHARE
) -> RouteModel:
    """Learns from normalised texts, their encoder vectors and labels. Works with one example of a label.

    Raises: ValueError without examples.
    """
    if not labels:
        raise ValueError("no training examples")
    names = sorted(set(labels))
    place = {name: number for number, name in enumerate(names)}
    numbers = np.array([place[label] for label in labels])
    space = find_space(vectors, numbers)
    placed = space.place(vectors)
    sparse = SparseFeatures()
    # Words are counted in Python, on one core; vectors are compared beside it.
    with ThreadPoolExecutor(1) as beside:
        compared = beside.submit(compare_vectors, placed)
        words = sparse.fit(texts)
        gram = compared.result()
    add_shared_words(gram, words, sparse_share)
    targets = np.eye(len(names), dtype=np.float32)[numbers]
    offset = targets.mean(axis=0)
    gram[np.diag_indices_from(gram)] += RIDGE
    dual = solve_positive(gram, targets - offset)
    primal = np.asarray(sparse_share * (words.T @ dual), dtype=np.float32)
    return RouteModel(names, space, np.ascontiguousarray(placed.T), numbers, dual, primal, offset, sparse)


def find_space(vectors: Matrix, numbers: npt.NDArray[np.int64]) -> Space:
    """The space in which these training vectors lie apart by their labels' numbers. vectors: (n, dim); numbers: (n,).

    Directions in which examples of one label differ say little about the label and count less. With one label only,
    the vectors' mean is what they say.
    """
    if numbers.max() == 0:
        return Space(np.zeros(vectors.shape[1], dtype=np.float32), None)
    space = Space(vectors.mean(axis=0), None)
    centred = space.place(vectors)
    directions = even_out(centred, numbers)
    if vectors.shape[1] > KEPT_DIRECTIONS:
        moved = centred @ directions
        _, strongest = np.linalg.eigh(moved.T @ moved)
        directions = directions @ strongest[:, -KEPT_DIRECTIONS:]
    return replace(space, directions=np.ascontiguousarray(directions, dtype=np.float32))


def even_out(centred: Matrix, numbers: npt.NDArray[np.int64]) -> Matrix:
    """A map, (dim, dim), after which examples of one label differ about equally in every direction.

    Within-class covariance normalisation (Hatch, Kajarekar and Stolcke 2006), drawn towards no change: the fewer the
    examples, the less their differences are to be believed.
    """
    counts = np.bincount(numbers)
    sums = np.zeros((len(counts), centred.shape[1]), dtype=np.float32)
    np.add.at(sums, numbers, centred)
    apart = centred - (sums / np.maximum(counts, 1)[:, None])[numbers]
    spread, axes = np.linalg.eigh(apart.T @ apart)
    mean_spread = max(float(spread.mean()), SPREAD_MIN)
    strength = np.maximum(spread, 0.0) / mean_spread + EVENING + EVENING_FEW / len(centred)
    return np.asarray((axes / np.sqrt(strength)) @ axes.T, dtype=np.float32)


def compare_vectors(placed: Matrix) -> Matrix:
    """The kernel of every two examples' vectors: (n, n), of which only the upper triangle is filled."""
    gram = np.empty((len(placed), len(placed)), dtype=np.float32)

    def compare(start: int) -> None:
        rows = slice(start, start + COMPARED_ROWS)
        block = gram[rows, start:]
        np.matmul(placed[rows], placed[start:].T, out=block)
        block -= 1.0
        block *= np.float32(SHARPNESS)
        np.exp(block, out=block)

    _in_blocks(compare, len(placed))
    return gram


def add_shared_words(gram: Matrix, words: sp.csr_matrix, sparse_share: float) -> None:
    """Adds what every two examples share in words, to the upper triangle of `gram`. words: (n, vocabulary)."""

    def compare(start: int) -> None:
        rows = slice(start, start + COMPARED_ROWS)
        shared = (words[rows] @ words[start:].T).toarray()
        shared *= np.float32(sparse_share)
        gram[rows, start:] += shared

    _in_blocks(compare, len(gram))


def _in_blocks(compare: Callable[[int], None], count: int) -> None:
    """Calls it with the first of every so many rows, on every core. So no second matrix of that size is ever there."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(compare, range(0, count, COMPARED_ROWS)))


def solve_positive(matrix: Matrix, targets: Matrix) -> Matrix:
    """The solution of `matrix @ x = targets` for a positive definite matrix, which is used up. In single precision and
    in place: 18,000 examples take 1.3 GB, not four times that. Of the matrix only the upper triangle is read.

    Raises: ValueError if the matrix is not positive definite.
    """
    # LAPACK reads by columns; the matrix is symmetric, so its transpose is the same without a copy.
    factor, fault = lapack.spotrf(matrix.T, lower=1, overwrite_a=1, clean=0)
    if fault:
        raise ValueError(f"the kernel matrix is not positive definite (row {fault})")
    solution, _ = lapack.spotrs(factor, np.asfortranarray(targets, dtype=np.float32), lower=1)
    return np.ascontiguousarray(solution)


def save_model(model: RouteModel, path: Path) -> None:
    # Rasa packs all files of a model once more, which takes a second for every 10 MB. Three digits of the many numbers
    # are enough.
    path.write_bytes(pickle.dumps(_with_precision(model, np.float16), protocol=pickle.HIGHEST_PROTOCOL))


def load_model(path: Path) -> RouteModel:
    """Only for files of our own training: a model file is trusted code."""
    model: RouteModel = pickle.loads(path.read_bytes())  # noqa: S301
    return _with_precision(model, np.float32)


def _with_precision(model: RouteModel, kind: type[np.floating[Any]]) -> RouteModel:
    many = {name: getattr(model, name).astype(kind) for name in ("examples", "dual", "primal")}
    return replace(model, **many)


def confidences(ranking: Ranking) -> list[float]:
    """0-1 for each ranked label: high only for a message that is sure and also like something seen before."""
    near = NEAREST_SHARE * ranking.nearest[0][1]
    return [min(1.0, max(0.0, (score + near) / (1.0 + NEAREST_SHARE))) for score in ranking.scores]


def kernel(cosines: Matrix) -> Matrix:
    return np.exp(SHARPNESS * (cosines - 1.0), dtype=np.float32)


def softmax(scores: Matrix, scale: float = SCORE_SCALE) -> Matrix:
    powers = np.exp(scale * (scores - scores.max(axis=1, keepdims=True)))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)
