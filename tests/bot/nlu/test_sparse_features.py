"""The sparse features of one message are those of the same message among others."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from bot.nlu.features import SparseFeatures

TEXTS = [
    "where is my order TT-10432",
    "refund kyare aavse",
    "રિફંડ ક્યારે આવશે?",
    "ரிஃபண்ட் எப்போ வரும்",
    "cash on delivery",
    "how do i pay",
]


@pytest.mark.parametrize("text", [*TEXTS, "", "ok ok ok", "refund refund order", "ઝક્ષલ qqq"])
def test_one_message_gets_the_features_it_has_among_others(text: str) -> None:
    features = SparseFeatures()
    features.fit(TEXTS)
    among_others = features.transform([text, "another one"])[0]
    alone = features.multiply(text, np.eye(among_others.shape[1], dtype=np.float32))
    assert alone.shape == among_others.shape
    assert np.allclose(alone, among_others.toarray(), atol=1e-5)


def test_features_are_stored_after_use() -> None:
    features = SparseFeatures()
    features.fit(TEXTS)
    before = features.transform([TEXTS[0]]).toarray()
    again = pickle.loads(pickle.dumps(features))  # noqa: S301 - our own bytes
    assert np.allclose(again.transform([TEXTS[0]]).toarray(), before)
