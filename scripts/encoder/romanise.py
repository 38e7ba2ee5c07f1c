"""Native Gujarati and Tamil as people type them in Latin letters, with the freedom that they take.

For training pairs only: two romanisations of one text differ as those of two people do. (`bot.language.fold` goes the
other way: it makes spellings equal.)
"""

from __future__ import annotations

import random


def _table(letters: str, spellings: str) -> dict[str, list[str]]:
    """One entry a letter; several spellings of one letter are joined by commas."""
    return dict(zip(letters, (one.split(",") for one in spellings.split()), strict=True))


_GU = _table(
    "કખગઘચછજઝટઠડઢણતથદધનપફબભમયરલવશષસહળઞઙ",
    "k kh g gh ch,c ch,chh,6 j z,jh t th d dh n t th d dh n p f,ph b bh m y r l v,w sh,s sh s h l n n",
)
_GU_VOWEL = _table("અઆઇઈઉઊઋએઐઓઔઍઑ", "a a,aa i i,ee u u,oo ru e ai,e o au,o e o")
_GU_SIGN = _table("ાિીુૂૃેૈોૌૅૉ", "a,a,aa i i,i,ee u u,oo ru e ai,e o au,o e o")
_TA = _table(
    "கஙசஞடணதநபமயரலவழளறனஜஷஸஹ",
    "k,g n s,ch n d,t n th,dh,t n p,b m y r l v zh,l l r n j sh s h",
)
_TA_VOWEL = _table("அஆஇஈஉஊஎஏஐஒஓஔ", "a aa,a i ee,i u oo,u e,ye e,ye ai o o au")
_TA_SIGN = _table("ாிீுூெேைொோௌ", "a,aa i i,ee u u,oo e e ai,a o o au")
_CONSONANTS = _GU | _TA
_VOWELS = _GU_VOWEL | _TA_VOWEL
_SIGNS = _GU_SIGN | _TA_SIGN
_VIRAMA = "\u0acd\u0bcd"
_NASAL = "\u0a82\u0a81"


def romanise(text: str, chance: random.Random) -> str:
    """One way in which somebody might type it. Latin words stay as they are."""
    return " ".join(_romanise_word(word, chance) for word in text.split())


def _romanise_word(word: str, chance: random.Random) -> str:
    out: list[str] = []
    open_syllable = False
    syllables = 0
    for place, char in enumerate(word):
        if char in _CONSONANTS:
            if open_syllable:
                out.append("a" if _keeps_vowel(word, place, syllables, chance) else "")
            out.append(chance.choice(_CONSONANTS[char]))
            open_syllable = True
            syllables += 1
            continue
        if char in _SIGNS:
            out.append(chance.choice(_SIGNS[char]))
        elif char in _VIRAMA:
            pass
        elif char in _NASAL:
            out.append("an" if open_syllable else "n")
        elif char == "\u0b83":
            continue
        else:
            # Gujarati drops the inherent vowel at a word's end; Tamil writes none there without a virama.
            out.append(chance.choice(_VOWELS[char]) if char in _VOWELS else char)
        open_syllable = False
    if open_syllable and word[-1] in _TA:
        out.append("a")
    return "".join(out)


def _keeps_vowel(word: str, place: int, syllables: int, chance: random.Random) -> bool:
    """The inherent "a" before this consonant. Gujarati often swallows it in the middle of a word."""
    if word[place] in _TA or syllables == 1:
        return True
    followed_by_vowel = place + 1 < len(word) and word[place + 1] in _SIGNS
    return chance.random() < (0.35 if followed_by_vowel else 0.9)
