"""Tells by words what a message is about, whatever language and spelling it is in. The words stand in words*.yml."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.language.fold import fold
from bot.language.normalise import normalise

FOLDER = Path(__file__).parent
_LETTERS = re.compile(r"[^\W\d_]")


# The same message is asked about by many.
MESSAGES_KEPT = 32
_MAY_GO_ON = 4


@cache
def load_words(area: str) -> dict[str, tuple[str, ...]]:
    """Key to folded phrases of an area of words.yml or of a skill's own words_<skill>.yml."""
    content = read_area(area)
    lists = content if isinstance(content, dict) else {area: content}
    return {str(key): tuple(f" {fold(str(phrase))} " for phrase in phrases) for key, phrases in lists.items()}


def read_area(area: str) -> Any:
    """An area as it is written. Raises KeyError if no file has it."""
    return _read_files()[area]


@cache
def _read_files() -> dict[str, Any]:
    files = sorted(FOLDER.glob("words*.yml"))
    return {area: words for file in files for area, words in yaml.safe_load(file.read_text(encoding="utf-8")).items()}


def find_keys(area: str, text: str) -> list[str]:
    """The keys of the area that the text speaks of, in the order of the file."""
    folded = _fold_padded(text)
    return [key for key, beginnings in _beginnings(area).items() if any(one in folded for one in beginnings)]


def find_exact(area: str, text: str) -> list[str]:
    """The keys of the area that the text speaks of letter by letter: for things, whose names meet others when folded.

    Native words may go on after the phrase, because endings are glued to them; Latin ones end there, or with an "s".
    """
    said = normalise(text).lower()
    return [key for key, pattern in _exact(area).items() if pattern.search(said)]


@cache
def _exact(area: str) -> dict[str, re.Pattern[str]]:
    found = {}
    for key, phrases in read_area(area).items():
        words = (normalise(str(phrase)).lower() for phrase in phrases)
        ends = (re.escape(word) + (r"s?(?![a-z0-9])" if word.isascii() else "") for word in words)
        found[str(key)] = re.compile(r"(?<![^\s!-/:-@\[-`{-~])(?:" + "|".join(ends) + ")")
    return found


def find_spelled(area: str, text: str) -> list[str]:
    """The keys of the area that the text speaks of as they are spelled; words of four letters or more may go on."""
    said = normalise(text).lower()
    return [key for key, pattern in _spelled(area).items() if pattern.search(said)]


@cache
def _spelled(area: str) -> dict[str, re.Pattern[str]]:
    found = {}
    for key, phrases in read_area(area).items():
        words = (normalise(str(phrase)).lower() for phrase in phrases)
        ends = (re.escape(word) + ("" if len(word.split()[-1]) >= 4 else r"(?![^\s!-/:-@])") for word in words)
        found[str(key)] = re.compile(r"(?<![^\s!-/:-@])(?:" + "|".join(ends) + ")")
    return found


def find_in_order(area: str, text: str) -> list[str]:
    """The keys of the area that the text speaks of, in the order in which it does."""
    folded = _fold_padded(text)
    places = {key: _first(beginnings, folded) for key, beginnings in _beginnings(area).items()}
    return sorted((key for key, place in places.items() if place >= 0), key=lambda key: places[key])


def is_shouting(text: str) -> bool:
    """Whether someone writes in capitals: at least three words, nearly all of them."""
    letters = [char for char in text if _LETTERS.match(char) and char.isascii()]
    return (
        len(letters) >= 12 and len(text.split()) >= 3 and sum(char.isupper() for char in letters) / len(letters) > 0.8
    )


@lru_cache(MESSAGES_KEPT)
def _fold_padded(text: str) -> str:
    return f" {fold(normalise(text))} "


@cache
def _beginnings(area: str) -> dict[str, tuple[str, ...]]:
    """Key to what a folded message holds that speaks of it.

    Indian languages add endings, so a last word of four folded letters or more may go on; shorter ones are chance.
    """
    return {
        key: tuple(one if len(one.split()[-1]) < _MAY_GO_ON else one.rstrip() for one in phrases if one.strip())
        for key, phrases in load_words(area).items()
    }


def _first(beginnings: tuple[str, ...], folded: str) -> int:
    return min((start for one in beginnings if (start := folded.find(one)) >= 0), default=-1)
