"""Cuts a long text into messages, at the best place there is and never inside what a reader sees as one sign. Pure."""

from __future__ import annotations

from collections.abc import Callable

import regex

# Where a text is cut, the best first; what comes before the cut stays whole.
_PLACES = (regex.compile(r"\n\s*\n"), regex.compile(r"\n"), regex.compile(r"(?<=[.!?।॥…])\s+"), regex.compile(r"\s+"))
_SIGN = regex.compile(r"\X")


def count_units(text: str) -> int:
    """Its length as platforms count that do so in UTF-16 units; never less than in characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, size_max: int, count: Callable[[str], int] = count_units) -> list[str]:
    """The text in pieces of at most `size_max`; empty for a text without anything in it."""
    pieces: list[str] = []
    rest = text.strip()
    while count(rest) > size_max:
        head = _fit(rest, size_max, count)
        cut = _find_cut(head, rest)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def shorten(text: str, size_max: int, count: Callable[[str], int] = count_units) -> str:
    """At most `size_max` of it, with an ellipsis where something is missing; the whole stands elsewhere."""
    if count(text) <= size_max:
        return text
    head = _fit(text, size_max - 1, count)
    space = head.rfind(" ")
    return (head[:space] if space > len(head) // 2 else head).rstrip(" ,;:-·") + "…"


def _fit(text: str, size_max: int, count: Callable[[str], int]) -> str:
    """The longest beginning of whole signs; one sign at least, however long."""
    end, size = 0, 0
    for sign in _SIGN.finditer(text):
        size += count(sign.group())
        if size > size_max and end:
            break
        end = sign.end()
        if size > size_max:
            # A heap of marks on one letter, longer than a message: cut where it must be.
            return text[:size_max]
    return text[:end]


def _find_cut(head: str, rest: str) -> int:
    if rest[len(head) : len(head) + 1].isspace():
        return len(head)
    for place in _PLACES:
        ends: list[int] = [found.start() for found in place.finditer(head)]
        # A very early place would leave a stump and a piece that is too long again.
        if ends and ends[-1] > len(head) // 3:
            return ends[-1]
    return len(head)
