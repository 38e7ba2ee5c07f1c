"""What a message wants of the products shown before: more, a comparison, advice on size, word when one is back.

Pure over the words of words_products.yml; which products are meant is `_product_reference`'s to say.
"""

from __future__ import annotations

import re
from functools import cache

from actions._turn import Turn
from actions._words import find_keys, find_spelled, load_words, read_area
from bot.language.fold import fold
from bot.language.normalise import normalise

# A longer message says more than "show me more" or "stop".
MORE_WORDS_MAX = 6
STOP_WORDS_MAX = 4
# What a message that only goes on with the list before does not hold.
_NEW = ("kind", "color", "size", "price_max", "price_min", "order")
# `\w` would cut Indian words at their vowel signs.
_WORD = re.compile(r"[^\s!-/:-@\[-`{-~।₹…–—“”‘’]+")


def find_move(turn: Turn, spelled: bool = False) -> str:
    """`more`, `compare`, `notify`, `stop_notify`, `size_advice`, or an empty text.

    spelled: only words spelled as we know them count, for messages that are not understood as ones about products.
    """
    if turn.pressed:
        return _pressed_move(turn)
    found = (find_spelled if spelled else find_keys)("product_moves", turn.text)
    if not spelled and find_keys("product_tell", turn.text) and find_keys("product_comes_back", turn.text):
        found.append("notify")
    for move in ("stop_notify", "notify", "compare"):
        if move in found:
            return move
    if "size_advice" in found and "sizes_there" not in found:
        return "size_advice"
    short = len(turn.text.split()) <= MORE_WORDS_MAX and not find_sorts(turn.text)
    return "more" if "more" in found and short and not any(turn.all_of(name) for name in _NEW) else ""


def _pressed_move(turn: Turn) -> str:
    wish = turn.entity("wish")
    if wish in ("notify", "stop_notify", "size_advice", "compare"):
        return wish
    return "more" if turn.entity("page") else ""


def only_pages(turn: Turn) -> bool:
    """Whether the message is nothing but words that turn the page: "next", "show more please"."""
    said = fold(normalise(turn.text))
    courtesies = {word for phrase in load_words("page_courtesies")["page_courtesies"] for word in phrase.split()}
    words = " ".join(word for word in said.split() if word not in courtesies)
    return bool(words) and f" {words} " in load_words("product_moves")["more"]


def wants_stop(turn: Turn) -> bool:
    """Whether a short message says nothing but "stop"."""
    words = fold(normalise(turn.text)).split()
    said = f" {' '.join(words)} "
    phrases = load_words("stop_watch_words")["stop_watch_words"]
    return bool(words) and len(words) <= STOP_WORDS_MAX and any(phrase in said for phrase in phrases)


def named_handles(turn: Turn) -> list[str]:
    """Products that the message itself (or the button) names; a word that only points ("anathi") names none."""
    said, pointers = normalise(turn.text).lower(), {str(one) for how in ("this", "that") for one in _pointers(how)}
    named = []
    for one in turn.entities:
        if one.get("entity") == "product" and one.get("role") != "context":
            start, end = int(one.get("start") or 0), int(one.get("end") or 0)
            if said[start:end] not in pointers or end <= start:
                named.append(str(one.get("value")))
    return list(dict.fromkeys(named))


def _pointers(how: str) -> list[str]:
    return list(read_area("product_pointers")[how])


def find_sorts(text: str) -> list[str]:
    """`cheapest`, `dearest`, `newest`, `rated`, and `cheaper` or `dearer` than what was shown."""
    found = find_keys("product_sorts", text)
    # "The cheapest" is no wish for something cheaper, though the words begin alike.
    return [one for one in found if not (one == "cheaper" and "cheapest" in found)]


def find_places(text: str, count: int) -> list[int]:
    """The places in a list of `count` that the text names ("2nd and 3rd", "the last one"), from 0, in its order."""
    said = normalise(text).lower()
    found: dict[int, int] = {}
    for place, patterns in enumerate(_ordinals()):
        for match in patterns.finditer(said):
            found.setdefault(place, match.start())
    if _compile("product_first_two").search(said):
        found |= {0: found.get(0, 0), 1: found.get(1, 1)}
    if _compile("product_last").search(said):
        found.setdefault(count - 1, len(said))
    for place, start in _numbers(said).items():
        found.setdefault(place, start)
    return [place for place in sorted(found, key=lambda one: found[one]) if 0 <= place < count]


def _numbers(said: str) -> dict[int, int]:
    """Bare numbers as places: only where little else is said, or they are called numbers ("no 2", "option 3")."""
    named = {int(match[1]) - 1: match.start() for match in _NAMED.finditer(said)}
    if len(said.split()) > MORE_WORDS_MAX:
        return named
    return {int(match[1]) - 1: match.start() for match in _BARE.finditer(said)} | named


# "2", "2nd", "#2", "2 and 3", "2જી", "2વது"; not 20, 2.5, 2k, 2 l.
_BARE = re.compile(
    r"(?<![\w.,₹-])#?([1-9])(?:st|nd|rd|th|લું|લી|લો|જું|જી|જો|થું|થી|મું|મી|ம்|வது|ஆவது|-?vadhu|-?vathu)?(?![\w.]|\s?(?:l|ml|cm|ft|inch|y|years?|litre|લિટર|லிட்டர்|jars?|cup|tier|piece|pcs|વર્ષ|વરસ|வயசு|வயது)\b)"
)
_NAMED = re.compile(r"(?:\bno\.?|\bnumber|\boption|#|નંબર|நம்பர்|ઓપ્શન|ஆப்ஷன்)\s?([1-9])(?!\d)")


def points(text: str, how: str) -> bool:
    """Whether the text points: `this` or `that`."""
    words = {match.group().lower() for match in _WORD.finditer(normalise(text))}
    return not words.isdisjoint(str(word) for word in _pointers(how))


@cache
def _ordinals() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile("|".join(patterns)) for patterns in read_area("product_ordinals"))


@cache
def _compile(area: str) -> re.Pattern[str]:
    return re.compile("|".join(read_area(area)))
