"""What is wrong with the FAQ, beyond its files being readable: `seva faq lint`.

Pure over `Knowledge`; only the search for near duplicates needs an encoder, and is left out without one.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from bot.language.languages import load_languages
from knowledge.encoder import Encoder
from knowledge.source_yaml import Finding, Text
from knowledge.sources import Entry, Knowledge

# WhatsApp cuts a message with buttons here (Cloud API, interactive messages, body), the shortest of our channels; its
# buttons' titles likewise.
ANSWER_MAX = 1024
TITLE_MAX = 20
QUESTIONS_MIN = 8
ROMANISED_MIN = 4
RELATED_MAX = 3
# Inner product of two vectors of the default encoder above which two questions of different topics say the same in
# other words. Measured: one changed function word gives 0.94 to 0.99; the closest pair of this FAQ, "does a coupon work
# on a gift card" and "can a gift card be had by coupon" in Gujarati, lies at 0.962.
SIMILARITY_MAX = 0.965


def lint_knowledge(knowledge: Knowledge, encoder: Encoder | None = None) -> list[Finding]:
    """All findings, by file and line. With an encoder also questions of two topics that mean nearly the same."""
    found = list(knowledge.findings)
    found += _check_links(knowledge)
    found += _check_coverage(knowledge)
    for entry in knowledge.entries:
        found += _check_entry(entry)
    found += _check_duplicates(knowledge)
    if encoder is not None:
        found += _check_similar(knowledge, encoder)
    return sorted(set(found))


def _check_links(knowledge: Knowledge) -> Iterator[Finding]:
    for topic in knowledge.topics.values():
        for link in topic.related:
            if link.text not in knowledge.topics:
                yield Finding("topics.yml", link.line, f"{topic.topic}: related topic {link.text!r} does not exist")
            elif link.text == topic.topic:
                yield Finding("topics.yml", link.line, f"{topic.topic}: is related to itself")
        if len(topic.related) > RELATED_MAX:
            yield Finding("topics.yml", topic.line, f"{topic.topic}: more than {RELATED_MAX} related topics")
        if len({link.text for link in topic.related}) < len(topic.related):
            yield Finding("topics.yml", topic.line, f"{topic.topic}: a related topic stands twice")


def _check_coverage(knowledge: Knowledge) -> Iterator[Finding]:
    there: dict[tuple[str, str], Entry] = {}
    for entry in knowledge.entries:
        first = there.setdefault((entry.topic, entry.language), entry)
        if first is not entry:
            where = f"{first.file}:{first.line}"
            yield Finding(entry.file, entry.line, f"{entry.topic} is already in {where}")
        if entry.topic not in knowledge.topics:
            yield Finding(entry.file, entry.line, f"topic {entry.topic!r} is not in topics.yml")
    for topic in knowledge.topics.values():
        missing = [language for language in knowledge.languages if (topic.topic, language) not in there]
        if missing:
            yield Finding("topics.yml", topic.line, f"{topic.topic}: no entry in {', '.join(missing)}")


def _check_entry(entry: Entry) -> Iterator[Finding]:
    def finding(line: int, message: str) -> Finding:
        return Finding(entry.file, line, f"{entry.topic}: {message}")

    if len(entry.title.text) > TITLE_MAX:
        yield finding(
            entry.title.line, f"the title has {len(entry.title.text)} characters, {TITLE_MAX} fit on a button"
        )
    if len(entry.answer.text) > ANSWER_MAX:
        length = len(entry.answer.text)
        yield finding(entry.answer.line, f"the answer has {length} characters, WhatsApp takes {ANSWER_MAX}")
    if len(entry.questions) < QUESTIONS_MIN:
        yield finding(entry.line, f"{len(entry.questions)} questions, at least {QUESTIONS_MIN} are needed")
    language = load_languages().get(entry.language)
    if language and language.romanised and len(entry.romanised) < ROMANISED_MIN:
        yield finding(entry.line, f"{len(entry.romanised)} romanised questions, at least {ROMANISED_MIN} are needed")
    for text in (entry.title, entry.answer, *entry.variants):
        if not unicodedata.is_normalized("NFC", text.text):
            yield finding(text.line, "is not in Unicode's composed form (NFC); retype it or convert the file")


def _check_duplicates(knowledge: Knowledge) -> Iterator[Finding]:
    seen: dict[str, tuple[Entry, Text]] = {}
    for entry in knowledge.entries:
        for text in entry.variants:
            key = _words_of(text.text)
            first, where = seen.setdefault(key, (entry, text))
            if where is text:
                continue
            place = f"{first.file}:{where.line}"
            if first.topic != entry.topic:
                yield Finding(entry.file, text.line, f"{text.text!r} also asks for {first.topic} ({place})")
            elif first.language == entry.language:
                yield Finding(entry.file, text.line, f"{text.text!r} is already in {place}", "warning")


def _words_of(text: str) -> str:
    """Letters, digits and the marks on them (which `\\w` leaves out), everything else as one space."""
    kept = (char if unicodedata.category(char)[0] in "LNM" or char == "_" else " " for char in text.casefold())
    return " ".join("".join(kept).split())


def _check_similar(knowledge: Knowledge, encoder: Encoder) -> Iterator[Finding]:
    asked = [(entry, text) for entry in knowledge.entries for text in entry.variants]
    vectors = encoder.encode_cached([text.text for _, text in asked], "query")
    by_language: dict[str, list[int]] = defaultdict(list)
    for position, (entry, _) in enumerate(asked):
        by_language[entry.language].append(position)
    for positions in by_language.values():
        topics = np.array([asked[position][0].topic for position in positions])
        for one, other, score in _similar_pairs(vectors[positions], topics):
            (first, said), (second, again) = asked[positions[one]], asked[positions[other]]
            place = f"{first.topic} ({first.file}:{said.line}, {score:.3f})"
            message = f"{again.text!r} is too close to {said.text!r} of {place}"
            yield Finding(second.file, again.line, message, "warning")


def _similar_pairs(vectors: npt.NDArray[np.float32], topics: npt.NDArray[np.str_]) -> Iterator[tuple[int, int, float]]:
    scores = vectors @ vectors.T
    close = np.argwhere(np.triu((scores > SIMILARITY_MAX) & (topics[:, None] != topics[None, :]), k=1))
    for one, other in close:
        yield int(one), int(other), float(scores[one, other])
