"""Folds all our scripts into one loose Latin form, so that "kyare", "kyre" and "ક્યારે" look alike.

For matching only: the result is not readable text. Casual romanised spelling keeps consonants better than vowels, so
there are two strengths: `fold` keeps coarse vowels, `skeleton` drops them. Own tables instead of a transliteration
library: what helps matching (merging aspirated, long and voiced sounds) is what such libraries take care to avoid. They
stand in texts/<language>/language.yml, section `fold`.
"""

import re

from bot.language.by_word import by_word
from bot.language.languages import section

_CONSONANTS: dict[str, str] = {}
_VOWELS: dict[str, str] = {}
_SIGNS: dict[str, str] = {}
# Signs by kind: a nasal is heard as "n", a silent one takes the inherent vowel away, a nukta leaves it.
_NASAL: set[str] = set()
_SILENT: set[str] = set()
_NUKTA: set[str] = set()
_OWN_LATIN: list[list[str]] = []
for _, _given in section("fold"):
    _rules = dict(_given)
    # Where vowels are letters like others, a consonant brings none along.
    if not _rules.get("signs"):
        _VOWELS.update(_rules.pop("consonants", {}))
    for _table, _name in ((_CONSONANTS, "consonants"), (_VOWELS, "vowels"), (_SIGNS, "signs")):
        _table.update(_rules.get(_name) or {})
    for _kind, _name in ((_NASAL, "nasal"), (_SILENT, "silent"), (_NUKTA, "nukta")):
        _kind.update(_rules.get(_name) or ())
    _OWN_LATIN += _rules.get("latin") or ()

# Latin spellings to the same coarse sounds, longest first; those of one language alone come before them.
_LATIN = [
    (r"tch|chh|ch", "s"),
    (r"zh", "l"),
    (r"sh", "s"),
    (r"ph|f", "p"),
    (r"x", "ks"),
    (r"q", "k"),
    (r"c(?=[eiy])", "s"),
    (r"c", "k"),
    (r"w", "v"),
    (r"z", "j"),
    (r"(?<=[bdgjkptc])h", ""),
    (r"ee|ea|ie", "i"),
    (r"oo|ou", "u"),
    (r"aa", "a"),
    (r"ai|ay|ei|ey", "e"),
    (r"au|aw", "o"),
    (r"y\b", "i"),
]
_LATIN_RULES = [(re.compile(pattern), sound) for pattern, sound in [*_OWN_LATIN, *_LATIN]]
_NON_LATIN = re.compile(r"[^\x00-\x7f]")
_DOUBLE = re.compile(r"(.)\1+")
_WORD = re.compile(r"[a-z0-9]+")
# Tamil writes voiced and unvoiced stops with one letter, and people romanise them either way.
_UNVOICED = str.maketrans({"g": "k", "d": "t", "b": "p", "j": "s", "c": "s", "z": "s", "h": ""})
_COARSE_VOWELS = str.maketrans({"e": "i", "o": "u"})
_VOWEL = re.compile(r"[aeiou]")


def romanise(text: str) -> str:
    """Native letters as loose Latin, lower case; other characters stay. An inherent vowel is written as "a"."""
    if not _NON_LATIN.search(text):
        return text.lower()
    out: list[str] = []
    open_syllable = False
    for char in text.lower():
        if char in _CONSONANTS:
            out.append(("a" if open_syllable else "") + _CONSONANTS[char])
            open_syllable = True
            continue
        if char in _SIGNS:
            out.append(_SIGNS[char])
        elif char in _NUKTA:
            continue
        elif char in _SILENT:
            open_syllable = False
            continue
        elif char in _NASAL:
            out.append("an" if open_syllable else "n")
        else:
            # Indian languages drop the inherent vowel at a word's end, so nothing is written for it there.
            out.append(_VOWELS.get(char, char if char.isascii() else " "))
        open_syllable = False
    return "".join(out)


def has_sound(char: str) -> bool:
    """Whether folding knows this letter or sign."""
    return char.isascii() or any(char in table for table in (_CONSONANTS, _VOWELS, _SIGNS, _NASAL, _SILENT, _NUKTA))


def fold(text: str) -> str:
    """Words with coarse vowels, separated by one space."""
    return " ".join(folded for word in text.split() if (folded := _fold_word(word)))


@by_word
def _fold_word(word: str) -> str:
    """What stands between two spaces; may become several words ("e-mail") or none ("!")."""
    latin = romanise(word)
    for pattern, sound in _LATIN_RULES:
        latin = pattern.sub(sound, latin)
    latin = latin.translate(_UNVOICED).translate(_COARSE_VOWELS)
    return " ".join(_DOUBLE.sub(r"\1", one) if not one.isdigit() else one for one in _WORD.findall(latin))


def skeleton(folded: str) -> str:
    """A folded text without vowels, except those that begin a word: "kyari" -> "kyr"."""
    return " ".join(map(_find_bones, folded.split()))


@by_word
def _find_bones(word: str) -> str:
    bones = word if word.isdigit() else word[:1] + _VOWEL.sub("", word[1:])
    return bones if bones.isdigit() else _DOUBLE.sub(r"\1", bones)
