"""Cuts a long text: at a paragraph, a line, a sentence, a word, or at least between what a reader sees as signs. Pure.

WhatsApp and Telegram count UTF-16 units (CHANNELS 1.10, 2.5): an emoji outside of the basic plane is two, a Gujarati
syllable several.
"""

from __future__ import annotations

import regex

# Where a cut hurts least, the best first; each is cut after the match.
_SEAMS = tuple(regex.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"[.!?…।॥]+[\s]+", r"\s+"))
_GRAPHEME = regex.compile(r"\X")
# A seam before this part of a piece would leave it nearly empty.
EARLIEST = 0.5


def count_units(text: str) -> int:
    """Length as the platforms count it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, units_max: int) -> list[str]:
    """Pieces of at most `units_max` units, together the whole text without outer blanks; none for an empty text."""
    pieces = []
    rest = text.strip()
    while rest and count_units(rest) > units_max:
        head = _take_units(rest, units_max)
        cut = _find_seam(head) or len(head)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*(piece for piece in pieces if piece), *([rest] if rest else [])]


def shorten(text: str, units_max: int) -> str:
    """At most `units_max` of it, with an ellipsis where something is missing; the whole stands elsewhere."""
    if count_units(text) <= units_max:
        return text
    head = _take_units(text, units_max - 1)
    space = head.rfind(" ")
    return (head[:space] if space > len(head) // 2 else head).rstrip(" ,;:-·") + "…"


def _take_units(text: str, units_max: int) -> str:
    """The longest beginning of whole graphemes; of whole characters if already the first grapheme is too long."""
    end, units = 0, 0
    for match in _GRAPHEME.finditer(text):
        units += count_units(match.group())
        if units > units_max:
            break
        end = match.end()
    return text[:end] if end else _take_characters(text, units_max)


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
