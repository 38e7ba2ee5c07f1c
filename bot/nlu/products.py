"""Finds which product a message means, whatever the script, spelling or inflection of its name.

Names and message are folded to loose Latin words (`bot.language.fold`), so "કૂકરનું", "cookar" and "குக்கர்" meet.
A product's score is the weight of its name's words found in the message; rare words weigh more.
"""

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from bot.language.fold import fold, skeleton
from bot.nlu.catalogue import Product
from bot.nlu.words import WORD

# Measured with tests/nlu/entities.jsonl: below 0.82 different short words meet, above 0.88 typos are lost.
WORD_SIMILARITY_MIN = 0.84
# A name counts when this share of its weight was said, and two names are told apart by this ratio of scores.
COVERAGE_MIN = 0.45
TIE_RATIO = 0.92
# Words that names share with everything else and that alone never mean a product.
_GENERIC = frozenset(
    re.findall(
        r"\w+", "whats set of pack with and for the in x no new 2 3 4 5 7 pair size color women men kids gift home"
    )
)
# Of a lone word: at least this rare among products (share of them that use it).
_LONE_WORD_SHARE_MAX = 0.025
_WORD = re.compile(WORD)
# What follows in a name only describes.
_TAIL = re.compile(r"\s(?:with|for)\s|\s?\(")
# Folded words up to this length must be spelled the same to be the same.
_SHORT = 3
# Two spellings in one script that fold alike are the same word when their letters agree so far (0-100).
LETTERS_MIN = 60
# Consonants of a name from which on words of two scripts that are nearly alike are no chance.
_TELLING_BONES = 4
_CANDIDATE_MIN = 0.6
# Most words of a message are among the commonest of its language.
WORDS_KEPT = 5000
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Everyday:
    """Words of ordinary talk, learned from examples that are about no product.

    `loose` may only stand for a product's word when spelled exactly so; `alone` name no product without a second word.
    """

    loose: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ProductMatch:
    handle: str
    score: float
    words: tuple[int, ...]
    # Whether all that was said of the name is one word that describes the thing and does not say what it is.
    describes: bool = False


class ProductMatcher:
    """Built once from the catalogue; `match` is a few hundred microseconds."""

    def __init__(self, products: list[Product], everyday: Everyday = Everyday()) -> None:
        self._everyday = everyday
        generic = {fold(word) for word in _GENERIC}
        self._names: list[tuple[str, tuple[int, ...]]] = []
        self._spellings: dict[int, set[str]] = defaultdict(set)
        self._heads: dict[str, set[int]] = defaultdict(set)
        vocabulary: dict[str, int] = {}
        users: dict[int, set[str]] = defaultdict(set)
        for product in products:
            for name in dict.fromkeys(product.names):
                words = [(_fold_word(raw), raw.lower()) for raw in _WORD.findall(name)]
                words = [
                    (word, raw) for word, raw in words if word not in generic and (len(word) > 1 or word.isdigit())
                ]
                ids = tuple(dict.fromkeys(vocabulary.setdefault(word, len(vocabulary)) for word, _ in words))
                for word, raw in words:
                    self._spellings[vocabulary[word]].add(raw)
                if ids:
                    self._names.append((product.handle, ids))
                    self._heads[product.handle].add(_head(name, words, vocabulary))
                for number in ids:
                    users[number].add(product.handle)
        self._vocabulary = list(vocabulary)
        self._folded = frozenset(vocabulary)
        self._words_of: dict[str, set[int]] = defaultdict(set)
        for handle, ids in self._names:
            self._words_of[handle].update(ids)
        self._names_with: dict[int, list[int]] = defaultdict(list)
        for place, (_, ids) in enumerate(self._names):
            for number in ids:
                self._names_with[number].append(place)
        self._skeletons = [skeleton(word) for word in self._vocabulary]
        count = max(len(products), 1)
        self._weight = np.array([math.log((count + 1) / len(users[i])) for i in range(len(self._vocabulary))])
        self._share = np.array([len(users[i]) / count for i in range(len(self._vocabulary))])

    def match(self, words: list[str]) -> list[ProductMatch]:
        """The likeliest product first, with those it cannot be told apart from. `words`: the message's words, raw."""
        similar = self._similarities(words)
        if similar is None:
            return []
        best_word = similar.argmax(axis=0)
        best = similar.max(axis=0)
        found: dict[str, ProductMatch] = {}
        for place in {place for word in np.flatnonzero(best) for place in self._names_with[int(word)]}:
            match = self._score(place, words, best, best_word)
            if match and (match.handle not in found or match.score > found[match.handle].score):
                found[match.handle] = match
        whole = [self._add_other_names(match, best, best_word) for match in found.values()]
        ranked = sorted(whole, key=lambda match: (-match.score, match.handle))
        return [match for match in ranked if match.score >= ranked[0].score * TIE_RATIO][:4]

    def _add_other_names(self, match: ProductMatch, best: Scores, where: npt.NDArray[np.int64]) -> ProductMatch:
        """Words of the product's other names that were said too ("nehru koti" mixes two of them) count half."""
        words = self._words_of[match.handle]
        said = {int(where[i]): i for i in words if best[i] > 0 and int(where[i]) not in match.words}
        extra = sum(best[i] * self._weight[i] for i in said.values())
        return replace(match, score=match.score + 0.5 * float(extra), describes=match.describes and not said)

    def _score(self, place: int, words: list[str], best: Scores, where: npt.NDArray[np.int64]) -> ProductMatch | None:
        handle, ids = self._names[place]
        said = [i for i in ids if best[i] > 0]
        # One word of the message may not stand for two words of a name.
        used = {int(where[i]): i for i in sorted(said, key=lambda i: best[i] * self._weight[i])}
        mass = float(sum(best[i] * self._weight[i] for i in used.values()))
        coverage = mass / float(sum(self._weight[i] for i in ids))
        if coverage < COVERAGE_MIN or (len(used) == 1 and not self._alone_suffices(words, used, len(ids))):
            return None
        describes = len(used) == 1 and self._heads[handle].isdisjoint(used.values())
        return ProductMatch(handle, mass * (0.4 + 0.6 * coverage), tuple(sorted(used)), describes)

    def _alone_suffices(self, words: list[str], used: dict[int, int], name_words: int) -> bool:
        (position, word), *_ = used.items()
        if name_words > 1 and self._share[word] > _LONE_WORD_SHARE_MAX:
            return False
        return words[position].lower() not in self._everyday.alone

    def _similarities(self, words: list[str]) -> Scores | None:
        """(words, vocabulary), 0 where two words do not mean the same."""
        folded = [_fold_word(word) for word in words]
        if not self._vocabulary or not any(folded):
            return None
        exact = set(folded) & self._folded
        loose = process.cdist(folded, self._vocabulary, scorer=fuzz.ratio, score_cutoff=_CANDIDATE_MIN * 100) / 100.0
        scores = np.zeros(loose.shape, dtype=np.float64)
        for row, column in np.argwhere(loose > 0):
            raw = words[row].lower()
            # A word that is in the catalogue as it stands is not a misspelling of another one (kurti, curtain).
            if folded[row] in exact and self._vocabulary[column] != folded[row]:
                continue
            if raw not in self._everyday.loose or raw in self._spellings[int(column)]:
                scores[row, column] = self._similarity(raw, folded[row], int(column), float(loose[row, column]))
        return scores

    def _similarity(self, raw: str, word: str, column: int, ratio: float) -> float:
        name = self._vocabulary[column]
        if len(word) <= _SHORT or word.isdigit() or name.isdigit():
            # Short words fold alike by chance ("was", "watch"); across scripts folding is all there is.
            same = word == name and (raw in self._spellings[column] or self._may_cross(raw, column))
            return float(same)
        score = self._sound_alike(word, name, self._skeletons[column], ratio)
        return score if score and self._may_be_spelled(raw, column, exact=word == name) else 0.0

    @staticmethod
    def _sound_alike(word: str, name: str, bones: str, ratio: float) -> float:
        """How alike two folded words are, 0 where that may be chance."""
        if word == name:
            return 1.0
        if word.startswith(name) and len(name) >= 4 and len(word) - len(name) <= 4:
            return 0.95
        if skeleton(word) == bones and (len(bones) >= 4 or (len(bones) == 3 and ratio >= 0.75)):
            return 0.9
        return ratio if ratio >= WORD_SIMILARITY_MIN and min(len(word), len(name)) >= 5 else 0.0

    def _may_be_spelled(self, raw: str, column: int, exact: bool) -> bool:
        """Whether two words that fold alike may be the same word as they are written.

        Folding takes voice, breath and most vowels away, so that within one script other words meet ("sole", "choli";
        "થબળ", "ડબલ"): there letters must agree too. Across scripts, short words that are only nearly alike are chance.
        """
        own = [spelling for spelling in self._spellings[column] if _script_of(spelling) == _script_of(raw)]
        if own and (exact or not raw.isascii()):
            return max(fuzz.ratio(raw[: len(spelling) + 1], spelling) for spelling in own) >= LETTERS_MIN
        return raw.isascii() or exact or len(self._skeletons[column]) >= _TELLING_BONES

    def _may_cross(self, raw: str, column: int) -> bool:
        """Whether a short native word may stand for a name that is not written in its script."""
        scripts = {_script_of(spelling) for spelling in self._spellings[column]}
        return not raw.isascii() and _script_of(raw) not in scripts


def _head(name: str, words: list[tuple[str, str]], vocabulary: dict[str, int]) -> int:
    """The word that says what the thing is: the last one before "with", "for" or a bracket, numbers aside."""
    before = {raw.lower() for raw in _WORD.findall(_TAIL.split(name.lower())[0])}
    own = [word for word, raw in words if raw in before and not word.isdigit()] or [word for word, _ in words]
    return vocabulary[own[-1]]


@lru_cache(WORDS_KEPT)
def _fold_word(word: str) -> str:
    return fold(word).replace(" ", "")


def _script_of(word: str) -> int:
    """The Unicode block of the word's first letter beyond ASCII; 0 for Latin words."""
    return next((ord(char) >> 7 for char in word if not char.isascii()), 0)


def learn_everyday(about_products: list[str], others: list[str], products: list[Product]) -> Everyday:
    """Everyday words, from normalised examples that may name products and from all others."""
    names = {word.lower() for product in products for name in product.names for word in _WORD.findall(name)}
    shares = []
    for texts in (about_products, others):
        counts = Counter(word.lower() for text in texts for word in set(_WORD.findall(text)))
        shares.append((counts, max(len(texts), 1)))
    (product_counts, product_total), (counts, total) = shares
    loose = frozenset(word for word, count in counts.items() if count >= 2 and word not in names)
    alone = frozenset(
        word
        for word, count in counts.items()
        if count >= 3 and word in names and count / total > product_counts[word] / product_total
    )
    return Everyday(loose, alone)
