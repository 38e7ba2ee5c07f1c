"""`seva faq lint`: each kind of finding, at its line, and none where nothing is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.commands import lint
from knowledge.encoder import Encoder
from tests.knowledge.test_faq_sources import change

EN = "sources/en/returns.yml"
GU = "sources/gu/returns.yml"


def test_a_faq_without_fault_has_no_findings(faq: Path) -> None:
    assert lint(faq, similar=False) == []


FAULTS = [
    ("topics.yml", 4, "    related: [refund.when]", "topics.yml:4", "related topic 'refund.when' does not exist"),
    ("topics.yml", 4, "    related: [refund.time]", "topics.yml:4", "is related to itself"),
    ("topics.yml", 5, "  - topic: refund.where", "topics.yml:5", "refund.where: no entry in en, gu, ta"),
    (EN, 4, "  - topic: refund.when", f"{EN}:4", "topic 'refund.when' is not in topics.yml"),
    (EN, 4, "  - topic: refund.method", f"{EN}:16", f"refund.method is already in {EN}:4"),
    (EN, 5, "    title: twenty-one characters", f"{EN}:5", "the title has 21 characters, 20 fit on a button"),
    (EN, 6, f"    answer: {'a' * 1025}", f"{EN}:6", "the answer has 1025 characters, WhatsApp takes 1024"),
    (EN, 8, "      - Refund.time, B en?", f"{EN}:9", f"'refund.time b en' is already in {EN}:8"),
    (EN, 8, "      - refund method a EN!", f"{EN}:20", "'refund.method a en' also asks for refund.time"),
    (GU, 8, "      - cafe\u0301 refund", f"{GU}:8", "is not in Unicode's composed form"),
]


@pytest.mark.parametrize(("file", "line", "text", "place", "message"), FAULTS, ids=[one[4][:40] for one in FAULTS])
def test_a_fault_is_found_at_its_line(faq: Path, file: str, line: int, text: str, place: str, message: str) -> None:
    change(faq / file, line, text)
    found = [str(finding) for finding in lint(faq, similar=False)]
    assert any(one.startswith(f"{place}: ") and message in one for one in found), found


def test_texts_at_the_limits_are_no_finding(faq: Path) -> None:
    change(faq / EN, 5, f"    title: {'t' * 20}")
    change(faq / EN, 6, f"    answer: {'a' * 1024}")
    assert lint(faq, similar=False) == []


def test_too_few_questions_are_counted(faq: Path) -> None:
    path = faq / GU
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:7] + lines[8:16] + lines[17:]) + "\n", encoding="utf-8")
    found = [str(finding) for finding in lint(faq, similar=False)]
    assert found == [
        f"{GU}:4: error: refund.time: 3 romanised questions, at least 4 are needed",
        f"{GU}:4: error: refund.time: 7 questions, at least 8 are needed",
    ]


def test_a_missing_language_is_found_for_every_topic(faq: Path) -> None:
    (faq / "sources" / "ta" / "returns.yml").write_text("origin: x\ndate: 2026-11-21\ntopics: []\n", encoding="utf-8")
    found = [str(finding) for finding in lint(faq, similar=False)]
    assert found == [
        "topics.yml:2: error: refund.time: no entry in ta",
        "topics.yml:5: error: refund.method: no entry in ta",
    ]


def test_questions_of_two_topics_that_mean_the_same_are_found(faq: Path, encoder: Encoder) -> None:
    change(faq / EN, 8, "      - zzz yyy xxx www")
    change(faq / EN, 20, "      - www xxx yyy zzz")
    found = [str(finding) for finding in lint(faq, encoder) if "zzz" in finding.message]
    assert len(found) == 1
    assert found[0].startswith(f"{EN}:20: warning: 'www xxx yyy zzz' is too close to 'zzz yyy xxx www' of refund.time")


def test_the_shop_has_nothing_to_mend() -> None:
    """The FAQ that ships; near duplicates are looked for by `seva faq lint` itself."""
    assert [str(finding) for finding in lint(similar=False) if finding.severity == "error"] == []
