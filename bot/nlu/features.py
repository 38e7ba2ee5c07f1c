"""Sparse features of a message: characters, words, and the same again after folding scripts into one.

They stand beside the encoder's vector because the small encoder is weak on casual romanised text and on typos. Used by
the route model only. Texts come in normalised.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.language.by_word import by_word
from bot.language.fold import fold, skeleton
from bot.nlu.catalogue import load_lexicon
from bot.nlu.words import WORD

Matrix = npt.NDArray[np.float32]

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_ORDER = re.compile(r"(?i)\btt[\s#-]*\d{4,6}|(?<![\d₹])#?1\d{4}(?!\d)")
_PHONE = re.compile(r"(?<!\d)(?:\+?91[\s-]?)?[6-9]\d{4}[\s-]?\d{5}(?!\d)")
_PIN = re.compile(r"(?<!\d)[1-9]\d{5}(?!\d)")
MASKS = ((_EMAIL, "someone@example.org"), (_ORDER, "TT-10400"), (_PHONE, "9999900000"), (_PIN, "380001"))
# Of the last texts the masked form is kept: encoder and words ask for the same.
KEPT = 32


@lru_cache(KEPT)
def mask(text: str) -> str:
    """The text with every order number, e-mail, phone, PIN code and other company replaced by one example of it.

    Which one it is says nothing about what is wanted, and must not be learned.
    """
    for pattern, example in MASKS:
        text = pattern.sub(example, text)
    return _companies().sub("flipkart", text)


@cache
def _companies() -> re.Pattern[str]:
    names = sorted(load_lexicon().companies, key=len, reverse=True)
    latin = "|".join(re.escape(name) for name in names if name.isascii())
    native = "|".join(re.escape(name) for name in names if not name.isascii())
    return re.compile(rf"(?i)\b(?:{latin})\b|{native}")


@dataclass
class SparseFeatures:
    """Fitted TF-IDF spaces, side by side; every space is L2-normalised and weighted."""

    char_weight: float = 1.0
    word_weight: float = 1.0
    fold_weight: float = 1.0
    skeleton_weight: float = 1.0
    max_features: int = 60_000
    _spaces: list[TfidfVectorizer] = field(default_factory=list)
    _words: frozenset[str] = frozenset()
    _folded: frozenset[str] = frozenset()

    def fit(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Learns the vocabulary and gives the features of `texts`: float32 csr, (len(texts), vocabulary)."""
        # An n-gram seen once cannot help another message; in tiny sets it may be all there is.
        min_df = 2 if len(texts) >= 1000 else 1
        # One in every 25th text tells nothing and takes most of the time that training spends on comparing texts.
        max_df = 0.04 if len(texts) >= 1000 else 1.0
        common = {"sublinear_tf": True, "dtype": np.float32, "max_features": self.max_features, "min_df": min_df}
        common["max_df"] = max_df
        self._spaces = [
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **common),
            TfidfVectorizer(token_pattern=WORD, ngram_range=(1, 2), **common),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), **common),
            TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 2), **common),  # noqa: S106
        ]
        self._words = frozenset(word for text in texts for word in re.findall(WORD, text.lower()))
        self._folded = frozenset(fold(word) for word in self._words)
        views = _views(texts)
        return self._join([space.fit_transform(view) for space, view in zip(self._spaces, views, strict=True)])

    def transform(self, texts: Sequence[str]) -> sp.csr_matrix:
        """float32 csr, (len(texts), vocabulary)."""
        views = _views(texts)
        return self._join([space.transform(view) for space, view in zip(self._spaces, views, strict=True)])

    def multiply(self, text: str, weights: Matrix) -> Matrix:
        """`transform([text]) @ weights`, weights (vocabulary, n): (1, n).

        Quick: without what scikit-learn and scipy check and copy at every call.
        """
        columns, values = self._quick.weigh([view for (view,) in _views([text])])
        # Not by "@": on so few numbers a matrix library spends its time waking threads.
        return np.einsum("c,cn->n", values, weights[columns])[None]

    @cached_property
    def _quick(self) -> "_QuickSpaces":
        return _QuickSpaces(self._spaces, self._weights)

    @property
    def _weights(self) -> tuple[float, ...]:
        return (self.char_weight, self.word_weight, self.fold_weight, self.skeleton_weight)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_quick"}

    def unknown_share(self, text: str) -> float:
        """Share (0-1) of the words that training never saw, in any spelling that folds alike."""
        words = re.findall(WORD, text.lower())
        if not words:
            return 1.0
        return sum(word not in self._words and not self._known_folded(word) for word in words) / len(words)

    def _known_folded(self, word: str) -> bool:
        # Two letters fold alike by chance.
        folded = fold(word)
        return folded.isdigit() or (len(folded) >= 3 and folded in self._folded)

    def _join(self, parts: list[sp.csr_matrix]) -> sp.csr_matrix:
        weighted = [part * weight for part, weight in zip(parts, self._weights, strict=True)]
        return sp.hstack(weighted, format="csr", dtype=np.float32)


class _QuickSpaces:
    """Fitted TF-IDF spaces, taken apart: what finds a text's n-grams in each, and the weights of all their columns."""

    def __init__(self, spaces: list[TfidfVectorizer], weights: Sequence[float]) -> None:
        self._firsts = np.cumsum([0, *(len(space.vocabulary_) for space in spaces)])
        self._finders = [
            _find_columns(space, first) for space, first in zip(spaces, self._firsts.tolist(), strict=False)
        ]
        self._idf = np.concatenate([space.idf_ for space in spaces]).astype(np.float32)
        self._weights = weights

    def weigh(self, views: list[str]) -> tuple[npt.NDArray[np.int64], Matrix]:
        """The columns of a text's n-grams among those of all spaces, and their values (sublinear TF-IDF, L2).

        views: the text as each space reads it.
        """
        found = list(chain.from_iterable(find(view) for find, view in zip(self._finders, views, strict=True)))
        columns, counts = np.unique(np.array(found, dtype=np.int64), return_counts=True)
        values = (1.0 + np.log(counts)).astype(np.float32) * self._idf[columns]
        ends = np.searchsorted(columns, self._firsts).tolist()
        for start, end, weight in zip(ends, ends[1:], self._weights, strict=False):
            part = values[start:end]
            part *= weight / (math.sqrt(float(part @ part)) or 1.0)
        return columns, values


def _find_columns(space: TfidfVectorizer, first: int) -> Callable[[str], list[int]]:
    """Gives the columns of a text's known n-grams, one for each time that an n-gram is there. `first`: the space's."""
    analyse, column_of = space.build_analyzer(), space.vocabulary_

    def find(text: str) -> list[int]:
        return [first + column for gram in analyse(text) if (column := column_of.get(gram)) is not None]

    if space.analyzer != "char_wb":
        return find
    # Such n-grams end at a word's borders, so those of a text are those of its words.
    of_word = by_word(find)
    return lambda text: list(chain.from_iterable(map(of_word, text.split())))


def _views(texts: Sequence[str]) -> list[list[str]]:
    masked = [mask(text).lower() for text in texts]
    folded = [fold(text) for text in masked]
    return [masked, masked, folded, [skeleton(text) for text in folded]]
