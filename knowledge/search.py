"""Finds FAQ topics by vector and reads their answers, live: when `seva faq index` has run, the next question sees it.

`LiveSearch` serves the message pipeline, `LiveAnswers` the action server (which never loads FAISS). Both refuse a
foreign index; a stale one (`open_search`, `open_answers`) goes on answering, with a warning. While running they keep
what they have until a new index is complete.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from bot.errors import KnowledgeError, KnowledgeStale
from bot.language.languages import DEFAULT_LANGUAGE
from knowledge.index import MANIFEST, MEND, Answer, Manifest, Row, check_manifest, read_manifest
from knowledge.sources import ROOT

_log = logging.getLogger(__name__)
Loaded = TypeVar("Loaded")
Vector = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Hit:
    """One stored question or answer; `score` is the inner product of normalised vectors, at most 1.

    `text` is the question, of an answer its title.
    """

    topic: str
    language: str
    score: float
    text: str


@dataclass(frozen=True)
class Index:
    """A loaded index; `rows` hold topic, language and text of each vector."""

    manifest: Manifest
    vectors: Any
    rows: list[Row]


class Answers:
    """The answers of one index, by topic and language."""

    def __init__(self, answers: list[Answer]) -> None:
        self._answers = {(answer.topic, answer.language): answer for answer in answers}

    def find(self, topic: str, language: str) -> Answer | None:
        """The answer in that language, in English if it is not translated, or None if there is no such topic."""
        return self._answers.get((topic, language)) or self._answers.get((topic, DEFAULT_LANGUAGE))

    def topics(self) -> list[str]:
        """All topics, in the order of the files."""
        return list(dict.fromkeys(topic for topic, _ in self._answers))


class Search:
    """Nearest stored texts of one index."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def query(self, vector: Vector, k: int = 10) -> list[Hit]:
        """The `k` nearest stored texts, best first; several may be of one topic. `vector`: float32, (dim,)."""
        row = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        if row.shape[1] != self.index.manifest.dimension:
            raise KnowledgeError(f"a vector of {row.shape[1]} numbers for an index of another encoder: {MEND}")
        scores, positions = self.index.vectors.search(row, min(k, len(self.index.rows)))
        found = zip(positions[0].tolist(), scores[0].tolist(), strict=True)
        rows = ((self.index.rows[at], score) for at, score in found if at >= 0)
        return [Hit(topic, language, score, text) for (topic, language, text), score in rows]


class Live(Generic[Loaded]):
    """Something made from the index in `folder`, made anew when its manifest changes. Threads may share it."""

    def __init__(self, folder: Path, load: Callable[[Path], Loaded]) -> None:
        self._folder, self._load = folder, load
        self._lock = threading.Lock()
        self._stamp = self._read_stamp()
        self._value = load(folder)

    def current(self) -> Loaded:
        """What the newest complete index gives. A new one that cannot be loaded is logged, and the old one stays."""
        stamp = self._read_stamp()
        if stamp != self._stamp:
            with self._lock:
                if stamp != self._stamp:
                    self._reload(stamp)
        return self._value

    def _reload(self, stamp: tuple[int, int]) -> None:
        self._stamp = stamp
        try:
            self._value = self._load(self._folder)
        except KnowledgeError as error:
            _log.error("the new FAQ index was not taken: %s", error)

    def _read_stamp(self) -> tuple[int, int]:
        try:
            status = (self._folder / MANIFEST).stat()
        except OSError:
            return (0, 0)
        return (status.st_mtime_ns, status.st_ino)


def load_index(folder: Path, encoder_name: str, root: Path | None = ROOT) -> Index:
    """The index in `folder`. Raises KnowledgeError naming the command that mends it, if missing, stale or foreign.

    `root`: where the FAQ stands that it must agree with; None does not check that.
    """
    import faiss

    manifest = read_manifest(folder)
    check_manifest(manifest, encoder_name, root)
    content = read_answers_file(folder, manifest)
    try:
        vectors = faiss.read_index(str(folder / manifest.vectors_file))
    except RuntimeError as error:
        raise KnowledgeError(f"the vectors of the FAQ index cannot be read: {MEND}") from error
    rows = [(topic, language, text) for topic, language, text in content["rows"]]
    if vectors.ntotal != len(rows) or vectors.d != manifest.dimension:
        raise KnowledgeError(f"the files of the FAQ index do not fit together: {MEND}")
    return Index(manifest, vectors, rows)


def load_answers(folder: Path, root: Path | None = ROOT) -> Answers:
    """The answers of the index in `folder`. Raises KnowledgeError like `load_index`."""
    manifest = read_manifest(folder)
    check_manifest(manifest, None, root)
    content = read_answers_file(folder, manifest)
    return Answers([Answer(**{**one, "related": tuple(one["related"])}) for one in content["answers"]])


def live_search(folder: Path, encoder_name: str, root: Path | None = ROOT) -> Live[Search]:
    """A search that follows the index. Raises KnowledgeError if there is none to start with."""
    return Live(folder, lambda place: Search(load_index(place, encoder_name, root)))


def live_answers(folder: Path, root: Path | None = ROOT) -> Live[Answers]:
    """Answers that follow the index. Raises KnowledgeError if there is none to start with."""
    return Live(folder, lambda place: load_answers(place, root))


def open_answers(folder: Path, root: Path = ROOT) -> Live[Answers]:
    """The live answers of the index in `folder` for a server that must not stay down because somebody edited the FAQ.

    A stale index goes on answering, with a warning; `/readyz` says so too. Raises KnowledgeError if there is none.
    """
    try:
        check_manifest(read_manifest(folder), None, root)
    except KnowledgeStale as error:
        _log.warning("%s", error)
    return live_answers(folder, root=None)


def read_answers_file(folder: Path, manifest: Manifest) -> dict[str, Any]:
    """`{"rows": [[topic, language, text]], "answers": [...]}`. Raises KnowledgeError if it cannot be read."""
    try:
        content: dict[str, Any] = json.loads((folder / manifest.answers_file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KnowledgeError(f"the answers of the FAQ index cannot be read: {MEND}") from error
    return content
