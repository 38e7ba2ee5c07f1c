"""Which language a message is in, and in which script it is written.

The script tells Gujarati and Tamil apart at once. Latin letters may be English or romanised Gujarati or Tamil, which
general detectors take for English; a small linear model over characters and words, trained from this project's own
texts (`python -m bot.language.train_detector`), decides. Used by the message pipeline.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.language.normalise import normalise

MODEL_PATH = Path(__file__).with_name("detector.json")
ROMANISED = ("en", "gu", "ta")
_SCRIPTS = (("Gujr", "gu", "\u0a80", "\u0aff"), ("Taml", "ta", "\u0b80", "\u0bff"), ("Deva", "hi", "\u0900", "\u097f"))
_LATIN = re.compile(r"[a-z\u00c0-\u024f']+")
_NOT_WORDS = re.compile(r"(?i)\S+@\S+|https?://\S+|\btt[\s#-]*\d+|\S*\d\S*")
# How much the contact's usual language counts against the message itself, as log odds.
HINT_WEIGHT = 1.0


@dataclass(frozen=True)
class Detected:
    """`language` is ISO 639-1, `script` ISO 15924, `confidence` 0-1 that the language is right."""

    language: str
    script: str
    confidence: float


def detect(text: str, hint: str | None = None) -> Detected:
    """Language and script of a message. `hint`: the contact's language, for texts that show little."""
    plain = normalise(text)
    counts = Counter(name for char in plain for name, _, low, high in _SCRIPTS if low <= char <= high)
    if counts:
        script, _ = counts.most_common(1)[0]
        language = next(language for name, language, _, _ in _SCRIPTS if name == script)
        return Detected(language, script, 0.99)
    words = _LATIN.findall(_NOT_WORDS.sub(" ", plain).lower())
    if not words:
        return Detected(hint or "en", "Zyyy" if not any(char.isalpha() for char in plain) else "Latn", 0.3)
    scores = _score(words)
    if hint in scores:
        scores[hint] += HINT_WEIGHT
    top = max(scores.values())
    odds = {language: math.exp(score - top) for language, score in scores.items()}
    best = max(odds, key=lambda language: odds[language])
    return Detected(best, "Latn", round(odds[best] / sum(odds.values()), 4))


def features(words: list[str]) -> Iterator[str]:
    """Words, and their characters in runs of 1 to 4 with the word's borders marked."""
    for word in words:
        yield f"={word}"
        bordered = f" {word} "
        for size in (2, 3, 4):
            for start in range(len(bordered) - size + 1):
                yield bordered[start : start + size]


def split_words(text: str) -> list[str]:
    """The Latin words of a text that may tell a language: no numbers, order numbers, addresses."""
    return _LATIN.findall(_NOT_WORDS.sub(" ", normalise(text)).lower())


def _score(words: list[str]) -> dict[str, float]:
    weights, bias = _model()
    sums = list(bias)
    counts = Counter(features(words))
    norm = math.sqrt(sum(count * count for count in counts.values())) or 1.0
    for feature, count in counts.items():
        if found := weights.get(feature):
            for index, weight in enumerate(found):
                sums[index] += weight * count / norm
    return dict(zip(ROMANISED, sums, strict=True))


@cache
def _model() -> tuple[dict[str, tuple[float, ...]], tuple[float, ...]]:
    content = json.loads(MODEL_PATH.read_text(encoding="utf-8"))
    return {feature: tuple(weights) for feature, weights in content["weights"].items()}, tuple(content["bias"])
