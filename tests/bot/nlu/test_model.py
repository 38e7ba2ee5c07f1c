"""The route model on tiny, uneven sets, with made-up vectors."""

from pathlib import Path

import numpy as np
import pytest

from bot.nlu import model as route_model
from bot.nlu.model import confidences, fit_model, load_model, save_model

TEXTS = ["where is my parcel", "track my order", "give me the money back", "refund please", "hello"]
LABELS = ["status", "status", "refund", "refund", "greet"]
VECTORS = np.random.default_rng(3).normal(size=(5, 16)).astype(np.float32)


def test_training_examples_are_recognised_even_a_single_one() -> None:
    model = fit_model(VECTORS, TEXTS, LABELS)
    assert [model.rank(vector, text).labels[0] for vector, text in zip(VECTORS, TEXTS, strict=True)] == LABELS


def test_probabilities_sum_to_one_and_confidence_is_a_share() -> None:
    ranking = fit_model(VECTORS, TEXTS, LABELS).rank(-VECTORS[0], "zzz 😀")
    assert sum(ranking.probabilities) == pytest.approx(1.0, abs=1e-3)
    assert all(0.0 <= value <= 1.0 for value in confidences(ranking))
    assert ranking.unknown_share == 1.0


def test_a_stored_model_ranks_as_the_one_that_learned(tmp_path: Path) -> None:
    model = fit_model(VECTORS, TEXTS, LABELS)
    before = model.rank(VECTORS[0], "wheres my parcl")
    save_model(model, tmp_path / "model")
    after = load_model(tmp_path / "model").rank(VECTORS[0], "wheres my parcl")
    assert after.labels == before.labels
    assert after.probabilities == pytest.approx(before.probabilities, abs=0.01)


def test_one_label_is_enough() -> None:
    assert fit_model(VECTORS[:1], ["a"], ["only"]).rank(VECTORS[0], "b").labels == ["only"]


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(ValueError, match="no training examples"):
        fit_model(VECTORS[:0], [], [])


def test_learning_in_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = fit_model(VECTORS, TEXTS, LABELS)
    monkeypatch.setattr(route_model, "COMPARED_ROWS", 2)
    in_blocks = fit_model(VECTORS, TEXTS, LABELS)
    assert in_blocks.dual == pytest.approx(at_once.dual, abs=1e-5)


def test_many_examples_are_told_apart_in_their_strongest_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route_model, "KEPT_DIRECTIONS", 4)
    model = fit_model(VECTORS, TEXTS, LABELS)
    assert model.examples.shape == (4, 5)
    for vector, text, label in zip(VECTORS, TEXTS, LABELS, strict=True):
        ranking = model.rank(vector, text)
        assert ranking.labels[0] == label
        nearest, cosine = ranking.nearest[0]
        assert (nearest, cosine > 0.999) == (label, True)
