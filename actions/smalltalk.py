"""Greetings, thanks, yes and no, who is answering, opinions, and what is not ours. Every reply has a next step.

domain/smalltalk.yml, feedback.yml (intent feedback), out_of_scope.yml, _shared.yml (switch_language).
"""

from __future__ import annotations

from actions._buttons import button, english_button, order_button, person_button
from actions._handing import hand_off
from actions._hearing import ListeningAction
from actions._turn import Answer, Json, Reply, SkillAction, Turn
from actions._words import find_keys
from actions.faq import answer_not_helped, starter_buttons, thank_helped
from bot.config import config
from bot.language.texts import say


class ActionAnswerGreet(SkillAction):
    """Hello, by name if it is known."""

    action_name = "action_answer_greet"

    def answer(self, turn: Turn) -> Answer:
        first_name = turn.name.split()[0] if turn.name.split() else ""
        if turn.times_before("greet"):
            text = say("smalltalk.greet.again", turn.language)
        elif first_name:
            text = say("smalltalk.greet.named", turn.language, name=first_name, shop=config().shop_name)
        else:
            text = say("smalltalk.greet.plain", turn.language, shop=config().shop_name)
        return _smalltalk(turn, text, start_buttons(turn.language))


class ActionAnswerThanks(SkillAction):
    """You are welcome."""

    action_name = "action_answer_thanks"

    def answer(self, turn: Turn) -> Answer:
        return _smalltalk(turn, say("smalltalk.thanks", turn.language), [])


class ActionAnswerBye(SkillAction):
    """Goodbye."""

    action_name = "action_answer_bye"

    def answer(self, turn: Turn) -> Answer:
        return _smalltalk(turn, say("smalltalk.bye", turn.language, shop=config().shop_name), [])


class ActionAnswerAffirm(SkillAction):
    """Yes, to whatever was offered last."""

    action_name = "action_answer_affirm"

    def answer(self, turn: Turn) -> Answer:
        offer = turn.last.get("offer")
        if offer == "person":
            return hand_off(turn, "complaint" if turn.last.get("action") == "action_answer_complaint" else "asked")
        if offer == "not_helped":
            return hand_off(turn, "not_helped")
        if offer == "feedback":
            return thank_helped(turn)
        if offer == "choice":
            return _smalltalk(turn, say("smalltalk.affirm.which", turn.language), start_buttons(turn.language))
        return _smalltalk(turn, say("smalltalk.affirm.plain", turn.language), start_buttons(turn.language))


class ActionAnswerDeny(ListeningAction):
    """No, to whatever was offered last."""

    action_name = "action_answer_deny"

    def answer(self, turn: Turn) -> Answer:
        if turn.last.get("offer") in ("feedback", "not_helped"):
            return answer_not_helped(turn)
        stopped = turn.slots.get("orders_number") or turn.slots.get("orders_wish")
        key = "smalltalk.deny.stopped" if stopped else "smalltalk.deny.plain"
        made = _smalltalk(turn, say(key, turn.language), [*start_buttons(turn.language), person_button(turn.language)])
        return Answer(
            made.replies,
            repeatable=False,
            slots={"orders_number": None, "orders_contact": None, "orders_wish": None, "orders_refused": None},
        )


class ActionAnswerBotChallenge(SkillAction):
    """Says honestly that it is an assistant, and that a person is there."""

    action_name = "action_answer_bot_challenge"

    def answer(self, turn: Turn) -> Answer:
        text = say("smalltalk.bot_challenge", turn.language, shop=config().shop_name)
        made = _smalltalk(turn, text, [person_button(turn.language)])
        return Answer(made.replies, offer="person")


class ActionAnswerFeedback(ListeningAction):
    """Thanks for an opinion."""

    action_name = "action_answer_feedback"

    def answer(self, turn: Turn) -> Answer:
        moods = find_keys("moods", turn.text)
        mood = moods[0] if moods else "plain"
        buttons = [person_button(turn.language)] if mood == "bad" else []
        return _smalltalk(turn, say(f"smalltalk.feedback.{mood}", turn.language), buttons)


class ActionAnswerOutOfScope(ListeningAction):
    """Says kindly that this is not ours and what is, and invents nothing."""

    action_name = "action_answer_out_of_scope"

    def answer(self, turn: Turn) -> Answer:
        key = "smalltalk.out_of_scope.again" if turn.times_before("out_of_scope") else "smalltalk.out_of_scope.first"
        buttons = start_buttons(turn.language)
        if turn.times_before("out_of_scope"):
            buttons.append(person_button(turn.language))
        return _smalltalk(turn, say(key, turn.language, shop=config().shop_name), buttons)


def start_buttons(language: str) -> list[Json]:
    """What one can do here: look up an order, find a product, and two frequent questions."""
    find = button(say("smalltalk.buttons.find_product", language), "product_search", "choice")
    return [order_button(language), find, *starter_buttons(language)]


def _smalltalk(turn: Turn, text: str, buttons: list[Json]) -> Answer:
    if turn.romanised:
        buttons = [*buttons, english_button()]
    return Answer([Reply(text, buttons)])
