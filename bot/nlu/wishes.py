"""Whether one message holds two wishes ("cancel TT-10432 and when do I get the refund"), and where to cut it.

Cutting a message that is one wish does harm, so a cut must pass two tests: a cheap one on the words, which most
messages fail, and then the pipeline's own gate on each part (`bot.dialogue.wishes` runs it). Pure; no Rasa in here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from bot.language.languages import merge_lists
from bot.nlu.gate import NOT_OFFERED
from bot.nlu.words import WORD

# Parts shorter than this, in words, say too little to be a wish ("ok, cancel it").
PART_WORDS_MIN = 2
# Shorter messages are one wish; longer ones tell a story; what is in them is for one answer or for a person.
WORDS_MIN, WORDS_MAX = 5, 40
CUTS_MAX = 3
# Each part alone must be this sure: after a question or a joining word, and after a statement, which is mostly there to
# explain what follows ("XL is greyed out. When ..."). A comma alone joins no wishes. Measured with tests/nlu.
SURE_MIN, SURE_MIN_AFTER_STATEMENT = 0.8, 0.9
# A person or a complaint is about all that was said; small talk and what is out of scope is no wish.
NEVER_APART = NOT_OFFERED | {"human", "complaint", "nlu_fallback"}

# What comes first is no wish of its own if the whole message gives it less than this share of what it gives the second.
# Of 14 messages of ours that are cut so and mean the second part as a whole, this tells four of the five that are one
# wish, and none of the nine that are two.
LEADING_SHARE = 0.5

_QUESTION_END = re.compile(r"\?+\s*")
# No sentence ends after "Rs." or before a number ("1. that").
_STATEMENT_END = re.compile(r"(?i)[!।;\n]+\s*|(?<!\brs)(?<!\bno)\.\s+(?!\d)")
_WORD = re.compile(WORD)
Gate = Mapping[str, Any]


@dataclass(frozen=True)
class Cut:
    """One way to cut a message; `sure_min`: how sure (0-1) the gate must be of each part."""

    first: str
    second: str
    sure_min: float


def find_cuts(text: str) -> Iterator[Cut]:
    """Ways to cut a normalised message in two, at most CUTS_MAX: by words that join wishes, questions, statements."""
    if not WORDS_MIN <= len(_WORD.findall(text)) <= WORDS_MAX:
        return
    borders = (
        (_joiners(), SURE_MIN),
        (_QUESTION_END, SURE_MIN),
        (_STATEMENT_END, SURE_MIN_AFTER_STATEMENT),
    )
    places = [(match.start(), match.end(), sure) for pattern, sure in borders for match in pattern.finditer(text)]
    cuts = dict.fromkeys(Cut(text[:start].strip(" ,."), text[end:].strip(" ,."), sure) for start, end, sure in places)
    yield from islice((one for one in cuts if _may_stand_alone(one)), CUTS_MAX)


def are_two_wishes(first: Gate, second: Gate, sure_min: float) -> bool:
    """Whether the gate is sure of both parts and they want different things."""
    return _is_wish(first, sure_min) and _is_wish(second, sure_min) and _aim(first) != _aim(second)


def only_leads_up(first: Gate, second: Gate, whole: Gate, ranking: Mapping[str, float]) -> bool:
    """Whether the first part only leads up to the second ("My feet are swollen. Do the slippers come in size 8?").

    ranking: label to the model's confidence in it for the whole message. A part that names an order is never that; the
    caller knows.
    """
    if whole.get("decision") != "answer" or _aim(whole) != _aim(second):
        return False
    return ranking.get(_label(first), 0.0) < LEADING_SHARE * ranking.get(_label(second), 0.0)


def _may_stand_alone(one: Cut) -> bool:
    """Long enough on both sides, and the second part does not speak of the first ("and do you sell it")."""
    words = [word.casefold() for word in _WORD.findall(one.second)]
    long_enough = min(len(words), len(_WORD.findall(one.first))) >= PART_WORDS_MIN
    return long_enough and _pointers().isdisjoint(words)


def _is_wish(gate: Gate, sure_min: float) -> bool:
    sure = gate.get("decision") == "answer" and float(gate.get("confidence") or 0.0) >= sure_min
    return sure and gate.get("route") not in NEVER_APART


def _aim(gate: Gate) -> tuple[Any, Any]:
    return gate.get("route"), gate.get("topic")


def _label(gate: Gate) -> str:
    return f"{gate['route']}/{gate['topic']}" if gate.get("topic") else str(gate.get("route"))


@cache
def _joiners() -> re.Pattern[str]:
    words = sorted(merge_lists("joiners").get("words", ()), key=len, reverse=True)
    return re.compile(rf"(?i)[\s,.;]+(?:{'|'.join(map(re.escape, words)) or '(?!)'})[\s,]+")


@cache
def _pointers() -> frozenset[str]:
    # One letter ("e", "એ") also stands in "e kaho", which points at nothing.
    return frozenset(word for word in merge_lists("follow_ups").get("pointers", ()) if len(word) > 1)
