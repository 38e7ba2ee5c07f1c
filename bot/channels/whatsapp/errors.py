"""What each error code of the Cloud API means for us (CHANNELS 1.13). Only the code counts, never title or HTTP status.

`reason` is a word of texts/<language>/desk.yml, section `failure`: what an agent is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from bot.channels.fields import as_dict, as_int, as_list, as_text


class Action(Enum):
    """What to do with the message, and with what waits behind it."""

    RETRY = auto()  # the remote side is at fault: this message again, a few times
    THROTTLE = auto()  # our number is too fast: everything of it waits
    PAIR = auto()  # too fast to this person: only theirs waits
    REST = auto()  # the number is being worked on, a minute at most
    STOP = auto()  # access, billing or policy: everything waits until an operator has mended it
    FINAL = auto()  # never for this message


@dataclass(frozen=True, slots=True)
class Verdict:
    """The action, the word for it, and whether the person cannot be reached at all."""

    action: Action
    reason: str
    unreachable: bool = False


_TABLE: dict[int, Verdict] = {}


def _say(verdict: Verdict, *codes: int) -> None:
    _TABLE.update(dict.fromkeys(codes, verdict))


_say(Verdict(Action.THROTTLE, "throttled"), 4, 80007, 130429)
_say(Verdict(Action.PAIR, "throttled"), 131056)
_say(Verdict(Action.RETRY, "server"), 1, 2, 131000, 131016, 135000, 133004)
_say(Verdict(Action.REST, "server"), 131057)
_say(Verdict(Action.RETRY, "media"), 131052, 131053)
_say(Verdict(Action.FINAL, "window_closed"), 131047)
_say(Verdict(Action.FINAL, "unreachable", unreachable=True), 131026)
_say(Verdict(Action.FINAL, "not_allowed"), 131049, 130472, 131050)
_say(Verdict(Action.FINAL, "limit"), 131048, 131064)
_say(Verdict(Action.FINAL, "not_listed"), 131030)
_say(Verdict(Action.FINAL, "malformed"), 100, 33, 131008, 131009, 131021, 131051)
_say(Verdict(Action.FINAL, "template"), 132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016)
_say(Verdict(Action.FINAL, "needs_number"), 131062)
_say(Verdict(Action.FINAL, "identity_changed"), 137000)
# Token, permission, policy, billing, registration, display name.
_say(
    Verdict(Action.STOP, "stopped"), 0, 190, 3, 10, 131005, 368, 131031, 130497, 131042, 131044, 131045, 133010, 131037
)
_say(Verdict(Action.STOP, "stopped"), *range(200, 300))


def classify(code: int | None, *, status: int = 0, transient: bool = False) -> Verdict:
    """What follows from an error; an unknown code is repeated only if the other side says that it may help."""
    known = _TABLE.get(code) if code is not None else None
    if known:
        return known
    if transient or status >= 500 or status == 429:
        return Verdict(Action.RETRY, "server")
    if status == 401:
        return Verdict(Action.STOP, "stopped")
    return Verdict(Action.FINAL, "other")


def describe(verdict: Verdict, code: int | None) -> str:
    """The reason as it is kept with a message: the word, and the code for whoever looks it up."""
    return f"{verdict.reason} ({code})" if code is not None else verdict.reason


def read_errors(raw: object) -> tuple[Verdict, str] | None:
    """The first of an `errors` list, as in statuses and messages (CHANNELS 1.7)."""
    for error in as_list(raw):
        code = as_int(as_dict(error).get("code"))
        verdict = classify(code)
        return verdict, describe(verdict, code)
    return None


def read_details(error: dict[str, Any]) -> str:
    """What the log says of an error: never the message's own words."""
    parts = (as_text(error.get("code")), as_text(as_dict(error.get("error_data")).get("details")))
    trace = as_text(error.get("fbtrace_id"))
    return " ".join(part for part in (*parts, f"fbtrace_id={trace}" if trace else "") if part)[:300]
