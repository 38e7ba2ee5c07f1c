"""FAQ: the answer to a topic, what belongs to it, and whether it helped.

domain/faq.yml: intent faq (button `/faq{"topic"}`).
"""

from __future__ import annotations

from actions._buttons import button, english_button, person_button
from actions._faq_answers import find_answer, related_buttons
from actions._handing import ask_back
from actions._hearing import ListeningAction
from actions._openings import shorten_answer
from actions._product_answer import tell_aspect
from actions._repeats import count_said
from actions._turn import Answer, Json, Reply, Turn
from bot.language.texts import say
from bot.shop.catalogue import load_catalogue
from knowledge.index import Answer as FaqAnswer

# Topics that have an answer of their own for each product.
_PRODUCT_ASPECTS = {
    "product.care": "care",
    "product.warranty": "warranty",
    "product.size_guide": "sizes",
    "product.restock": "stock",
}


class ActionAnswerFaq(ListeningAction):
    """Answers the topic of the gate or the button."""

    action_name = "action_answer_faq"

    def answer(self, turn: Turn) -> Answer:
        topic = read_topic(turn)
        found = find_answer(topic, turn.language)
        if found is None:
            return ask_back(turn)
        # Asked again: shorter, with a person first; `vary` looks after further times.
        told = count_said(turn.last.get("said") or (), found.answer)
        again = told > 0 and not turn.repeated
        text = _say_again(found, turn) if again else found.answer
        if own := tell_of_product(topic, turn):
            text = f"{own}\n\n{text}"
        buttons = [*related_buttons(found, turn.language), *feedback_buttons(topic, turn.language)]
        if again:
            buttons.insert(0, person_button(turn.language))
        if turn.romanised:
            buttons.append(english_button())
        return Answer([Reply(text, buttons)], turn={"topic": topic}, topic=topic, offer="feedback")


def _say_again(found: FaqAnswer, turn: Turn) -> str:
    """The answer once more, shorter, but with what the customer now asks of it."""
    short = shorten_answer(found.answer, "" if turn.pressed else turn.text, found.title)
    return say("faq.again", turn.language, answer=short)


def tell_of_product(topic: str, turn: Turn) -> str:
    """What the topic means for the product talked about a moment ago ("can it go in the machine?"); else nothing."""
    if topic not in _PRODUCT_ASPECTS or turn.pressed or turn.last.get("action") != "action_answer_product":
        return ""
    item = load_catalogue().get(str(turn.slots.get("products_current") or ""))
    return tell_aspect(item, _PRODUCT_ASPECTS[topic], turn.language) if item else ""


def read_topic(turn: Turn) -> str:
    """The topic of the button, else of the gate."""
    return turn.entity("topic") or str(turn.gate.get("topic") or "")


def feedback_buttons(topic: str, language: str) -> list[Json]:
    """Did this help? Yes and no."""
    return [
        button(say("faq.buttons.helped", language), "helped", "feedback", topic=topic),
        button(say("faq.buttons.not_helped", language), "not_helped", "feedback", topic=topic),
    ]
