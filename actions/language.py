"""Switching language with one tap: the last answer again, and the conversation goes on in that language.

domain/_shared.yml: intent switch_language (button `/switch_language{"language": "en"}`), slots last_answer and
chosen_language.
"""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk.events import EventType, SlotSet

from actions._turn import Answer, Reply, SkillAction, Turn, repeat_turn
from bot.language.texts import LANGUAGES, say


class ActionSwitchLanguage(SkillAction):
    """Says the last answer again in the chosen language."""

    action_name = "action_switch_language"

    def answer(self, turn: Turn) -> Answer:
        language = choose(turn)
        again = _skills().get(str(turn.last.get("action") or ""))
        if again is None:
            answer = Answer([Reply(say("smalltalk.switch_language.done", language))], repeatable=False)
        else:
            answer = again().answer(repeat_turn(turn, language))
        return replace(answer, turn={**answer.turn, "language": language})

    def build_events(self, turn: Turn, answer: Answer) -> list[EventType]:
        """Keeps what was answered last, so that it can be switched again, and the new language."""
        offer = {"last_answer": {**turn.last, "offer": answer.offer}} if turn.last else {}
        slots = {"chosen_language": choose(turn), "unanswered_turns": 0, **offer, **answer.slots}
        return [SlotSet(name, value) for name, value in slots.items()]


def choose(turn: Turn) -> str:
    """The language on the button, if it is one of ours."""
    wanted = turn.entity("language")
    return wanted if wanted in LANGUAGES else turn.language


def _skills() -> dict[str, type[SkillAction]]:
    # All skills are imported by now: the SDK loads the whole package before the first call.
    waiting, found = [SkillAction], {}
    while waiting:
        skill = waiting.pop()
        waiting += skill.__subclasses__()
        if skill.action_name:
            found[skill.action_name] = skill
    return found
