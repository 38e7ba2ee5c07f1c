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
    varies = False

    def answer(self, turn: Turn) -> Answer:
        times = turn.times_before("out_of_scope")
        key = "smalltalk.out_of_scope.again" if times % 2 else "smalltalk.out_of_scope.first"
        buttons = start_buttons(turn.language)
        if times:
            buttons.append(person_button(turn.language))
        return reply_with(turn, say(key, turn.language, shop=config().shop_name), buttons)
