"""Hears what a message means whatever its route: "that did not help", or that it goes on with the products shown.

After "that did not help" a person comes, as after the button pressed twice.
"""

from __future__ import annotations

from actions._handing import hand_off
from actions._product_hearing import hear_products
from actions._turn import Answer, SkillAction, Turn
from actions._words import find_keys

# A longer message has more to say than that; its route answers it.
WORDS_MAX = 14


class ListeningAction(SkillAction):
    """Base of the actions that such a message may reach, being understood as a complaint, a question, or nothing."""

    def hear(self, turn: Turn) -> Answer | None:
        """A person, if an answer was given before and this says that it was of no use."""
        if turn.pressed or len(turn.text.split()) > WORDS_MAX:
            return None
        if turn.last.get("action") and find_keys("not_helped", turn.text):
            return hand_off(turn, "not_helped")
        return self.hear_more(turn)

    def hear_more(self, turn: Turn) -> Answer | None:
        """What else may be meant than the route: something about the products shown before."""
        return hear_products(turn)
