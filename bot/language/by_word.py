"""Keeps what was found out about single words: people use few words again and again.

Called where every word of every message goes through the same costly steps (folding, n-grams).
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

T = TypeVar("T")
# The last words are kept, and longer ones never: links, and text made to fill the memory.
KEPT, LONGEST = 5000, 30


def by_word(find: Callable[[str], T]) -> Callable[[str], T]:
    """`find`, a function of one word alone, remembering its results; these must not be changed."""
    remember = lru_cache(KEPT)(find)

    @wraps(find)
    def look_up(word: str) -> T:
        return remember(word) if len(word) <= LONGEST else find(word)

    return look_up
