"""What a failed call means for the message that was being sent: CHANNELS 2.7 as a table. Pure.

Reasons begin with a word of texts/<language>/desk.yml (`failure`); what Telegram said follows in brackets.
"""

from __future__ import annotations

from http import HTTPStatus

from bot.channels.contract import Delayed, Rejected
from bot.channels.telegram.api import ApiRefused, ApiUnanswered

# Pauses by try; then LONG_PAUSE_S, so that an outage of an hour or two costs no message (the outbox gives up after 20).
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0)
LONG_PAUSE_S = 600.0
# From here on a 429 is taken for all chats of the bot, not for this one alone.
BOT_WIDE_S = 5.0
# After it has perhaps been carried out a call is tried once more, and not at once.
UNSURE_PAUSE_S = 5.0

# Nothing will ever reach this person again, until they write (or press Start).
BLOCKED = "bot was blocked by the user"
_UNREACHABLE = (
    "user is deactivated",
    "bot was kicked",
    "bot can't initiate conversation",
    "chat not found",
)


def choose_pause(attempts: int) -> float:
    """Seconds until the next try after so many."""
    return PAUSES_S[attempts - 1] if 0 < attempts <= len(PAUSES_S) else LONG_PAUSE_S


def judge(
    error: ApiRefused | ApiUnanswered, attempts: int, maybe_repeated: bool, parts_sent: int
) -> Delayed | Rejected:
    """What becomes of a message whose piece number `parts_sent` (from 0) did not go out.

    A call that may have been carried out is repeated once: there is no key by which Telegram would know it again. If it
    was repeated already (`maybe_repeated`), it ends here, and the agent reads why.
    """
    if isinstance(error, ApiUnanswered):
        if not error.maybe_done:
            return Delayed(choose_pause(attempts), f"unreached ({error.reason})", parts_sent=parts_sent)
        if maybe_repeated:
            return Rejected(f"unsure ({error.reason})")
        return Delayed(UNSURE_PAUSE_S, f"unsure ({error.reason})", unknown=True, parts_sent=parts_sent)
    return _judge_refusal(error, attempts, parts_sent)


def is_unwelcome(error: ApiRefused) -> bool:
    """Whether Telegram refuses the bot itself: the token is wrong or was revoked (401; 404 for its unknown address)."""
    return error.error_code == HTTPStatus.UNAUTHORIZED or (
        error.error_code == HTTPStatus.NOT_FOUND and error.description.casefold() == "not found"
    )


def is_gone(error: ApiRefused) -> bool:
    """Whether asking for a file again cannot help."""
    return error.error_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


def _judge_refusal(error: ApiRefused, attempts: int, parts_sent: int) -> Delayed | Rejected:
    said = error.description
    if error.retry_after_s is not None:
        return Delayed(error.retry_after_s, "Telegram asks to wait", parts_sent=parts_sent)
    if is_unwelcome(error):
        return Delayed(choose_pause(attempts), "Telegram refuses the bot's token", parts_sent=parts_sent)
    if error.error_code == HTTPStatus.TOO_MANY_REQUESTS or error.error_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Delayed(choose_pause(attempts), f"refused ({said})", parts_sent=parts_sent)
    if BLOCKED in said.casefold():
        return Rejected("blocked", unreachable=True)
    return Rejected(f"refused ({said})", unreachable=any(word in said.casefold() for word in _UNREACHABLE))
