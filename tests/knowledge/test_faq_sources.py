"""Loading the FAQ: what is read, and that every mistake names its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from knowledge.sources import hash_sources, load_knowledge, read_knowledge


def change(path: Path, line: int, text: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[line - 1] = text
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_everything_is_read_with_its_line(faq: Path) -> None:
    knowledge = load_knowledge(faq)
    entry = next(one for one in knowledge.entries if (one.topic, one.language) == ("refund.time", "gu"))
    assert knowledge.languages == ("en", "gu", "ta")
    assert (entry.file, entry.line, entry.answer.text) == ("sources/gu/returns.yml", 4, "All about refund.time in gu.")
    assert (len(entry.questions), len(entry.romanised), len(entry.mixed)) == (8, 4, 1)
    assert (entry.questions[0].text, entry.questions[0].line) == ("refund.time a gu", 8)
    assert [link.text for link in knowledge.topics["refund.time"].related] == ["refund.method"]


MISTAKES = [
    (8, "      - when: will it come", "sources/en/returns.yml:8: error: an entry of questions holds a colon"),
    (8, "      -", "sources/en/returns.yml:8: error: an entry of questions is empty"),
    (8, "      - [a, b]", "sources/en/returns.yml:8: error: an entry of questions must be a text"),
    (5, "    titel: x", "sources/en/returns.yml:5: error: unknown key 'titel'"),
    (5, "    topic: x", "sources/en/returns.yml:5: error: 'topic' stands twice"),
    (6, "    answer:", "sources/en/returns.yml:6: error: answer is empty"),
    (7, "    questions: many", "sources/en/returns.yml:7: error: questions must be a list"),
    (6, '    answer: "open', "error: not valid YAML"),
    (6, "\tanswer: tab", "sources/en/returns.yml:6: error: not valid YAML"),
    (1, "orgin: x", "sources/en/returns.yml:1: error: unknown key 'orgin'"),
]


@pytest.mark.parametrize(("line", "text", "message"), MISTAKES, ids=[one[2][-30:] for one in MISTAKES])
def test_a_mistake_names_file_and_line(faq: Path, line: int, text: str, message: str) -> None:
    change(faq / "sources" / "en" / "returns.yml", line, text)
    with pytest.raises(KnowledgeError) as error:
        load_knowledge(faq)
    assert message in str(error.value)
    assert "sources/gu" not in str(error.value)


def test_a_mistake_leaves_the_other_entries_readable(faq: Path) -> None:
    change(faq / "sources" / "en" / "returns.yml", 6, "    answer:")
    knowledge = read_knowledge(faq)
    assert len(knowledge.entries) == 5
    assert len(knowledge.findings) == 1


@pytest.mark.parametrize("content", [b"", b"just words", b"- a\n- b\n", b"origin: \xff\n"])
def test_a_file_that_is_no_faq_file_is_named(faq: Path, content: bytes) -> None:
    (faq / "sources" / "ta" / "returns.yml").write_bytes(content)
    with pytest.raises(KnowledgeError, match=r"sources/ta/returns\.yml:1: error:"):
        load_knowledge(faq)


def test_a_missing_topics_file_is_named(faq: Path) -> None:
    (faq / "topics.yml").unlink()
    with pytest.raises(KnowledgeError, match=r"topics\.yml:1: error: cannot be read"):
        load_knowledge(faq)


def test_the_hash_follows_names_and_contents(faq: Path) -> None:
    before = hash_sources(faq)
    assert hash_sources(faq) == before
    path = faq / "sources" / "en" / "returns.yml"
    path.rename(path.with_name("refunds.yml"))
    renamed = hash_sources(faq)
    change(path.with_name("refunds.yml"), 6, "    answer: Another answer.")
    assert len({before, renamed, hash_sources(faq)}) == 3
