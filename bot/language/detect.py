"""Which language a message is in, and in which script it is written.

The script tells most languages at once. Latin letters may be English or another language romanised, which general
detectors take for English; a small linear model over characters and words, trained from this project's own texts
(`python -m bot.language.train_detector`), decides. A language that it has not learned yet is known by the romanised
words in its language.yml. Used by the message pipeline.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

from bot.language.by_word import by_word
from bot.language.languages import DEFAULT_LANGUAGE, LATIN, Script, load_languages, script_table
from bot.language.normalise import normalise

MODEL_PATH = Path(__file__).with_name("detector.json")
_LATIN = re.compile(r"[a-z\u00c0-\u024f']+")
_NOT_WORDS = re.compile(r"(?i)\S+@\S+|https?://\S+|\btt[\s#-]*\d+|\S*\d\S*")
# Of the last messages the scores are kept: normaliser and encoder ask for the same.
_KEPT = 32
# A few scripts have some hundred signs.
_KEPT_SIGNS = 1024
# How much the contact's usual language counts against the message itself, as log odds.
HINT_WEIGHT = 1.0
# And how much more in a few words: "COD?", "size chart", "ok" are said in all our languages, so that whoever has been
# writing Gujarati still is.
LOAN_WORDS_MAX, LOAN_WEIGHT = 2, 2.5
# Few words of somebody who is not known yet that could well be of the default language ("cancel TT-10432") are taken
# for it: no other is likelier by more than this (log odds).
DEFAULT_MARGIN = 1.0
# A language known by its words only: from this share of them on it is surer than any other, by this much (log odds).
OWN_WORDS_SHARE, OWN_WORDS_WEIGHT = 0.5, 2.0


@dataclass(frozen=True)
class Detected:
    """`language` is ISO 639-1, `script` ISO 15924, `confidence` 0-1 that the language is right."""

    language: str
    script: str
    confidence: float


def detect(text: str, hint: str | None = None) -> Detected:
    """Language and script of a message. `hint`: the contact's language, for texts that show little."""
    plain = normalise(text)
    native = "" if plain.isascii() else plain
    written = list(chain.from_iterable(map(_scripts_of, native)))
    words = _LATIN.findall(_NOT_WORDS.sub(" ", plain).lower())
    if written:
        (script, languages), _ = Counter(written).most_common(1)[0]
        return Detected(_choose_written(languages, hint, plain), script.code, 0.99 if len(languages) == 1 else 0.7)
    if not words:
        nothing = not any(char.isalpha() for char in plain)
        return Detected(hint or DEFAULT_LANGUAGE, "Zyyy" if nothing else LATIN, 0.3)
    scores = dict(_score(tuple(words)))
    if hint in scores:
        lent = hint != DEFAULT_LANGUAGE and len(words) <= LOAN_WORDS_MAX
        scores[hint] += HINT_WEIGHT + LOAN_WEIGHT * lent
    top = max(scores.values())
    odds = {language: math.exp(score - top) for language, score in scores.items()}
    total = sum(odds.values())
    best = max(odds, key=lambda language: odds[language])
    default = scores.get(DEFAULT_LANGUAGE, -math.inf)
    if hint not in scores and len(words) <= LOAN_WORDS_MAX and default + DEFAULT_MARGIN >= top:
        best = DEFAULT_LANGUAGE
    return Detected(best, LATIN, round(odds[best] / total, 4))


@lru_cache(_KEPT_SIGNS)
def _scripts_of(char: str) -> tuple[tuple[Script, tuple[str, ...]], ...]:
    """The scripts that the sign stands in, each with the languages written in it."""
    return tuple((script, languages) for script, languages in script_table() if script.holds(char))


def features(words: Iterable[str]) -> Iterator[str]:
    """Words, and their characters in runs of 2 to 4 with the word's borders marked."""
    return chain.from_iterable(map(_features_of_word, words))


@by_word
def _features_of_word(word: str) -> tuple[str, ...]:
    bordered = f" {word} "
    runs = (bordered[at : at + size] for size in (2, 3, 4) for at in range(len(bordered) - size + 1))
    return (f"={word}", *runs)


@by_word
def _weigh_word(word: str) -> tuple[float, ...]:
    """What the features of a word weigh in all, for each learned language."""
    languages, weights, _ = _model()
    found = [weights[feature] for feature in _features_of_word(word) if feature in weights]
    return tuple(map(sum, zip(*found, strict=True))) if found else (0.0,) * len(languages)


def split_words(text: str) -> list[str]:
    """The Latin words of a text that may tell a language: no numbers, order numbers, addresses."""
    return _LATIN.findall(_NOT_WORDS.sub(" ", normalise(text)).lower())


def learned_languages() -> tuple[str, ...]:
    """The languages that `detector.json` tells apart in Latin letters."""
    return _model()[0]


def _choose_written(languages: tuple[str, ...], hint: str | None, plain: str) -> str:
    """Among languages of one script: the contact's, else the one whose words are seen most, else the first."""
    if hint in languages:
        return str(hint)
    words = plain.lower().split()
    ours = load_languages()
    seen = {code: sum(word in ours[code].romanised_words for word in words) for code in languages if code in ours}
    return max(languages, key=lambda code: seen.get(code, 0))


@lru_cache(_KEPT)
def _score(words: tuple[str, ...]) -> dict[str, float]:
    languages, _, bias = _model()
    counts = Counter(features(words))
    norm = math.sqrt(sum(count * count for count in counts.values())) or 1.0
    weighed = zip(*map(_weigh_word, words), strict=True)
    sums = [own + sum(one) / norm for own, one in zip(bias, weighed, strict=True)]
    scores = dict(zip(languages, sums, strict=True))
    for code, own in _unlearned().items():
        if sum(word in own for word in words) >= OWN_WORDS_SHARE * len(words):
            scores[code] = max(scores.values()) + OWN_WORDS_WEIGHT
    return scores


@cache
def _unlearned() -> dict[str, frozenset[str]]:
    """The words of languages in Latin letters that `detector.json` does not know."""
    languages, _, _ = _model()
    return {
        code: language.romanised_words
        for code, language in load_languages().items()
        if language.romanised_words and code not in languages
    }


@cache
def _model() -> tuple[tuple[str, ...], dict[str, tuple[float, ...]], tuple[float, ...]]:
    content = json.loads(MODEL_PATH.read_text(encoding="utf-8"))
    weights = {feature: tuple(found) for feature, found in content["weights"].items()}
    return tuple(content["languages"]), weights, tuple(content["bias"])
