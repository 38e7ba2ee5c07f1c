"""What every gateway does by itself, without an operator or a clock of the system: the table.

All of it may run in several gateways at once. How it is repeated is `bot.recurring`.
"""

from __future__ import annotations

from bot.accounts.audit import forget_old
from bot.api.deliveries import forget_done
from bot.back_in_stock import tell_back
from bot.care.forgetting import forget_addresses, forget_notices
from bot.conversations.endings import wake_due
from bot.desk.assigning import assign_waiting
from bot.desk.presence import TOUCH_S, return_left, touch_connected
from bot.recurring import Duty
from bot.shop.ended import forget_ended

SECOND_S, SNOOZE_S, MINUTE_S, HOUR_S = 1.0, 15.0, 60.0, 3600.0

DUTIES = (
    Duty("agents who are there", touch_connected, TOUCH_S),
    Duty("returned to the queue, their agent is gone", return_left, TOUCH_S, speaks=True),
    Duty("assigned to agents", assign_waiting, SECOND_S),
    Duty("snoozed conversations brought back", wake_due, SNOOZE_S),
    Duty("told that something is back in stock", tell_back, MINUTE_S, speaks=True),
    Duty("addresses of erased customers forgotten", forget_addresses, HOUR_S),
    Duty("old announcements of channels forgotten", forget_notices, HOUR_S),
    Duty("old audit entries forgotten", forget_old, HOUR_S),
    Duty("old webhook deliveries forgotten", forget_done, HOUR_S),
    Duty("ended proofs of identity forgotten", forget_ended, HOUR_S),
)
