"""Hears "that did not help" in a message whatever its route: then a person comes, as after the button pressed twice."""

from __future__ import annotations

from actions._handing import hand_off
from actions._turn import Answer, SkillAction, Turn
from actions._words import find_keys

# A longer message has more to say than that; its route answers it.
WORDS_MAX = 14


class ListeningAction(SkillAction):
    """Base of the actions that such a message may reach, being understood as a complaint, a question, or nothing."""

    def hear(self, turn: Turn) -> Answer | None:
        """A person, if an answer was given before and this says that it was of no use."""
        if turn.pressed or not turn.last.get("action") or len(turn.text.split()) > WORDS_MAX:
            return None
        if not find_keys("not_helped", turn.text):
            return None
        return hand_off(turn, "not_helped")
