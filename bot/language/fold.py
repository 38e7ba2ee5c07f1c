"""Folds Gujarati, Tamil and Latin writing into one loose Latin form, so that "kyare", "kyre" and "ક્યારે" look alike.

For matching only: the result is not readable text. Casual romanised spelling keeps consonants better than vowels, so
there are two strengths: `fold` keeps coarse vowels, `skeleton` drops them. Own tables instead of a transliteration
library: what helps matching (merging aspirated, long and voiced sounds) is what such libraries take care to avoid.
"""

import re

_GU_CONSONANTS = dict(zip("કખગઘઙચછજઝઞટઠડઢણતથદધનપફબભમયરલળવશષસહ", "kkggnccjjnttddnttddnppbbmyrllvsssh", strict=True))
_TA_CONSONANTS = dict(zip("கஙசஞடணதநபமயரலவழளறனஜஷஸஹ", "knsntntnpmyrlvllrnjssh", strict=True))
_GU_VOWELS = dict(zip("અઆઇઈઉઊઋએઐઓઔઍઑ", "aaiiuuieeooeo", strict=True))
_GU_SIGNS = dict(zip("ાિીુૂૃેૈોૌૅૉ", "aiiuuueeooeo", strict=True))
_TA_VOWELS = dict(zip("அஆஇஈஉஊஎஏஐஒஓஔ", "aaiiuueeeooo", strict=True))
_TA_SIGNS = dict(zip("ாிீுூெேைொோௌ", "aiiuueeeooo", strict=True))
_CONSONANTS = _GU_CONSONANTS | _TA_CONSONANTS
_SIGNS = _GU_SIGNS | _TA_SIGNS
_VOWELS = _GU_VOWELS | _TA_VOWELS
_NASAL = "\u0a82\u0a81"
# Tamil aytham only marks the next letter as foreign (ஃப = f), which folding ignores anyway.
_SILENT = "\u0b83\u0abc\u0acd\u0bcd"

# Latin spellings to the same coarse sounds, longest first. "6" is how Gujaratis type "chh".
_LATIN = [
    (r"(?<!\d)6(?=[aeiou]|\b)", "s"),
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
_LATIN_RULES = [(re.compile(pattern), sound) for pattern, sound in _LATIN]
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
        elif char in _SILENT:
            open_syllable = open_syllable and char == "\u0abc"
            continue
        elif char in _NASAL:
            out.append("an" if open_syllable else "n")
        else:
            # Indian languages drop the inherent vowel at a word's end, so nothing is written for it there.
            out.append(_VOWELS.get(char, char if char.isascii() else " "))
        open_syllable = False
    return "".join(out)


def fold(text: str) -> str:
    """Words with coarse vowels, separated by one space."""
    latin = romanise(text)
    for pattern, sound in _LATIN_RULES:
        latin = pattern.sub(sound, latin)
    latin = latin.translate(_UNVOICED).translate(_COARSE_VOWELS)
    return " ".join(_DOUBLE.sub(r"\1", word) if not word.isdigit() else word for word in _WORD.findall(latin))


def skeleton(folded: str) -> str:
    """A folded text without vowels, except those that begin a word: "kyari" -> "kyr"."""
    words = (word if word.isdigit() else word[:1] + _VOWEL.sub("", word[1:]) for word in folded.split())
    return " ".join(_DOUBLE.sub(r"\1", word) if not word.isdigit() else word for word in words)
