"""Turns texts into vectors, whatever the model is.

Called by the training pipeline, the message pipeline and the FAQ index. The default is the project's own model
(`knowledge.onnx_model`); any other name is a model of sentence-transformers (`knowledge.sentence_model`).
Knows nothing of topics or intents.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Kind = Literal["query", "passage"]
Vectors = npt.NDArray[np.float32]

DEFAULT_ENCODER = "seva"
CACHE_PATH = Path(__file__).resolve().parents[1] / "var" / "cache" / "vectors.sqlite"
_BATCH = 64


class Model(Protocol):
    """What an encoder is made of."""

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """float32, (len(texts), dim), rows of length 1. Safe to call from several threads."""
        ...


class Encoder:
    """One loaded model. `name` tells it from every other model, also from an earlier release of the same."""

    def __init__(self, name: str, model: Model) -> None:
        self.name = name
        self._model = model
        self.dim = int(self.encode(["dimension"]).shape[1])

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """float32, (len(texts), dim), rows L2-normalised. `query` for what people ask, `passage` for stored texts."""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        return np.ascontiguousarray(self._model.encode(texts, kind), dtype=np.float32)

    def encode_cached(self, texts: Sequence[str], kind: Kind = "query", path: Path = CACHE_PATH) -> Vectors:
        """As `encode`, on all cores and keeping every vector on disk. For training and index building only: the texts
        of customers are not written down."""
        keys = [self._key(text, kind) for text in texts]
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=30)) as store, ThreadPoolExecutor(os.cpu_count()) as pool:
            store.execute("PRAGMA journal_mode=WAL")
            store.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
            known = _read(store, keys)
            missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            # Texts of like length together: a model that takes several at once fills the shorter ones up.
            chunks = list(_chunks(sorted(missing, key=lambda key: len(missing[key])), _BATCH))
            encoded = pool.map(lambda chunk: self.encode([missing[key] for key in chunk], kind), chunks)
            for chunk, rows in zip(chunks, encoded, strict=True):
                known.update(zip(chunk, rows, strict=True))
                with store:
                    pairs = [(key, row.tobytes()) for key, row in zip(chunk, rows, strict=True)]
                    store.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", pairs)
        if not keys:
            return np.zeros((0, self.dim), dtype=np.float32)
        return np.stack([known[key] for key in keys])

    def _key(self, text: str, kind: Kind) -> bytes:
        return hashlib.blake2b(f"{self.name}\0{kind}\0{text}".encode(), digest_size=20).digest()


@cache
def load_encoder(name: str = DEFAULT_ENCODER) -> Encoder:
    """The encoder of that name, loaded once a process.

    Raises: OSError (of sentence-transformers) when an id is neither on disk nor reachable.
    """
    if name == DEFAULT_ENCODER:
        from knowledge.onnx_model import OnnxModel

        return Encoder(identify(name), OnnxModel())
    from knowledge.sentence_model import SentenceModel

    return Encoder(identify(name), SentenceModel(name))


def identify(name: str) -> str:
    """The name with the version of its file, so that an index made by an earlier release is known to be foreign."""
    if name != DEFAULT_ENCODER:
        return name
    from knowledge.onnx_model import read_version

    return f"{name}-{read_version()}"


def _read(store: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
    known: dict[bytes, Vectors] = {}
    for chunk in _chunks(list(dict.fromkeys(keys)), 500):
        marks = ",".join("?" * len(chunk))
        rows = store.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", chunk)  # noqa: S608 (only question marks)
        known.update({key: np.frombuffer(blob, dtype=np.float32) for key, blob in rows})
    return known


def _chunks(items: Sequence[bytes], size: int) -> Iterable[Sequence[bytes]]:
    return (items[start : start + size] for start in range(0, len(items), size))
