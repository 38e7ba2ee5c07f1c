"""Finds which product a message means, whatever the script, spelling or inflection of its name.

Names and message are folded to loose Latin words (`bot.language.fold`), so "કૂકરનું", "cookar" and "குக்கர்" meet.
A product's score is the weight of its name's words found in the message; rare words weigh more.
"""

import math
import re
from collections import defaultdict
from dataclasses import dataclass

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
_GENERIC = "set of pack with and for the in x no new 2 3 4 5 7 pair size color women men kids gift home travel".split()
# Of a lone word: at least this rare among products (share of them that use it).
_LONE_WORD_SHARE_MAX = 0.025
_WORD = re.compile(WORD)
# Folded words up to this length must be spelled the same to be the same.
_SHORT = 3
_CANDIDATE_MIN = 0.6
# Everyday words whose folded form meets a product's word.
_COMMON = frozenset(
    "what when where which who why how please pls order show same some something price cost rate was were have has had "
    "this that these those there here their them then your yours you our ours about after before cover case card code "
    "bill send sent need want give given take taken money time late wait long best good last first next left right "
    "che chhe nathi karvu karo joie joiye mare maru maro mari mara tame tamaru ketla kyare kya kem "
    "enna epdi eppo venum irukka iruka illa panna pannunga enakku unga naan".split()
)

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ProductMatch:
    handle: str
    score: float
    words: tuple[int, ...]


class ProductMatcher:
    """Built once from the catalogue; `match` is a few hundred microseconds."""

    def __init__(self, products: list[Product]) -> None:
        generic = {fold(word) for word in _GENERIC}
        self._names: list[tuple[str, tuple[int, ...]]] = []
        self._spellings: dict[int, set[str]] = defaultdict(set)
        vocabulary: dict[str, int] = {}
        users: dict[int, set[str]] = defaultdict(set)
        for product in products:
            for name in dict.fromkeys(product.names):
                words = [(fold(raw).replace(" ", ""), raw.lower()) for raw in _WORD.findall(name)]
                words = [(word, raw) for word, raw in words if word not in generic and (len(word) > 1 or word.isdigit())]
                ids = tuple(dict.fromkeys(vocabulary.setdefault(word, len(vocabulary)) for word, _ in words))
                for word, raw in words:
                    self._spellings[vocabulary[word]].add(raw)
                if ids:
                    self._names.append((product.handle, ids))
                for word in ids:
                    users[word].add(product.handle)
        self._vocabulary = list(vocabulary)
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
        for handle, ids in self._names:
            match = self._score(handle, ids, best, best_word)
            if match and (handle not in found or match.score > found[handle].score):
                found[handle] = match
        ranked = sorted(found.values(), key=lambda match: -match.score)
        return [match for match in ranked if match.score >= ranked[0].score * TIE_RATIO][:4]

    def _score(
        self, handle: str, ids: tuple[int, ...], best: Scores, where: npt.NDArray[np.int64]
    ) -> ProductMatch | None:
        said = [i for i in ids if best[i] > 0]
        # One word of the message may not stand for two words of a name.
        used = {int(where[i]): i for i in sorted(said, key=lambda i: best[i] * self._weight[i])}
        if not used:
            return None
        mass = float(sum(best[i] * self._weight[i] for i in used.values()))
        total = float(sum(self._weight[i] for i in ids))
        coverage = mass / total
        lone = len(used) == 1
        if coverage < COVERAGE_MIN or (lone and len(ids) > 1 and self._share[next(iter(used.values()))] > _LONE_WORD_SHARE_MAX):
            return None
        return ProductMatch(handle, mass * (0.4 + 0.6 * coverage), tuple(sorted(used)))

    def _similarities(self, words: list[str]) -> Scores | None:
        """(words, vocabulary), 0 where two words do not mean the same."""
        folded = [fold(word).replace(" ", "") for word in words]
        if not self._vocabulary or not any(folded):
            return None
        loose = process.cdist(folded, self._vocabulary, scorer=fuzz.ratio, score_cutoff=_CANDIDATE_MIN * 100) / 100.0
        scores = np.zeros(loose.shape, dtype=np.float64)
        for row, column in np.argwhere(loose > 0):
            if words[row].lower() not in _COMMON:
                scores[row, column] = self._similarity(words[row], folded[row], int(column), float(loose[row, column]))
        return scores

    def _similarity(self, raw: str, word: str, column: int, ratio: float) -> float:
        name = self._vocabulary[column]
        if len(word) <= _SHORT or word.isdigit() or name.isdigit():
            # Short words fold alike by chance ("was", "watch"); across scripts folding is all there is.
            same = word == name and (not raw.isascii() or raw.lower() in self._spellings[column])
            return float(same)
        if word == name:
            return 1.0
        if word.startswith(name) and len(name) >= 4 and len(word) - len(name) <= 4:
            return 0.95
        if skeleton(word) == self._skeletons[column] and len(self._skeletons[column]) >= 3 and ratio >= 0.7:
            return 0.9
        return ratio if ratio >= WORD_SIMILARITY_MIN and min(len(word), len(name)) >= 5 else 0.0
