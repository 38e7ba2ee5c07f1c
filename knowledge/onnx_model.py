"""The project's own encoder: a BERT of 12 small layers in 8 bits, run by onnxruntime. `scripts/encoder` makes it.

Takes texts as customers write them, without prefixes. Loads in a tenth of a second and needs neither torch nor
sentence-transformers, which keeps 300 MB out of the process that serves.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from knowledge.encoder import Kind, Vectors

FOLDER = Path(__file__).resolve().parent / "encoder_files"
# Raised when the same file gives other vectors than before, because of how texts are put through it.
_WAY = 2
# What onnxruntime 1.31 fuses so that a dozen tokens take longer: 5.3 ms with these two, 4.8 without.
_SLOWER = ["SkipLayerNormFusion", "MatmulTransposeFusion"]
# In a longer text the wish stands at its beginning or at its end.
_HALF = 64


class OnnxModel:
    """One loaded model. Threads may share it and run side by side, each on one core."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        options = onnxruntime.SessionOptions()
        # A second thread gains nothing on a dozen tokens and waits for the first on a busy machine (DESIGN 4).
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOWER
        )

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """float32, (len(texts), dim), rows of length 1. `kind` makes no difference: one space for all texts.

        Each text goes through by itself. The steps of 8 bits are those of all numbers that are there at once: in
        company a vector would hang on its neighbours (cosine 0.997 to that of the text alone), and a message be
        compared with examples that are slightly off.
        """
        return np.concatenate([self._encode(_shorten(one.ids)) for one in self._tokenizer.encode_batch(list(texts))])

    def _encode(self, ids: list[int]) -> Vectors:
        row: Vectors = self._session.run(None, {"input_ids": np.array([ids], dtype=np.int64)})[0]
        return row

    def count_tokens(self, text: str) -> int:
        """How many tokens the model sees of it."""
        return len(_shorten(self._tokenizer.encode(text).ids))


def _shorten(ids: list[int]) -> list[int]:
    return ids if len(ids) <= 2 * _HALF else ids[:_HALF] + ids[-_HALF:]


@cache
def read_version(folder: Path = FOLDER) -> str:
    """What tells this model from any other: indexes and cached vectors name it."""
    return f"{json.loads((folder / 'encoder.json').read_text('utf-8'))['sha256'][:12]}.{_WAY}"
