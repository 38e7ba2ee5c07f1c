"""Hears a button in typed words: its title, or its place in a numbered choice ("1", "option 2", "બીજું").

For who writes instead of pressing, and for channels without buttons. Pure over the texts; which buttons were offered
last is `inbox`'s to say. Words around a number stand in texts/<language>/language.yml (`choices`, `ordinals`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import zip_longest
from typing import Any

from bot.channels.contract import is_numbered_choice
from bot.language.fold import fold, skeleton
from bot.language.languages import merge_lists, section
from bot.language.normalise import normalise

# A longer message is no title (20 characters on the narrowest channel) and no number.
CHARS_MAX = 60
# With fewer consonants words of several languages are too much alike; then only the same letters count.
SOUNDS_MIN = 5
_SEPARATORS = re.compile(r"[\s!?.,;:।\"'()\[\]…#*-]+")
# The rest of a word whose stem says a place ("બીજ" + "ું").
_ENDING = r"\S{0,3}"


def read_choice(
    text: str, buttons: Sequence[dict[str, Any]], cards: Sequence[dict[str, Any]] = ()
) -> dict[str, Any] | None:
    """The button of the last message (`buttons`, `cards` as stored) that the text names; None if it names none.

    Two buttons with the same title that mean different things are none.
    """
    if not buttons or len(text) > CHARS_MAX:
        return None
    own = [button for button in buttons if "card" not in button]
    named = _find_titled(text, buttons)
    if named is None and not cards and is_numbered_choice(button.get("kind", "choice") for button in own):
        named = _find_numbered(text, own)
    return dict(named) if named else None


def _find_titled(text: str, buttons: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    said = _forms(text)
    found = {str(button["payload"]): button for button in buttons if said & _forms(str(button["title"]))}
    return next(iter(found.values())) if len(found) == 1 else None


def _find_numbered(text: str, own: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    place = _read_place(text)
    # A number that a title holds may mean that: a size, an amount.
    numbers = {number for button in own for number in re.findall(r"\d+", normalise(str(button["title"])))}
    return own[place - 1] if 1 <= place <= len(own) and str(place) not in numbers else None


def _read_place(text: str) -> int:
    """The place that the message says and nothing else; 0 if it says anything more."""
    beside = _beside()
    words = [word for word in _words(text) if word not in beside]
    if len(words) != 1:
        return 0
    if number := _number().fullmatch(words[0]):
        return int(number.group(1))
    return next((place for place, pattern in _ordinals() if pattern.fullmatch(words[0])), 0)


@lru_cache(maxsize=512)
def _forms(text: str) -> frozenset[str]:
    """What a title or a message is compared by: its words as written, and as they sound."""
    written, sound = " ".join(_words(text)), skeleton(fold(normalise(text)))
    heard = f"~{sound}" if len(sound.replace(" ", "")) >= SOUNDS_MIN else ""
    return frozenset(form for form in (written, heard) if form)


def _words(text: str) -> list[str]:
    words = _SEPARATORS.split(normalise(text).casefold())
    return [word for word in words if any(char.isalnum() for char in word)]


@cache
def _beside() -> frozenset[str]:
    return frozenset(word for phrase in merge_lists("choices").get("beside", []) for word in str(phrase).split())


@cache
def _number() -> re.Pattern[str]:
    endings = "|".join(re.escape(str(one)) for one in merge_lists("choices").get("endings", []))
    return re.compile(rf"(\d{{1,2}})(?:{endings})?")


@cache
def _ordinals() -> tuple[tuple[int, re.Pattern[str]], ...]:
    places = zip_longest(*(content for _, content in section("ordinals")), fillvalue=())
    stems = ["|".join(part for parts in one for part in parts) for one in places]
    return tuple((place, re.compile(f"(?:{one}){_ENDING}")) for place, one in enumerate(stems, start=1) if one)
