"""Hears what a message means whatever its route: "start over", "that did not help", or more about the products shown.

After "that did not help" a person comes, as after the button pressed twice.
"""

from __future__ import annotations

from actions._handing import hand_off
from actions._manners import find_skill, hear_manners
from actions._product_hearing import hear_products
from actions._turn import Answer, SkillAction, Turn
from actions._words import find_keys

# A longer message has more to say than that; its route answers it.
WORDS_MAX = 14
# What the words of a correction ("my surname is Shah") may be taken for.
_MAY_BE_DATA = frozenset({"privacy_request", "out_of_scope", "order_change", "feedback", "affirm"})


class ListeningAction(SkillAction):
    """Base of the actions that such a message may reach, being understood as a complaint, a question, or nothing."""

    def steer(self, turn: Turn) -> Answer | None:
        """Start over, never mind, go back, another language, a sign."""
        return hear_manners(turn)

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


def hear_correction(turn: Turn) -> Answer | None:
    """What is to be corrected in somebody's data, told right after we asked; the skill itself writes it down."""
    skill = find_skill("action_answer_privacy_request")
    return skill().answer(turn) if skill else None


def _may_be_data(turn: Turn) -> bool:
    route, topic = str(turn.gate.get("route") or ""), str(turn.gate.get("topic") or "")
    return turn.gate.get("decision") != "answer" or route in _MAY_BE_DATA or topic.startswith("account.")
