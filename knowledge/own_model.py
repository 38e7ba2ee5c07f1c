"""The project's own encoder: two small models that share one space.

English goes through a model of six layers that knows English best, all other languages, romanised and mixed writing
through one of twelve that knows them all; its last step moves its vectors to where the English one puts the same
meaning (docs/decisions/0010). A message is encoded in half the time, and English is understood better.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from bot.language.detect import detect
from bot.language.languages import LATIN
from knowledge.encoder import Kind, Vector, Vectors
from knowledge.lite_model import LiteModel

FOLDER = Path(__file__).resolve().parent / "encoder_files"
ENGLISH, ALL = "english", "languages"
# How sure it must be that a text is English: 22 in 23 English messages are, and of 350 romanised ones none.
ENGLISH_MIN = 0.9
# Raised when the same files give other vectors than before, because of how texts are put through them.
_WAY = 3


class OwnModel:
    """Both models, loaded. Threads may share it and run side by side, each on one core."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._models = {name: LiteModel(folder / f"{name}.tflite", folder / f"{name}.json") for name in (ENGLISH, ALL)}

    def encode(self, texts: Sequence[str], kind: Kind = "query") -> Vectors:
        """float32, (len(texts), dim), rows of length 1. `kind` makes no difference: one space for all texts."""
        return np.stack([self._models[choose(text)].encode(text) for text in texts])

    def encode_otherwise(self, texts: Sequence[str]) -> list[Vector | None]:
        """How the model of all languages sees each English text; None for what the English one can't read."""
        return [self._models[ALL].encode(text) if choose(text) == ENGLISH else None for text in texts]

    def part_for(self, text: str) -> str:
        """Which of the two the text goes through."""
        return choose(text)

    def count_tokens(self, text: str) -> int:
        """How many tokens the model sees of it."""
        return len(self._models[choose(text)].tokens(text))


def choose(text: str) -> str:
    """Which model encodes the text. Hangs on the text alone, so that training and serving agree."""
    found = detect(text)
    english = found.language == "en" and found.script == LATIN and found.confidence >= ENGLISH_MIN
    return ENGLISH if english else ALL


@cache
def read_version(folder: Path = FOLDER) -> str:
    """What tells these models from any others: indexes and cached vectors name it."""
    return f"{json.loads((folder / 'encoder.json').read_text('utf-8'))['sha256'][:12]}.{_WAY}"
