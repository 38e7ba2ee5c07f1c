"""What is not ours: says so kindly, and what is. domain/out_of_scope.yml."""

from __future__ import annotations

from actions._buttons import person_button
from actions._hearing import ListeningAction
from actions._openings import reply_with, start_buttons
from actions._turn import Answer, Turn
from bot.config import config
from bot.language.texts import say


class ActionAnswerOutOfScope(ListeningAction):
    """Says kindly that this is not ours and what is, and invents nothing."""

    action_name = "action_answer_out_of_scope"

    def answer(self, turn: Turn) -> Answer:
        key = "smalltalk.out_of_scope.again" if turn.times_before("out_of_scope") else "smalltalk.out_of_scope.first"
        buttons = start_buttons(turn.language)
        if turn.times_before("out_of_scope"):
            buttons.append(person_button(turn.language))
        return reply_with(turn, say(key, turn.language, shop=config().shop_name), buttons)
