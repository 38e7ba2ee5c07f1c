"""Hears what a message means whatever its route: danger, "start over", "that did not help", more about products shown.

After "that did not help" a person comes, as after the button pressed twice.
"""

from __future__ import annotations

from dataclasses import replace

from actions._complaint_words import is_dangerous
from actions._handing import hand_off
from actions._manners import find_skill, hear_manners
from actions._product_hearing import hear_products
from actions._turn import Answer, SkillAction, Turn
from actions._words import find_keys

# A longer message has more to say than that; its route answers it.
WORDS_MAX = 14
COMPLAINT = "action_answer_complaint"
# Routes of questions: "is it safe, can it catch fire?" tells of no accident.
_ASKING = frozenset({"faq", "product_info", "product_search"})
# What the words of a correction ("my surname is Shah") may be taken for.
_MAY_BE_DATA = frozenset({"privacy_request", "out_of_scope", "order_change", "feedback", "affirm"})


class ListeningAction(SkillAction):
    """Base of the actions that such a message may reach, being understood as a complaint, a question, or nothing."""

    def steer(self, turn: Turn) -> Answer | None:
        """Danger before anything else; then start over, never mind, go back, another language, a sign."""
        return hear_danger(turn) or hear_manners(turn)

    def hear(self, turn: Turn) -> Answer | None:
        """A person, if an answer was given before and this says that it was of no use."""
        if turn.pressed or len(turn.text.split()) > WORDS_MAX:
            return None
        if turn.last.get("offer") == "privacy_words" and _may_be_data(turn):
            return hear_correction(turn)
        if turn.last.get("action") and find_keys("not_helped", turn.text):
            return hand_off(turn, "not_helped")
        return self.hear_more(turn)

    def hear_more(self, turn: Turn) -> Answer | None:
        """What else may be meant than the route: something about the products shown before."""
        return hear_products(turn)


def hear_danger(turn: Turn) -> Answer | None:
    """A person at once where somebody may be hurt, whatever the message was taken for; questions have their answer."""
    asked = turn.gate.get("decision") == "answer" and turn.gate.get("route") in _ASKING and "?" in turn.text
    if turn.pressed or asked or not is_dangerous(turn.text):
        return None
    skill = find_skill(COMPLAINT)
    return as_complaint(replace(skill().answer(turn), slots={"orders_task": None}, leaves_form=True)) if skill else None


def as_complaint(answer: Answer) -> Answer:
    """The answer of the complaints' skill, given and recorded as such by another."""
    record = {"route": "complaint", "topic": None, "decision": "answer", "reason": None}
    return replace(answer, turn={**record, **answer.turn}, action=COMPLAINT)


def hear_correction(turn: Turn) -> Answer | None:
    """What is to be corrected in somebody's data, told right after we asked; the skill itself writes it down."""
    skill = find_skill("action_answer_privacy_request")
    return skill().answer(turn) if skill else None


def _may_be_data(turn: Turn) -> bool:
    route, topic = str(turn.gate.get("route") or ""), str(turn.gate.get("topic") or "")
    return turn.gate.get("decision") != "answer" or route in _MAY_BE_DATA or topic.startswith("account.")
