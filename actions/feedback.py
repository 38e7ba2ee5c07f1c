"""Opinions, and whether an answer helped. domain/feedback.yml: feedback, and the buttons helped and not_helped."""

from __future__ import annotations

from actions._buttons import button, person_button
from actions._faq_answers import find_answer, related_buttons
from actions._handing import hand_off
from actions._hearing import ListeningAction
from actions._openings import reply_with
from actions._turn import Answer, Reply, SkillAction, Turn
from actions._words import find_keys
from actions.faq import read_topic
from bot.language.texts import say


class ActionAnswerFeedback(ListeningAction):
    """Thanks for an opinion."""

    action_name = "action_answer_feedback"

    def answer(self, turn: Turn) -> Answer:
        moods = find_keys("moods", turn.text)
        mood = moods[0] if moods else "plain"
        buttons = [person_button(turn.language)] if mood == "bad" else []
        return reply_with(turn, say(f"smalltalk.feedback.{mood}", turn.language), buttons)


class ActionThankHelped(SkillAction):
    """The answer helped."""

    action_name = "action_thank_helped"

    def answer(self, turn: Turn) -> Answer:
        return thank_helped(turn)


class ActionNotHelped(SkillAction):
    """The answer did not help: first other ways, then a person."""

    action_name = "action_not_helped"

    def answer(self, turn: Turn) -> Answer:
        return answer_not_helped(turn)


def thank_helped(turn: Turn) -> Answer:
    """Says that it is a pleasure, and what is next."""
    found = find_answer(read_topic(turn) or str(turn.last.get("topic") or ""), turn.language)
    buttons = related_buttons(found, turn.language) if found else []
    return Answer([Reply(say("faq.helped", turn.language), buttons)], repeatable=False)


def answer_not_helped(turn: Turn) -> Answer:
    """Offers what is near and a person; after a repeated no, the person comes."""
    if turn.last.get("offer") == "not_helped" or turn.times_before("not_helped"):
        return hand_off(turn, "not_helped")
    topic = read_topic(turn) or str(turn.last.get("topic") or "")
    found = find_answer(topic, turn.language)
    buttons = related_buttons(found, turn.language) if found else []
    # The same "no" once more brings the person, with the right reason.
    entities = {"topic": topic} if topic else {}
    person = button(say("handoff.buttons.person", turn.language), "not_helped", "person", **entities)
    return Answer(
        [Reply(say("faq.not_helped", turn.language), [*buttons, person])],
        turn={"topic": topic} if topic else {},
        offer="not_helped",
        repeatable=False,
    )
