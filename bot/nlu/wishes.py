"""Whether one message holds two wishes ("cancel TT-10432 and when do I get the refund"), and where to cut it.

Cutting a message that is one wish does harm, so a cut must pass two tests: a cheap one on the words, which most
messages fail, and then the pipeline's own gate on each part (`bot.dialogue.wishes` runs it). Pure; no Rasa in here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from bot.language.languages import merge_lists
from bot.nlu.gate import NOT_OFFERED
from bot.nlu.understanding import FAQ, ORDER_ROUTES
from bot.nlu.words import WORD

# Parts shorter than this, in words, say too little to be a wish ("ok, cancel it").
PART_WORDS_MIN = 2
# Shorter messages are one wish; longer ones tell a story; what is in them is for one answer or for a person.
WORDS_MIN, WORDS_MAX = 2 * PART_WORDS_MIN, 40
CUTS_MAX = 3
# Each part alone must be this sure: after a question or a joining word, and after a comma or a statement, which is
# mostly there to explain what follows ("XL is greyed out. When ..."). All measured with tests/nlu
# (docs/decisions/0008-follow-ups-and-two-wishes.md).
SURE_MIN, SURE_MIN_WEAK = 0.85, 0.93
# What the message as a whole seemed to be about holds both wishes in 9 of 10 messages that have two. Where it does
# not, a part must be surer still, and a comma or a statement joins nothing.
UNHEARD_MIN, NEVER = 0.97, 1.01
# Two wishes leave some doubt about the whole: from this probability of the second candidate on, commas are looked at.
# Half of the messages with one wish stay below, and need not be understood in parts.
DOUBT_MIN = 0.002
# A part that would be asked back about is a wish when the gate is this sure but for one thing: whether the customer's
# own refund is meant or refunds in general.
TORN_MIN = 0.85
# A person or a complaint is about all that was said; small talk and what is out of scope is no wish.
NEVER_APART = NOT_OFFERED | {"human", "complaint", "nlu_fallback"}

# What comes first is no wish of its own if the whole message gives it less than this share of what it gives the second.
# Of 14 messages of ours that are cut so and mean the second part as a whole, this tells four of the five that are one
# wish, and none of the nine that are two.
LEADING_SHARE = 0.5

_QUESTION_END = re.compile(r"\?+\s*")
# No sentence ends after "Rs." or before a number ("1. that").
_STATEMENT_END = re.compile(r"(?i)[!।;\n]+\s*|(?<!\brs)(?<!\bno)\.\s+(?!\d)")
_COMMA = re.compile(r",\s+")
_WORD = re.compile(WORD)
# A bare number may be a price.
_ORDER = re.compile(r"(?i)\btt[\s#-]*\d{4,6}\b|#1\d{4}\b")
Gate = Mapping[str, Any]


@dataclass(frozen=True)
class Cut:
    """One way to cut a message; how sure (0-1) the gate must be of each part: `sure_min`, or `unheard_min` where the
    part is not among what the message as a whole seemed to be about. `first_asks`: the first part is a question,
    so no mere reason for the second. `points_back`: the second speaks of the order that the first one names."""

    first: str
    second: str
    sure_min: float
    unheard_min: float
    first_asks: bool = False
    points_back: bool = False


@dataclass(frozen=True)
class Border:
    """What may stand between two wishes. `asked`: how many of the parts, from the last, must ask for something; where
    all do, it is looked at only in doubt."""

    pattern: re.Pattern[str]
    asked: int
    weak: bool

    def cut(self, text: str, found: re.Match[str]) -> Cut:
        sure_min, unheard_min = (SURE_MIN_WEAK, NEVER) if self.weak else (SURE_MIN, UNHEARD_MIN)
        first, second = text[: found.start()].strip(" ,."), text[found.end() :].strip(" ,.")
        first_asks = not self.weak and _is_question(text[: found.end()])
        return Cut(first, second, sure_min, unheard_min, first_asks, _points_back(second))

    def is_asked(self, cut: Cut) -> bool:
        return all(map(_asks, (cut.second, cut.first)[: self.asked]))


def find_cuts(text: str, doubt: float = 1.0) -> Iterator[Cut]:
    """Ways to cut a normalised message in two, at most CUTS_MAX: by words that join wishes, by questions, by
    statements, and by commas between parts that both ask for something. doubt: see `doubt_about`."""
    if not WORDS_MIN <= len(_WORD.findall(text)) <= WORDS_MAX:
        return
    cuts = dict.fromkeys(
        cut
        for border in _borders()
        if doubt >= DOUBT_MIN or border.asked < 2
        for match in border.pattern.finditer(text)
        if _may_stand_alone(cut := border.cut(text, match)) and border.is_asked(cut)
    )
    yield from islice(cuts, CUTS_MAX)


def doubt_about(whole: Gate) -> float:
    """The probability of the second candidate, 0-1; 1 where the gate names none."""
    rivals = (whole.get("alternatives") or ())[1:2]
    return float(rivals[0].get("confidence") or 0.0) if rivals else 1.0


def is_wish(part: Gate, whole: Gate, cut: Cut) -> bool:
    """Whether the gate is sure enough of one part. whole: what it said of the message before it was cut."""
    heard = any(_are_akin(part, one) for one in (whole, *(whole.get("alternatives") or ())))
    sure_min = cut.sure_min if heard else cut.unheard_min
    if part.get("decision") != "answer":
        sure_min = max(sure_min, TORN_MIN)
    return _sureness(part) >= sure_min and part.get("route") not in NEVER_APART


def are_two_wishes(first: Gate, second: Gate, whole: Gate, cut: Cut) -> bool:
    """Whether the gate is sure of both parts and they want different things. What points back is about an order, or
    about the rules for it."""
    if cut.points_back and second.get("route") not in (*ORDER_ROUTES, FAQ):
        return False
    return is_wish(first, whole, cut) and is_wish(second, whole, cut) and _aim(first) != _aim(second)


def only_leads_up(first: Gate, second: Gate, whole: Gate, ranking: Mapping[str, float]) -> bool:
    """Whether the first part only leads up to the second ("My feet are swollen. Do the slippers come in size 8?").

    ranking: label to the model's confidence in it for the whole message. A part that names an order is never that; the
    caller knows.
    """
    if whole.get("decision") != "answer" or _aim(whole) != _aim(second):
        return False
    return ranking.get(_label(first), 0.0) < LEADING_SHARE * ranking.get(_label(second), 0.0)


def _may_stand_alone(one: Cut) -> bool:
    """Long enough on both sides, and the second part does not speak of the first ("and do you sell it"), unless that is
    an order by its number."""
    long_enough = min(len(_WORD.findall(part)) for part in (one.first, one.second)) >= PART_WORDS_MIN
    return long_enough and (not one.points_back or _ORDER.search(one.first) is not None)


def _points_back(text: str) -> bool:
    return not _pointers().isdisjoint(word.casefold() for word in _WORD.findall(text))


def _is_question(text: str) -> bool:
    """By its sign or its first word; "I want ..." and "when I opened it ..." may be mere reasons."""
    first = _WORD.search(text)
    return "?" in text or (first is not None and first[0].casefold() in _openers())


def _aim(gate: Gate) -> tuple[Any, Any]:
    return gate.get("route"), gate.get("topic")


def _label(gate: Gate) -> str:
    return f"{gate['route']}/{gate['topic']}" if gate.get("topic") else str(gate.get("route"))


def _sureness(part: Gate) -> float:
    """The probability (0-1) of the first candidate and of those that are akin to it."""
    others = [one for one in part.get("alternatives") or () if _aim(one) != _aim(part)]
    return sum(float(one.get("confidence") or 0.0) for one in (part, *others) if _are_akin(part, one))


def _are_akin(one: Gate, other: Gate) -> bool:
    """The same, or the customer's own case of what a topic is about in general (`refund_status`, `refund.time`)."""
    if _aim(one) == _aim(other):
        return True
    topics = [gate.get("topic") for gate in (one, other)]
    families = [str(gate.get("topic") or gate.get("route")) for gate in (one, other)]
    return topics.count(None) == 1 and len({re.split(r"[._]", family)[0] for family in families}) == 1


def _asks(text: str) -> bool:
    if "?" in text:
        return True
    words, endings = _asking()
    said = [word.casefold() for word in _WORD.findall(text)]
    return any(word in words or any(word.endswith(end) and word != end for end in endings) for word in said)


@cache
def _borders() -> tuple[Border, ...]:
    joiners = merge_lists("joiners")
    return (
        Border(_joining(joiners.get("words", ()), r"[\s,.;]+"), asked=0, weak=False),
        Border(_QUESTION_END, asked=1, weak=False),
        Border(_STATEMENT_END, asked=1, weak=True),
        Border(_joining(joiners.get("weak", ()), r"[\s,]+"), asked=2, weak=True),
        Border(_COMMA, asked=2, weak=True),
    )


def _joining(words: Sequence[str], before: str) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?i){before}(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})[\s,]+")


@cache
def _asking() -> tuple[frozenset[str], tuple[str, ...]]:
    """Words that ask for something, and endings of words that do ("-unga": kaatunga)."""
    found = merge_lists("joiners").get("asks", ())
    endings = tuple(word[1:] for word in found if word.startswith("-"))
    return frozenset(word for word in found if not word.startswith("-")), endings


@cache
def _openers() -> frozenset[str]:
    return frozenset(merge_lists("joiners").get("openers", ()))


@cache
def _pointers() -> frozenset[str]:
    # One letter ("e", "એ") also stands in "e kaho", which points at nothing.
    return frozenset(word for word in merge_lists("follow_ups").get("pointers", ()) if len(word) > 1)
