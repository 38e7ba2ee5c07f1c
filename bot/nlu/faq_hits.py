"""Which FAQ topics a message is near to, and whether one of them settles what is meant: `bot.nlu.faq_search` asks this.

A stored question that says the same as the message decides its topic, also one that the model never learned, so that an
operator's new question is understood once `seva faq index` has run. No Rasa in here.
"""

import logging
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from bot.errors import KnowledgeStale
from bot.language.normalise import normalise
from bot.nlu.features import Matrix
from bot.nlu.reranking import pin
from bot.nlu.understanding import FAQ, ORDER_ROUTES, Understanding
from bot.nlu.words import WORD
from knowledge.index import check_index
from knowledge.search import Hit, Live, Search, live_search
from knowledge.sources import ROOT

TEXTS = 10
# From here a stored question asks the same in other words. Of 1,375 labelled messages (tests/nlu, even ids of the
# shared ones) 8 reach 0.97 with this margin, and 41 reach 0.93, all rightly. One word can turn the sense ("cancel
# before dispatch", "cancel after dispatch": 0.969), hence the margin and the model's word.
SAME_MIN = 0.97
SAME_MARGIN_MIN = 0.02
# A model this sure is not overruled by a question that is only like the message.
SURE_MODEL = 0.8
# Cosine to the nearest example from which the model was taught this very message.
TAUGHT_MIN = 0.999

logger = logging.getLogger(__name__)
_WORD = re.compile(WORD)


@dataclass(frozen=True)
class TopicHit:
    """A topic by its best stored text. `margin`: score less that of the next topic. `equal`: the words are the same."""

    topic: str
    score: float
    margin: float
    equal: bool


def open_search(folder: Path, encoder: str, root: Path = ROOT) -> Live[Search]:
    """The live search of the index in `folder`; a stale index goes on answering, with a warning.

    Raises KnowledgeError naming the command that mends it, if the index is missing or of another encoder.
    """
    try:
        check_index(folder, encoder, root)
    except KnowledgeStale as error:
        logger.warning("%s", error)
    return live_search(folder, encoder, root=None)


def find_topics(search: Search, vector: Matrix, text: str, found: Understanding) -> list[TopicHit]:
    """The topics that may settle a message, best first. vector: normalised, not centred; text: normalised.

    Vectors are compared only where the index does not hold the message word for word and the model is not sure.
    """
    if equal := _topics_by_words(search).get(_words(text)):
        return [TopicHit(topic, 1.0, 0.0, equal=True) for topic in sorted(equal)]
    return [] if _is_sure(found) else rank_topics(search.query(vector, TEXTS))


def rank_topics(hits: Sequence[Hit]) -> list[TopicHit]:
    """The topics of the hits, best first."""
    best: dict[str, float] = {}
    for hit in hits:
        best.setdefault(hit.topic, hit.score)
    scores = [*best.values(), hits[-1].score if hits else 0.0]
    return [
        TopicHit(topic, score, score - scores[place + 1], equal=False)
        for place, (topic, score) in enumerate(best.items())
    ]


def settle(found: Understanding, hits: Sequence[TopicHit]) -> Understanding:
    """What was understood, or the topic whose stored question is practically the message."""
    same = next(iter(_equal(hits) or _alike(hits, found)), None)
    if same is None or _is_order_matter(found) or _was_taught_otherwise(found):
        return found
    return replace(found, ranking=pin(found.ranking, f"{FAQ}/{same.topic}"), used_context=False)


def _equal(hits: Sequence[TopicHit]) -> list[TopicHit]:
    """The topic that holds the message word for word; none if several do."""
    equal = [hit for hit in hits if hit.equal]
    return equal if len(equal) == 1 else []


def _alike(hits: Sequence[TopicHit], found: Understanding) -> list[TopicHit]:
    """The first topic, if it asks for the same in other words and the model has no word of its own."""
    sure = _is_sure(found)
    return [hit for hit in hits[:1] if hit.score >= SAME_MIN and hit.margin >= SAME_MARGIN_MIN and not sure]


def _is_sure(found: Understanding) -> bool:
    return found.ranking.probabilities[0] >= SURE_MODEL


def _is_order_matter(found: Understanding) -> bool:
    """An order's number with a wish about it is no question about the shop's rules."""
    return found.only_identifiers or ("order" in found.entities and found.ranking.labels[0] in ORDER_ROUTES)


def _was_taught_otherwise(found: Understanding) -> bool:
    """Training has this very message for a route that is no FAQ (a topic in the FAQ is where the index has it now)."""
    label, likeness = found.ranking.nearest[0]
    return likeness >= TAUGHT_MIN and label.partition("/")[0] != FAQ


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


@lru_cache(maxsize=1)
def _topics_by_words(search: Search) -> dict[tuple[str, ...], frozenset[str]]:
    topics: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for topic, _, text in search.index.rows:
        if words := _words(normalise(text)):
            topics[words].add(topic)
    return {words: frozenset(holders) for words, holders in topics.items()}
