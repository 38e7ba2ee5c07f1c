"""What a failed call means for the message and for what waits behind it: a `SendResult` and a pause (CHANNELS 1.13)."""

from __future__ import annotations

import logging

from bot.channels.contract import Delayed, Rejected, SendResult
from bot.channels.troubles import report_trouble
from bot.channels.whatsapp.errors import Action, classify, describe
from bot.channels.whatsapp.graph import GraphRefused, GraphUnknown, GraphUnreached
from bot.channels.whatsapp.pace import REST_S, STOP_S, Pace
from bot.channels.whatsapp.parse import NAME

# Their side is at fault: five more tries over ten minutes. No connection says nothing of the message: it waits longer.
RETRY_S = (2.0, 10.0, 40.0, 150.0, 400.0)
UNREACHED_S = (2.0, 5.0, 15.0, 60.0, 300.0, 600.0)

_log = logging.getLogger(__name__)


def judge_failure(
    error: GraphRefused | GraphUnknown | GraphUnreached, pace: Pace, user: str, attempts: int, report_wait_s: float
) -> SendResult:
    """The result for this try. Writes pauses into `pace` and what only an operator can mend into `troubles`."""
    if isinstance(error, GraphUnknown):
        # No key makes a send unique: a status with our id tells whether it went out (CHANNELS 1.6).
        return Delayed(report_wait_s, f"server (no answer: {error})", unknown=True)
    if isinstance(error, GraphUnreached):
        return Delayed(_choose(UNREACHED_S, attempts), f"server (not reached: {error})")
    verdict = classify(error.code, status=error.status, transient=error.transient)
    reason = describe(verdict, error.code)
    _log.warning("WhatsApp refused a message: %s; %s", reason, error.details)
    match verdict.action:
        case Action.STOP:
            report_trouble(NAME, error.details or reason)
            return Delayed(pace.rest(STOP_S), reason, counted=False)
        case Action.THROTTLE:
            return Delayed(pace.slow_number(), reason, counted=False)
        case Action.PAIR:
            return Delayed(pace.slow_pair(user), reason, counted=False)
        case Action.REST:
            return Delayed(pace.rest(REST_S), reason)
        case Action.RETRY if attempts <= len(RETRY_S):
            return Delayed(_choose(RETRY_S, attempts), reason)
        case _:
            return Rejected(reason, unreachable=verdict.unreachable)


def _choose(pauses: tuple[float, ...], attempts: int) -> float:
    return pauses[min(max(attempts, 1), len(pauses)) - 1]
