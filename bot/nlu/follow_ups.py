"""Whether a message leans on what was said before it. Words are data (texts/<language>/language.yml); no Rasa in here.

A message that stands on its own must not be pulled towards the last topic: tried with earlier messages drawn at random,
mixing the earlier one into every uncertain short message made one in seven of them wrong.
"""

from functools import cache

from bot.language.languages import merge_lists
from bot.nlu.model import Ranking

# A message this short, in words, may lean on what was said before (chosen on the follow-ups of tests/nlu).
WORDS_MAX = 7
# Whoever is this sure alone needs no context: probability of the first label.
SURE_ALONE = 0.6
# Without a word that points back, only a message that the model can make nothing of is completed: ridge score, words.
LOST_ALONE = 0.27
LOST_WORDS_MAX = 5
# A question this near to a known one is whole, even if it opens with "and": cosine to the nearest example, probability.
WHOLE_NEAREST, WHOLE_ALONE = 0.7, 0.3
# "And for COD?" names a topic surely and still asks for something else about it: no example is like it.
UNLIKE_NEAREST = 0.6
# What these say is never about the message before.
ACTS = frozenset(
    ("affirm", "bot_challenge", "bye", "complaint", "deny", "feedback", "greet", "human", "out_of_scope", "thanks")
)


def leans_on_earlier(alone: Ranking, words: list[str]) -> bool:
    """alone: what the model makes of the message by itself; words: its words, normalised."""
    if len(words) > WORDS_MAX or alone.labels[0] in ACTS:
        return False
    starters, pointers = _load_words()
    lowered = [word.casefold() for word in words]
    starts = not starters.isdisjoint(" ".join(lowered[:count]) for count in (1, 2))
    likeness, sure = alone.nearest[0][1], alone.probabilities[0]
    if sure >= SURE_ALONE:
        return starts and likeness < UNLIKE_NEAREST
    if not pointers.isdisjoint(lowered):
        return True
    if likeness >= WHOLE_NEAREST and sure >= WHOLE_ALONE:
        return False
    return starts or (alone.scores[0] < LOST_ALONE and len(words) <= LOST_WORDS_MAX)


@cache
def _load_words() -> tuple[frozenset[str], frozenset[str]]:
    words = merge_lists("follow_ups")
    return frozenset(words.get("starters", ())), frozenset(words.get("pointers", ()))
