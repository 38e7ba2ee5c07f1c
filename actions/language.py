"""Switching language with one tap: the last answer again, and the conversation goes on in that language.

domain/_shared.yml: intent switch_language (button `/switch_language{"language": "en"}`), slots last_answer and
chosen_language. Asked for in words, `_manners` does the same.
"""

from __future__ import annotations

from actions._manners import switch_language
from actions._turn import Answer, SkillAction, Turn


class ActionSwitchLanguage(SkillAction):
    """Says the last answer again in the chosen language."""

    action_name = "action_switch_language"
    varies = False

    def answer(self, turn: Turn) -> Answer:
        return switch_language(turn)
