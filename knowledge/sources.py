"""Loads the FAQ: `topics.yml` (what there is and what belongs together) and `sources/<language>/*.yml` (what is said).

Called by the index, the linter and training. Knows nothing of vectors. Every error names file and line.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.errors import KnowledgeError
from knowledge.source_yaml import Finding, Reader, Text

ROOT = Path(__file__).resolve().parent
_ENTRY_KEYS = {"topic", "title", "answer", "questions", "romanised", "mixed"}
_FILE_KEYS = {"origin", "date", "topics"}


@dataclass(frozen=True)
class Topic:
    """Something customers ask about; `related` are the topics offered after its answer."""

    topic: str
    asks_for: str
    related: tuple[Text, ...]
    line: int


@dataclass(frozen=True)
class Entry:
    """One topic in one language: what is answered, and the ways it is asked for."""

    topic: str
    language: str
    title: Text
    answer: Text
    questions: tuple[Text, ...]
    romanised: tuple[Text, ...]
    mixed: tuple[Text, ...]
    file: str
    line: int

    @property
    def variants(self) -> tuple[Text, ...]:
        """All ways to ask, in any writing."""
        return self.questions + self.romanised + self.mixed


@dataclass(frozen=True)
class Knowledge:
    """All of the FAQ, as the files have it."""

    topics: dict[str, Topic]
    entries: tuple[Entry, ...]
    languages: tuple[str, ...]
    findings: tuple[Finding, ...]


def read_knowledge(root: Path = ROOT) -> Knowledge:
    """Everything that can be read under `root`, with what is wrong in `findings`. Never raises for a bad file."""
    reader = Reader("topics.yml")
    topics = _read_topics(reader, root / "topics.yml")
    findings = list(reader.findings)
    entries: list[Entry] = []
    languages = tuple(sorted(path.name for path in (root / "sources").glob("*/")))
    for language in languages:
        for path in sorted((root / "sources" / language).glob("*.yml")):
            reader = Reader(str(path.relative_to(root)))
            entries += _read_file(reader, path, language)
            findings += reader.findings
    if not entries and not findings:
        findings.append(Finding("sources", 1, "there are no FAQ files under sources/<language>/"))
    return Knowledge(topics, tuple(entries), languages, tuple(findings))


def load_knowledge(root: Path = ROOT) -> Knowledge:
    """The FAQ. Raises KnowledgeError naming every file and line that cannot be read."""
    knowledge = read_knowledge(root)
    errors = [str(finding) for finding in knowledge.findings if finding.severity == "error"]
    if errors:
        raise KnowledgeError("the FAQ cannot be read:\n" + "\n".join(errors))
    return knowledge


def hash_sources(root: Path = ROOT) -> str:
    """A hash of all FAQ files, by which an index knows whether it is of today. Names and bytes count, dates do not."""
    digest = hashlib.sha256()
    for path in [root / "topics.yml", *sorted((root / "sources").glob("*/*.yml"))]:
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _read_topics(reader: Reader, path: Path) -> dict[str, Topic]:
    root = reader.compose(path)
    topics: dict[str, Topic] = {}
    if root is None:
        return topics
    for node in reader.items(reader.mapping(root, "the file").get("topics"), "topics"):
        fields = reader.mapping(node, "a topic")
        name = reader.text(fields.get("topic", node), "topic")
        if name is None:
            continue
        asks_for = reader.text(fields["asks_for"], "asks_for") if "asks_for" in fields else None
        related = reader.texts(fields["related"], "related") if "related" in fields else ()
        if name.text in topics:
            reader.report(name.line, f"topic {name.text!r} is already in line {topics[name.text].line}")
        topics[name.text] = Topic(name.text, asks_for.text if asks_for else "", related, name.line)
    return topics


def _read_file(reader: Reader, path: Path, language: str) -> list[Entry]:
    root = reader.compose(path)
    if root is None:
        if not reader.findings:
            reader.report(1, "the file is empty")
        return []
    fields = reader.mapping(root, "the file")
    for key in sorted(set(fields) - _FILE_KEYS):
        reader.report(fields[key].start_mark.line + 1, f"unknown key {key!r}")
    for key in sorted(_FILE_KEYS - set(fields) - {"topics"}):
        reader.report(1, f"{key!r} is missing (where the facts come from, and their date)")
    if "topics" not in fields:
        reader.report(1, "'topics' is missing")
        return []
    read = (_read_entry(reader, node, language) for node in reader.items(fields["topics"], "topics"))
    return [entry for entry in read if entry is not None]


def _read_entry(reader: Reader, node: yaml.Node, language: str) -> Entry | None:
    line = node.start_mark.line + 1
    fields = reader.mapping(node, "a topic")
    for key in sorted(set(fields) - _ENTRY_KEYS):
        reader.report(fields[key].start_mark.line + 1, f"unknown key {key!r}")
    missing = [key for key in ("topic", "title", "answer", "questions") if key not in fields]
    if missing:
        if fields:
            reader.report(line, f"missing: {', '.join(missing)}")
        return None
    name, title = reader.text(fields["topic"], "topic"), reader.text(fields["title"], "title")
    answer = reader.text(fields["answer"], "answer")
    lists = {
        key: reader.texts(fields[key], key) if key in fields else () for key in ("questions", "romanised", "mixed")
    }
    if name is None or title is None or answer is None:
        return None
    return Entry(name.text, language, title, answer, **lists, file=reader.file, line=name.line)
