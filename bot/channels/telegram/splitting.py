"""Cuts a text into pieces that Telegram takes: at a paragraph, a line, a sentence, a word, or between graphemes. Pure.

Telegram counts UTF-16 units (CHANNELS 2.5): an emoji outside of the basic plane is two, a Gujarati syllable several.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

# Where a cut hurts least, the best first; each is cut after the match.
_SEAMS = tuple(regex.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"[.!?…।॥]+[\s]+", r"\s+"))
_GRAPHEME = regex.compile(r"\X")
# A seam before this part of a piece would leave it nearly empty.
EARLIEST = 0.5


def count_units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, units_max: int, first_max: int | None = None) -> list[str]:
    """Pieces of at most `units_max` units (`first_max` for the first), together the whole text without outer blanks."""
    pieces = []
    rest = text.strip()
    room = units_max if first_max is None else first_max
    while rest and count_units(rest) > room:
        head = _take_units(rest, room)
        cut = _find_seam(head) or len(head)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
        room = units_max
    return [*(piece for piece in pieces if piece), *([rest] if rest else [])]


def _take_units(text: str, units_max: int) -> str:
    """The longest beginning of whole graphemes; of whole characters if already the first grapheme is too long."""
    end, units = 0, 0
    for start, stop in _graphemes(text):
        units += count_units(text[start:stop])
        if units > units_max:
            break
        end = stop
    return text[:end] if end else _take_characters(text, units_max)


def _graphemes(text: str) -> Iterator[tuple[int, int]]:
    for match in _GRAPHEME.finditer(text):
        yield match.span()


def _take_characters(text: str, units_max: int) -> str:
    end, units = 0, 0
    for character in text:
        units += count_units(character)
        if units > units_max:
            break
        end += 1
    return text[: max(1, end)]


def _find_seam(head: str) -> int:
    """Where to cut inside `head`; 0 if there is no seam in its later part."""
    for seam in _SEAMS:
        ends: list[int] = [match.end() for match in seam.finditer(head, int(len(head) * EARLIEST))]
        if ends:
            return ends[-1]
    return 0
