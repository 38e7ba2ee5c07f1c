"""What is said while the shop's orders cannot be reached: tried twice, said kindly, then a person. Never made up.

Slot orders_failed counts the turns in a row that the shop was away.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from actions._buttons import button, person_button
from actions._handing import hand_off
from actions._hearing import ListeningAction
from actions._order_list import order_wish
from actions._turn import Answer, Json, Reply, Turn
from bot.errors import CodeNotSent, ShopUnavailable
from bot.language.texts import say

FAILED = "orders_failed"
FAILED_MAX = 2
TRIES = 2
_log = logging.getLogger(__name__)


def guarded(turn: Turn, answer: Callable[[], Answer | None], slots: Json | None = None) -> Answer | None:
    """The answer; or, where the shop stays away, the word that it is. `slots` are set then.

    Everything that changes something carries a key, so trying again changes nothing twice.
    """
    for _ in range(TRIES):
        try:
            found = answer()
        except (ShopUnavailable, CodeNotSent) as error:
            _log.warning("the shop's orders are away: %s", type(error).__name__)
            continue
        if found is not None and turn.slots.get(FAILED):
            return replace(found, slots={FAILED: 0, **found.slots})
        return found
    return shop_away(turn, slots or {})


def shop_away(turn: Turn, slots: Json) -> Answer:
    """Kindly said; the second time in a row a person takes over, who sees what was wished."""
    failed = int(turn.slots.get(FAILED) or 0) + 1
    if failed >= FAILED_MAX:
        answer = hand_off(turn, "action_failed")
        return replace(answer, slots={**slots, FAILED: 0, "orders_task": None})
    language = turn.language
    again = button(say("orders.buttons.try_again", language), order_wish(turn), "choice")
    record: Json = {"decision": "answer", "reason": None}
    reply = Reply(say("order_tasks.away", language), [again, person_button(language)])
    return Answer([reply], turn=record, slots={**slots, FAILED: failed}, offer="orders_again", repeatable=False)


class ShopAction(ListeningAction):
    """Base of the actions that need the shop's orders."""

    def _answer(self, turn: Turn) -> Answer:
        answer = guarded(turn, lambda: super(ShopAction, self)._answer(turn))
        return answer or Answer([])
