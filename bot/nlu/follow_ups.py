"""Whether a message leans on what was said before it. Words are data (texts/<language>/language.yml); no Rasa in here.

A message that stands on its own must not be pulled towards the last topic: tried with earlier messages drawn at random,
mixing the earlier one into every message made one in five of them wrong.
"""

from functools import cache

from bot.language.languages import merge_lists
from bot.nlu.model import Ranking

# Longer messages, in words, say all that they mean.
WORDS_MAX = 9
# Up to here a message is a few words thrown in ("and for COD?").
FEW_WORDS = 4
# What these say is not about the message before. Surely so from this probability on: "ok thanks" after any answer; a
# bare "for kids?" is like one of them by chance, at 0.28 or less.
ACTS = frozenset(("affirm", "bot_challenge", "bye", "complaint", "deny", "feedback", "greet", "human", "thanks"))
ACT_SURE = 0.3
FOREIGN = "out_of_scope"
# What speaks for leaning and what against it, added up; above 0 a message leans. A logistic model of whether the
# earlier message helped or harmed, fitted on the follow-ups of tests/nlu and on 1,260 of its other messages after one
# drawn at random, of which 0.8 % lean (docs/decisions/0008-follow-ups-and-two-wishes.md).
BIAS = 1.1
STARTS, POINTS = 1.7, 1.1
FEW, ONE, EACH_WORD, WORDS_COUNTED = 1.55, -0.8, -0.18, 8
SURE, SCORE = -1.9, -1.3
ACT, OUTSIDE, PRODUCT = -0.9, -0.9, -1.3


def leans_on_earlier(alone: Ranking, words: list[str], names_product: bool = False) -> bool:
    """alone: what the model makes of the message by itself; words: its words, normalised."""
    if len(words) > WORDS_MAX or (alone.labels[0] in ACTS and alone.probabilities[0] >= ACT_SURE):
        return False
    return _weigh_words(words, names_product) + _weigh_ranking(alone) > 0.0


def _weigh_words(words: list[str], names_product: bool) -> float:
    starters, pointers = _load_words()
    lowered = [word.casefold() for word in words]
    count = len(words)
    weight = BIAS + EACH_WORD * min(count, WORDS_COUNTED) + FEW * (count <= FEW_WORDS) + ONE * (count == 1)
    starts = not starters.isdisjoint(" ".join(lowered[:size]) for size in (1, 2))
    return weight + STARTS * starts + POINTS * (not pointers.isdisjoint(lowered)) + PRODUCT * names_product


def _weigh_ranking(alone: Ranking) -> float:
    """Whoever is sure alone needs no context."""
    first = alone.labels[0]
    kind = ACT * (first in ACTS) + OUTSIDE * (first == FOREIGN)
    return SURE * alone.probabilities[0] + SCORE * alone.scores[0] + kind


@cache
def _load_words() -> tuple[frozenset[str], frozenset[str]]:
    words = merge_lists("follow_ups")
    return frozenset(words.get("starters", ())), frozenset(words.get("pointers", ()))
