"""Opinions, and whether an answer helped.

domain/feedback.yml: feedback (button `/feedback{"kind": "good"}`), and the buttons helped and not_helped. What is said
is kept for the team (bot.care), and for the person who had helped by name.
"""

from __future__ import annotations

from actions._buttons import button, person_button
from actions._complaint_words import kind_buttons
from actions._faq_answers import find_answer, related_buttons, topic_button
from actions._handing import hand_off
from actions._hearing import ListeningAction
from actions._openings import reply_with, start_buttons
from actions._records import said_by
from actions._turn import Answer, Json, Reply, SkillAction, Turn
from actions._words import find_keys
from actions.faq import read_topic
from bot.care.models import Mood
from bot.care.records import choose_mood, record_opinion
from bot.language.texts import say

_ASKED_MOODS = (Mood.GOOD.value, Mood.MIXED.value, Mood.BAD.value)


class ActionAnswerFeedback(ListeningAction):
    """Thanks for an opinion, writes it down, and asks on where something was not right."""

    action_name = "action_answer_feedback"

    def answer(self, turn: Turn) -> Answer:
        mood = read_mood(turn)
        if not mood:
            return _ask_mood(turn)
        helper = record_opinion(said_by(turn), mood)
        named = "_named" if helper else ""
        text = say(f"care.opinion.{mood}{named}", turn.language, **({"name": helper} if helper else {}))
        return reply_with(turn, text, _next_buttons(turn, mood))


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


def read_mood(turn: Turn) -> str:
    """The pressed mood, else that of the words; empty if a button only opened the subject."""
    if turn.text.startswith("/"):
        pressed = turn.entity("kind")
        return pressed if pressed in _ASKED_MOODS else ""
    return choose_mood(find_keys("moods", turn.text))


def thank_helped(turn: Turn) -> Answer:
    """Says that it is a pleasure, and what is next."""
    found = find_answer(read_topic(turn) or str(turn.last.get("topic") or ""), turn.language)
    buttons = related_buttons(found, turn.language) if found else start_buttons(turn.language)
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


def _ask_mood(turn: Turn) -> Answer:
    buttons = [
        button(say(f"care.opinion.moods.{mood}", turn.language), "feedback", "choice", kind=mood)
        for mood in _ASKED_MOODS
    ]
    return reply_with(turn, say("care.opinion.ask", turn.language), buttons)


def _next_buttons(turn: Turn, mood: str) -> list[Json]:
    if mood == Mood.GOOD:
        review = topic_button("review.write", turn.language)
        return [*([review] if review else []), *start_buttons(turn.language)[:2]]
    return [*kind_buttons(turn.language, 3), person_button(turn.language)]
