"""FAQ: the answer to a topic, what belongs to it, and whether it helped.

domain/faq.yml: intent faq (button `/faq{"topic"}`). domain/feedback.yml: helped, not_helped (buttons with the topic).
"""

from __future__ import annotations

from actions._buttons import button, english_button, person_button
from actions._faq_answers import find_answer, related_buttons, topic_button
from actions._handing import ask_back, hand_off
from actions._turn import Answer, Json, Reply, SkillAction, Turn
from bot.language.texts import say


class ActionAnswerFaq(SkillAction):
    """Answers the topic of the gate or the button."""

    action_name = "action_answer_faq"

    def answer(self, turn: Turn) -> Answer:
        topic = read_topic(turn)
        found = find_answer(topic, turn.language)
        if found is None:
            return ask_back(turn)
        again = turn.last.get("action") == self.action_name and turn.last.get("topic") == topic
        text = say("faq.again", turn.language, answer=found.answer) if again else found.answer
        buttons = [*related_buttons(found, turn.language), *feedback_buttons(topic, turn.language)]
        if again:
            buttons.insert(0, person_button(turn.language))
        if turn.romanised:
            buttons.append(english_button())
        return Answer([Reply(text, buttons)], turn={"topic": topic}, topic=topic, offer="feedback")


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


def read_topic(turn: Turn) -> str:
    """The topic of the button, else of the gate."""
    return turn.entity("topic") or str(turn.gate.get("topic") or "")


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


def feedback_buttons(topic: str, language: str) -> list[Json]:
    """Did this help? Yes and no."""
    return [
        button(say("faq.buttons.helped", language), "helped", "feedback", topic=topic),
        button(say("faq.buttons.not_helped", language), "not_helped", "feedback", topic=topic),
    ]


def starter_buttons(language: str) -> list[Json]:
    """What newcomers ask most: an order, delivery, returns."""
    topics = (topic_button(topic, language) for topic in ("delivery.time", "return.how"))
    return [one for one in topics if one is not None]
