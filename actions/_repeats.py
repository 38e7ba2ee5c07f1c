"""Sees to it that the same question gets a different help the second time. Pure; called by `_turn` for every answer.

What was said is remembered as fingerprints in the slot last_answer (`said`), newest last; so the tracker stays small.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from bot.language.texts import say

SAID_MAX = 30
# What each further time sounds like; after that the last two take turns, so that no two in a row are alike.
_WAYS = ("first", "second", "third")


def count_said(said: Sequence[int], text: str) -> int:
    """How often this was said before."""
    return list(said).count(fingerprint(text))


def say_differently(text: str, times: int, language: str) -> str:
    """The text as it is said when it was said `times` before (1 or more)."""
    way = _WAYS[times - 1] if times <= len(_WAYS) else _WAYS[1 + times % 2]
    return say(f"manners.again.{way}", language, answer=text)


def remember(said: Sequence[int], texts: Sequence[str]) -> list[int]:
    """What was said, with these texts added, bounded."""
    return [*said, *(fingerprint(text) for text in texts if text)][-SAID_MAX:]


def fingerprint(text: str) -> int:
    """A small number that tells texts apart."""
    return zlib.crc32(text.encode())
