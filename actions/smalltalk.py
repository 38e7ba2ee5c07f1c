"""Greetings, thanks, yes and no, and who is answering. Every reply has a next step. Intents: domain/smalltalk.yml."""

from __future__ import annotations

from dataclasses import replace

from actions._buttons import person_button
from actions._handing import build_choices_again, hand_off
from actions._hearing import ListeningAction
from actions._openings import reply_with, start_buttons
from actions._product_notify import answer_notify
from actions._turn import Answer, Turn
from actions.complaints import hand_over
from actions.feedback import answer_not_helped, thank_helped
from actions.privacy import keep_data, start_request
from bot.care.models import Severity, Wish
from bot.care.records import find_complaint, raise_severity
from bot.config import config
from bot.language.texts import say
from bot.shop.catalogue import load_catalogue


class ActionAnswerGreet(ListeningAction):
    """Hello, by name if it is known."""

    action_name = "action_answer_greet"
    varies = False

    def answer(self, turn: Turn) -> Answer:
        first_name = turn.name.split()[0] if turn.name.split() else ""
        if times := turn.times_before("greet"):
            text = say("smalltalk.greet.again" if times % 2 else "smalltalk.greet.once_more", turn.language)
        elif first_name:
            text = say("smalltalk.greet.named", turn.language, name=first_name, shop=config().shop_name)
        else:
            text = say("smalltalk.greet.plain", turn.language, shop=config().shop_name)
        return reply_with(turn, text, start_buttons(turn.language))


class ActionAnswerThanks(ListeningAction):
    """You are welcome."""

    action_name = "action_answer_thanks"
    varies = False

    def answer(self, turn: Turn) -> Answer:
        key = "smalltalk.thanks_again" if turn.times_before("thanks") % 2 else "smalltalk.thanks"
        return reply_with(turn, say(key, turn.language), start_buttons(turn.language))


class ActionAnswerBye(ListeningAction):
    """Goodbye."""

    action_name = "action_answer_bye"
    varies = False

    def answer(self, turn: Turn) -> Answer:
        key = "smalltalk.bye_again" if turn.times_before("bye") % 2 else "smalltalk.bye"
        return reply_with(turn, say(key, turn.language, shop=config().shop_name), start_buttons(turn.language)[:2])


class ActionAnswerAffirm(ListeningAction):
    """Yes, to whatever was offered last."""

    action_name = "action_answer_affirm"
    varies = False

    def answer(self, turn: Turn) -> Answer:
        offer = turn.last.get("offer")
        if offer == "notify" and (promised := answer_notify(turn, load_catalogue())):
            return promised
        if offer == "person":
            return _take_person(turn)
        if offer == "privacy_erase":
            return replace(start_request(turn, Wish.ERASE), action="action_answer_privacy_request")
        if offer == "not_helped":
            return hand_off(turn, "not_helped")
        if offer == "feedback":
            return thank_helped(turn)
        if offer == "choice":
            which = build_choices_again(turn)
            asked = reply_with(
                turn, say("smalltalk.affirm.which", turn.language), which or start_buttons(turn.language)
            )
            return replace(asked, offer="choice", last=turn.last) if which else asked
        key = "smalltalk.affirm.plain_again" if turn.times_before("affirm") % 2 else "smalltalk.affirm.plain"
        return reply_with(turn, say(key, turn.language), start_buttons(turn.language))


class ActionAnswerDeny(ListeningAction):
    """No, to whatever was offered last."""

    action_name = "action_answer_deny"

    def answer(self, turn: Turn) -> Answer:
        if turn.last.get("offer") in ("feedback", "not_helped"):
            return answer_not_helped(turn)
        if turn.last.get("offer") == "privacy_erase":
            return keep_data(turn)
        stopped = turn.slots.get("orders_number") or turn.slots.get("orders_wish")
        key = "smalltalk.deny.stopped" if stopped else "smalltalk.deny.plain"
        made = reply_with(turn, say(key, turn.language), [*start_buttons(turn.language), person_button(turn.language)])
        return Answer(
            made.replies,
            repeatable=False,
            slots={"orders_number": None, "orders_contact": None, "orders_wish": None, "orders_refused": None},
        )


class ActionAnswerBotChallenge(ListeningAction):
    """Says honestly that it is an assistant, and that a person is there."""

    action_name = "action_answer_bot_challenge"
    varies = False

    def answer(self, turn: Turn) -> Answer:
        again = turn.times_before("bot_challenge") % 2
        key = "smalltalk.bot_challenge_again" if again else "smalltalk.bot_challenge"
        text = say(key, turn.language, shop=config().shop_name)
        made = reply_with(turn, text, [person_button(turn.language)])
        return Answer(made.replies, offer="person")


def _take_person(turn: Turn) -> Answer:
    """Yes to the person we offered; after a complaint before others."""
    noted = find_complaint(turn.conversation) if turn.last.get("action") == "action_answer_complaint" else None
    if noted is None:
        return hand_off(turn, "asked")
    raise_severity(turn.conversation, Severity.HIGH)
    return hand_over(turn, noted, "passed")
