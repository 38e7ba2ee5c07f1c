"""Turns texts into vectors, whatever the model is.

Called by the training pipeline, the message pipeline and the FAQ index. The default is the project's own model
(`knowledge.own_model`); any other name is a model of sentence-transformers (`knowledge.sentence_model`).
Knows nothing of topics or intents.
"""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T")
Kind = Literal["query", "passage"]
Vector = npt.NDArray[np.float32]
Vectors = npt.NDArray[np.float32]

DEFAULT_ENCODER = "seva"
CACHE_PATH = Path(__file__).resolve().parents[1] / "var" / "cache" / "vectors.sqlite"
_BATCH = 64
Encode = Callable[[Sequence[str]], Sequence[Vector | None]]


class Model(Protocol):
    """What an encoder is made of."""

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """float32, (len(texts), dim), rows of length 1. Safe to call from several threads."""
        ...

    def encode_otherwise(self, texts: Sequence[str]) -> list[Vector | None]:
        """How another part of the encoder, which other languages go through, sees each text; None where none can."""
        ...

    def part_for(self, text: str) -> str:
        """What the text goes through, in an encoder of several models: a kept vector is of that one."""
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

    def encode_otherwise(self, texts: Sequence[str], path: Path = CACHE_PATH) -> list[Vector | None]:
        """How another part of the encoder, which other languages go through, sees each text; None where none can.

        For training only, as `encode_cached`."""
        keys = [self._key(text, "otherwise") for text in texts]
        known = _keep(keys, texts, self._model.encode_otherwise, path)
        return [known[key] for key in keys]

    def encode_cached(self, texts: Sequence[str], kind: Kind = "query", path: Path = CACHE_PATH) -> Vectors:
        """As `encode`, on all cores and keeping every vector on disk. For training and index building only: the texts
        of customers are not written down."""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        keys = [self._key(text, kind) for text in texts]
        known = _keep(keys, texts, lambda chunk: list(self.encode(chunk, kind)), path)
        return np.stack([vector for key in keys if (vector := known[key]) is not None])

    def _key(self, text: str, kind: str) -> bytes:
        part = self._model.part_for(text)
        return hashlib.blake2b(f"{self.name}\0{part}\0{kind}\0{text}".encode(), digest_size=20).digest()


@cache
def load_encoder(name: str = DEFAULT_ENCODER) -> Encoder:
    """The encoder of that name, loaded once a process.

    Raises: OSError (of sentence-transformers) when an id is neither on disk nor reachable.
    """
    if name == DEFAULT_ENCODER:
        from knowledge.own_model import OwnModel

        return Encoder(identify(name), OwnModel())
    from knowledge.sentence_model import SentenceModel

    return Encoder(identify(name), SentenceModel(name))


def identify(name: str) -> str:
    """The name with the version of its file, so that an index made by an earlier release is known to be foreign."""
    if name != DEFAULT_ENCODER:
        return name
    from knowledge.own_model import read_version

    return f"{name}-{read_version()}"


def _keep(keys: Sequence[bytes], texts: Sequence[str], encode: Encode, path: Path) -> dict[bytes, Vector | None]:
    """The vector of every key: from the store at `path`, or encoded now, on all cores, and stored."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=30)) as store, ThreadPoolExecutor(os.cpu_count()) as pool:
        store.execute("PRAGMA journal_mode=WAL")
        store.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
        known = _read(store, keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        # Texts of like length together: a model that takes several at once fills the shorter ones up.
        chunks = list(_chunks(sorted(missing, key=lambda key: len(missing[key])), _BATCH))
        encoded = pool.map(lambda chunk: encode([missing[key] for key in chunk]), chunks)
        for chunk, rows in zip(chunks, encoded, strict=True):
            known.update(zip(chunk, rows, strict=True))
            with store:
                pairs = [(key, b"" if row is None else row.tobytes()) for key, row in zip(chunk, rows, strict=True)]
                store.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", pairs)
    return known


def _read(store: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, Vector | None]:
    known: dict[bytes, Vector | None] = {}
    for chunk in _chunks(list(dict.fromkeys(keys)), 500):
        marks = ",".join("?" * len(chunk))
        rows = store.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", chunk)  # noqa: S608 (only question marks)
        known.update({key: np.frombuffer(blob, dtype=np.float32) if blob else None for key, blob in rows})
    return known


def _chunks(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
