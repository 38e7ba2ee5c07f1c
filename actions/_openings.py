"""What one can do here, as buttons, and the plain way to reply. Shared by the skills that have little to say."""

from __future__ import annotations

import re

from actions._buttons import button, english_button, order_button
from actions._faq_answers import topic_button
from actions._turn import Answer, Json, Reply, Turn
from bot.language.fold import fold
from bot.language.texts import say

# A sentence ends before a space, not in "Rs. 79" or "1. that".
_SENTENCE_END = re.compile(r"(?<=[a-z\u0900-\u0fff)\]\"][.!?।])\s+", re.IGNORECASE)
# An answer shorter than this is not cut any shorter, in characters.
SHORT_MIN = 100
# Words that begin alike, folded, are taken for one: "વિદેશ" and "videshma".
STEM_LETTERS = 5


def start_buttons(language: str) -> list[Json]:
    """What one can do here: look up an order, find a product, and two frequent questions."""
    found = (topic_button(topic, language) for topic in ("delivery.time", "return.how"))
    topics = [one for one in found if one is not None]
    find = button(say("smalltalk.buttons.find_product", language), "product_search", "choice")
    return [order_button(language), find, *topics]


def shorten_answer(answer: str, asked: str = "", title: str = "") -> str:
    """The first sentences of an answer, about half of it; whole if it is one.

    asked: the customer's words. The later sentence that they speak of most stays too ("and abroad?"). title: what all
    sentences are about.
    """
    sentences = _SENTENCE_END.split(answer.strip())
    kept, length = 1, len(sentences[0])
    while kept < len(sentences) and length < max(SHORT_MIN, len(answer) // 2):
        length += len(sentences[kept])
        kept += 1
    first, later = sentences[:kept], sentences[kept:]
    new = _stems(asked) - _stems(" ".join([title, *first]))
    told = max(later, key=lambda one: len(new & _stems(one)), default="")
    return " ".join([*first, told] if new & _stems(told) else first)


def _stems(text: str) -> set[str]:
    """How its longer words begin, in any spelling or script."""
    return {word[:STEM_LETTERS] for word in fold(text).split() if len(word) >= STEM_LETTERS}


def reply_with(turn: Turn, text: str, buttons: list[Json]) -> Answer:
    """One bubble; with the button for English if the customer writes in Latin letters."""
    if turn.romanised:
        buttons = [*buttons, english_button()]
    return Answer([Reply(text, buttons)])
