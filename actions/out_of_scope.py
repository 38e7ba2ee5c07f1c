"""What is not ours: says so kindly, and what is. domain/out_of_scope.yml."""

from __future__ import annotations

from dataclasses import replace

from actions._buttons import person_button
from actions._hearing import ListeningAction
from actions._openings import reply_with, start_buttons
from actions._turn import Answer, Turn
from bot.config import config
from bot.language.texts import say


class ActionAnswerOutOfScope(ListeningAction):
    """Says kindly that this is not ours and what is, and invents nothing."""

    action_name = "action_answer_out_of_scope"
    varies = False

    def answer(self, turn: Turn) -> Answer:
        if turn.pressed and not turn.repeated:
            return _answer_something_else(turn)
        times = turn.times_before("out_of_scope")
        key = "smalltalk.out_of_scope.again" if times % 2 else "smalltalk.out_of_scope.first"
        buttons = start_buttons(turn.language)
        if times:
            buttons.append(person_button(turn.language))
        return reply_with(turn, say(key, turn.language, shop=config().shop_name), buttons)


def _answer_something_else(turn: Turn) -> Answer:
    """None of what we guessed: whether it is ours is not known, and the turn had no answer."""
    text = say("smalltalk.out_of_scope.chosen", turn.language, shop=config().shop_name)
    made = reply_with(turn, text, [*start_buttons(turn.language), person_button(turn.language)])
    return replace(made, unanswered=True, repeatable=False)
