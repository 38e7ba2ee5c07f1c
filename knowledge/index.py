"""The FAQ as the running system uses it: vectors of all questions and answers (FAISS), the answers, and a manifest.

Built by `seva faq index`, loaded by the message pipeline and the action server. The manifest is replaced last and names
the other two files, so that a reader sees either the old index or the new one, never half of each.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.config import config
from bot.errors import KnowledgeError, KnowledgeStale
from bot.language.normalise import normalise
from knowledge.encoder import Encoder, identify
from knowledge.sources import ROOT, Knowledge, hash_sources, load_knowledge

MANIFEST = "manifest.json"
FORMAT = 2
MEND = "run `seva faq index`"
Vectors = npt.NDArray[np.float32]
# Topic, language and text: the question, or the title of an answer.
Row = tuple[str, str, str]


@dataclass(frozen=True)
class Manifest:
    """What an index was made of and by."""

    format: int
    encoder: str
    dimension: int
    sources: str
    topics: int
    languages: tuple[str, ...]
    rows: int
    created: str
    vectors_file: str
    answers_file: str

    def __str__(self) -> str:
        languages = ", ".join(self.languages)
        return f"{self.rows} texts of {self.topics} topics in {languages}, encoded by {self.encoder}"


@dataclass(frozen=True)
class Answer:
    """What is said about a topic in one language; `related` are topic names in the order they are offered."""

    topic: str
    language: str
    title: str
    answer: str
    related: tuple[str, ...]


def write_index(folder: Path, encoder: Encoder, root: Path = ROOT) -> Manifest:
    """Builds the index from the FAQ under `root` and puts it into `folder` in one step, safe under running readers.

    Raises KnowledgeError naming file and line if the FAQ cannot be read. Takes about a minute the first time.
    """
    import faiss

    sources = hash_sources(root)
    knowledge = load_knowledge(root)
    rows, vectors = _encode(knowledge, encoder)
    index = faiss.IndexFlatIP(encoder.dim)
    index.add(vectors)
    folder.mkdir(parents=True, exist_ok=True)
    stamp = f"{sources[:12]}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
    manifest = Manifest(
        FORMAT, encoder.name, encoder.dim, sources, len(knowledge.topics), knowledge.languages, len(rows),
        datetime.now(UTC).isoformat(timespec="seconds"), f"vectors-{stamp}.faiss", f"answers-{stamp}.json",
    )  # fmt: skip
    faiss.write_index(index, str(folder / manifest.vectors_file))
    content = {"rows": rows, "answers": [asdict(answer) for answer in _collect_answers(knowledge)]}
    (folder / manifest.answers_file).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    _replace_manifest(folder, manifest)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the index in `folder`. Raises KnowledgeError if there is none or it is from another version."""
    try:
        content: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**{**content, "languages": tuple(content["languages"])})
    except FileNotFoundError as error:
        raise KnowledgeError(f"there is no FAQ index yet: {MEND}") from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise KnowledgeError(f"the manifest of the FAQ index cannot be read: {MEND}") from error
    if manifest.format != FORMAT:
        raise KnowledgeError(f"the FAQ index is of format {manifest.format}, this version reads {FORMAT}: {MEND}")
    return manifest


def check_manifest(manifest: Manifest, encoder_name: str | None = None, root: Path | None = ROOT) -> None:
    """Raises KnowledgeError if another encoder made the index, KnowledgeStale if other sources than `root`'s."""
    if encoder_name is not None and manifest.encoder != identify(encoder_name):
        raise KnowledgeError(f"the FAQ index was made with encoder {manifest.encoder}, not {encoder_name}: {MEND}")
    if root is not None and manifest.sources != hash_sources(root):
        raise KnowledgeStale(f"the FAQ has changed since its index was made ({manifest.created}): {MEND}")


def check_index(folder: Path | None = None, encoder_name: str | None = None, root: Path = ROOT) -> Manifest:
    """The manifest of the index, if it fits today's sources and encoder (by default those of this installation).

    Raises KnowledgeError naming the command that mends it. Quick: loads neither vectors nor encoder.
    """
    manifest = read_manifest(folder or index_folder())
    check_manifest(manifest, encoder_name or config().encoder, root)
    return manifest


def index_folder() -> Path:
    """Where the FAQ index of this installation stands."""
    return config().data_path / "index"


def _encode(knowledge: Knowledge, encoder: Encoder) -> tuple[list[Row], Vectors]:
    asked = [(entry.topic, entry.language, text.text) for entry in knowledge.entries for text in entry.variants]
    told = [(entry.topic, entry.language, entry.title.text) for entry in knowledge.entries]
    # Normalised as messages are, which also makes these the vectors that training needs: they are encoded once.
    queries = encoder.encode_cached([normalise(text) for _, _, text in asked], "query")
    passages = [f"{entry.title.text}. {entry.answer.text}" for entry in knowledge.entries]
    vectors = (queries, encoder.encode_cached(passages, "passage"))
    return asked + told, np.ascontiguousarray(np.concatenate(vectors), dtype=np.float32)


def _collect_answers(knowledge: Knowledge) -> list[Answer]:
    answers = []
    for entry in knowledge.entries:
        topic = knowledge.topics.get(entry.topic)
        related = tuple(link.text for link in topic.related) if topic else ()
        answers.append(Answer(entry.topic, entry.language, entry.title.text, entry.answer.text, related))
    return answers


def _replace_manifest(folder: Path, manifest: Manifest) -> None:
    old = read_old_names(folder)
    fresh = folder / f"{MANIFEST}.new"
    fresh.write_text(json.dumps(asdict(manifest), indent=2), encoding="utf-8")
    fresh.replace(folder / MANIFEST)
    # The files of the index before stay for readers that are in the middle of loading it; older ones go.
    keep = {manifest.vectors_file, manifest.answers_file, *old}
    for path in (*folder.glob("vectors-*.faiss"), *folder.glob("answers-*.json")):
        if path.name not in keep:
            path.unlink(missing_ok=True)


def read_old_names(folder: Path) -> set[str]:
    """File names of the index that is there now; none if there is no readable one."""
    try:
        manifest = read_manifest(folder)
    except KnowledgeError:
        return set()
    return {manifest.vectors_file, manifest.answers_file}
