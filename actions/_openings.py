"""What one can do here, as buttons, and the plain way to reply. Shared by the skills that have little to say."""

from __future__ import annotations

import re

from actions._buttons import button, english_button, order_button
from actions._faq_answers import topic_button
from actions._turn import Answer, Json, Reply, Turn
from bot.language.texts import say

# A sentence ends before a space, not in "Rs. 79" or "1. that".
_SENTENCE_END = re.compile(r"(?<=[a-z\u0900-\u0fff)\]\"][.!?।])\s+", re.IGNORECASE)
# An answer shorter than this is not cut any shorter, in characters.
SHORT_MIN = 100


def start_buttons(language: str) -> list[Json]:
    """What one can do here: look up an order, find a product, and two frequent questions."""
    found = (topic_button(topic, language) for topic in ("delivery.time", "return.how"))
    topics = [one for one in found if one is not None]
    find = button(say("smalltalk.buttons.find_product", language), "product_search", "choice")
    return [order_button(language), find, *topics]


def shorten_answer(answer: str) -> str:
    """The first sentences of an answer, about half of it; whole if it is one."""
    sentences = _SENTENCE_END.split(answer.strip())
    kept, length = [sentences[0]], len(sentences[0])
    for sentence in sentences[1:]:
        if length >= max(SHORT_MIN, len(answer) // 2):
            break
        kept.append(sentence)
        length += len(sentence)
    return " ".join(kept)


def reply_with(turn: Turn, text: str, buttons: list[Json]) -> Answer:
    """One bubble; with the button for English if the customer writes in Latin letters."""
    if turn.romanised:
        buttons = [*buttons, english_button()]
    return Answer([Reply(text, buttons)])
