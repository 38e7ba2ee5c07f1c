"""Greetings, thanks, yes and no, and who is answering. Every reply has a next step. Intents: domain/smalltalk.yml."""

from __future__ import annotations

from actions._buttons import person_button
from actions._handing import hand_off
from actions._hearing import ListeningAction
from actions._openings import reply_with, start_buttons
from actions._product_notify import answer_notify
from actions._turn import Answer, SkillAction, Turn
from actions.feedback import answer_not_helped, thank_helped
from bot.config import config
from bot.language.texts import say
from bot.shop.catalogue import load_catalogue


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
        return reply_with(turn, text, start_buttons(turn.language))


class ActionAnswerThanks(SkillAction):
    """You are welcome."""

    action_name = "action_answer_thanks"

    def answer(self, turn: Turn) -> Answer:
        return reply_with(turn, say("smalltalk.thanks", turn.language), [])


class ActionAnswerBye(SkillAction):
    """Goodbye."""

    action_name = "action_answer_bye"

    def answer(self, turn: Turn) -> Answer:
        return reply_with(turn, say("smalltalk.bye", turn.language, shop=config().shop_name), [])


class ActionAnswerAffirm(SkillAction):
    """Yes, to whatever was offered last."""

    action_name = "action_answer_affirm"

    def answer(self, turn: Turn) -> Answer:
        offer = turn.last.get("offer")
        if offer == "notify" and (promised := answer_notify(turn, load_catalogue())):
            return promised
        if offer == "person":
            return hand_off(turn, "complaint" if turn.last.get("action") == "action_answer_complaint" else "asked")
        if offer == "not_helped":
            return hand_off(turn, "not_helped")
        if offer == "feedback":
            return thank_helped(turn)
        if offer == "choice":
            return reply_with(turn, say("smalltalk.affirm.which", turn.language), start_buttons(turn.language))
        return reply_with(turn, say("smalltalk.affirm.plain", turn.language), start_buttons(turn.language))


class ActionAnswerDeny(ListeningAction):
    """No, to whatever was offered last."""

    action_name = "action_answer_deny"

    def answer(self, turn: Turn) -> Answer:
        if turn.last.get("offer") in ("feedback", "not_helped"):
            return answer_not_helped(turn)
        stopped = turn.slots.get("orders_number") or turn.slots.get("orders_wish")
        key = "smalltalk.deny.stopped" if stopped else "smalltalk.deny.plain"
        made = reply_with(turn, say(key, turn.language), [*start_buttons(turn.language), person_button(turn.language)])
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
        made = reply_with(turn, text, [person_button(turn.language)])
        return Answer(made.replies, offer="person")
