"""Hand-off and asking back. domain/handoff.yml: intent human; domain/_shared.yml: nlu_fallback."""

from __future__ import annotations

from actions._handing import ask_back, hand_off
from actions._hearing import ListeningAction
from actions._turn import Answer, SkillAction, Turn


class ActionHandOff(SkillAction):
    """The customer asks for a person and gets one."""

    action_name = "action_hand_off"

    def answer(self, turn: Turn) -> Answer:
        return hand_off(turn, "asked")


class ActionAskBack(ListeningAction):
    """The gate was not sure: ask back, and the second time hand over."""

    action_name = "action_ask_back"

    def answer(self, turn: Turn) -> Answer:
        return ask_back(turn)
