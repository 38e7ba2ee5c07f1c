"""Wishes about one's own data. domain/privacy.yml: intent privacy_request."""

from __future__ import annotations

from actions._buttons import english_button, person_button
from actions._faq_answers import topic_button
from actions._turn import Answer, Reply, SkillAction, Turn
from bot.language.texts import say


class ActionAnswerPrivacyRequest(SkillAction):
    """Show, correct or erase my data: only a person who checked the identity may do that."""

    action_name = "action_answer_privacy_request"

    def answer(self, turn: Turn) -> Answer:
        topics = (topic_button(topic, turn.language) for topic in ("privacy.rights", "privacy.data"))
        buttons = [person_button(turn.language), *(topic for topic in topics if topic)]
        if turn.romanised:
            buttons.append(english_button())
        return Answer([Reply(say("orders.privacy.request", turn.language), buttons)], offer="person")
