"""Hand-off and asking back. domain/handoff.yml: intent human; domain/_shared.yml: nlu_fallback."""

from __future__ import annotations

from dataclasses import replace

from actions._buttons import person_button
from actions._complaint_words import speaks_of_damage
from actions._handing import ask_back, hand_off
from actions._hearing import COMPLAINT, ListeningAction, as_complaint
from actions._manners import find_skill, hear_manners
from actions._speech import find_worded
from actions._turn import Answer, Reply, SkillAction, Turn
from bot.language.texts import say


class ActionHandOff(SkillAction):
    """The customer asks for a person and gets one."""

    action_name = "action_hand_off"

    def answer(self, turn: Turn) -> Answer:
        # "Tamil please, talk in Tamil" sounds like a wish for somebody who speaks it.
        switched = hear_manners(turn) if find_worded(turn.text) else None
        return switched or hand_off(turn, "asked")


class ActionAskBack(ListeningAction):
    """The gate was not sure: ask back, and the second time hand over."""

    action_name = "action_ask_back"

    def hear_more(self, turn: Turn) -> Answer | None:
        """All that it may mean is one thing that went wrong: that is answered, not asked back."""
        skill = find_skill(COMPLAINT) if speaks_of_damage(turn) else None
        return as_complaint(skill().answer(turn)) if skill else super().hear_more(turn)

    def answer(self, turn: Turn) -> Answer:
        asked = _ASKED.get(str(turn.slots.get("requested_slot") or ""))
        answer = ask_back(turn)
        if asked is None or not answer.unanswered or turn.gate.get("decision") == "ask_back":
            return answer
        # Inside the form the message was meant as its answer: say what is needed instead of "not understood".
        return replace(answer, replies=[Reply(say(asked, turn.language), [person_button(turn.language)])], offer="")


_ASKED = {"orders_number": "orders.bad_number", "orders_contact": "orders.bad_contact"}
