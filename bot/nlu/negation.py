"""What a message says it does not want, apart from what it wants: "don't cancel it, just tell me where it is".

An encoder hears "cancel" in "cancel it" and in "do not cancel it" alike. So the part that is refused is found by words
and judged by itself: what it would ask for is what must not be done. Only refused wishes are found ("don't send", "no
need"); what did not happen ("has not come", "does not fit") is the matter itself and stays where it is. The words are
data (texts/<language>/language.yml, section `negations`); no Rasa in here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from bot.language.languages import merge_lists


@dataclass(frozen=True)
class Negation:
    """`unwanted`: what is refused, without the words that refuse it. `rest`: all else; empty if nothing is left."""

    unwanted: str
    rest: str


def find_negation(text: str) -> Negation | None:
    """The refused part of a normalised message; None if nothing is refused."""
    if not _cues().any.search(text):
        return None
    closed = _cues().closers.sub(r"\g<0>\n", text)
    parts = [_refuse(clause.strip()) for clause in _cues().borders.split(closed)]
    unwanted, rest = (_join(part[place] for part in parts) for place in (0, 1))
    return Negation(unwanted, rest) if unwanted else None


@dataclass(frozen=True)
class _Cues:
    before: re.Pattern[str]
    after: re.Pattern[str]
    any: re.Pattern[str]
    borders: re.Pattern[str]
    closers: re.Pattern[str]


def _refuse(clause: str) -> tuple[str, str]:
    """(refused, kept) parts of one clause."""
    # What a cue holds in a group is part of the wish: the verb in "nathi badalvu" (not to change).
    if cue := _cues().after.search(clause):
        return _join([clause[: cue.start()], *cue.groups("")]), clause[cue.end() :]
    cue = _cues().before.search(clause)
    # "the sandals I don't want": nothing follows that could be refused.
    if cue and (refused := _join([*cue.groups(""), clause[cue.end() :]])):
        return refused, clause[: cue.start()]
    return "", clause


def _join(parts: Iterable[str]) -> str:
    return " ".join(part.strip() for part in parts if part.strip())


@cache
def _cues() -> _Cues:
    words = merge_lists("negations")
    before, opening, after, closers = (
        _either(words.get(name, ())) for name in ("before", "opening", "after", "closers")
    )
    borders = _either(map(re.escape, words.get("borders", ())))
    # No clause ends inside a number ("1,500") or after "Rs.".
    marks = r"[;!?।\n…]+\s*|(?<!\brs)[.,]+(?!\d)\s*|\s[-–—]+\s"
    ends = r"(?=[\s,.;!?]|$)"
    return _Cues(
        before=re.compile(rf"(?i)(?:(?<!\S)(?:{before})|^(?:(?:{borders}) )?(?:{opening})){ends}"),
        after=re.compile(rf"(?i)(?<!\S)(?:{after}){ends}"),
        any=re.compile(rf"(?i)(?:^|[\s,.;!?])(?:{before}|{opening}|{after}){ends}"),
        borders=re.compile(rf"(?i){marks}|\s+(?=(?:{borders})\s)"),
        closers=re.compile(rf"(?i)(?<!\S)(?:{closers})(?=\s)"),
    )


def _either(patterns: Iterable[str]) -> str:
    return "|".join(patterns) or "(?!)"
