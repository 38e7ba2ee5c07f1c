"""What an operator has to mend before a channel can send again; `/readyz` names it. In the memory of this process."""

from __future__ import annotations

import logging

_log = logging.getLogger(__name__)
_current: dict[str, str] = {}


def report_trouble(channel: str, what: str) -> None:
    """Says so in the log, once until it changes, and in `/readyz`."""
    if _current.get(channel) != what:
        _log.error("channel %s cannot send: %s", channel, what)
    _current[channel] = what


def end_trouble(channel: str) -> None:
    """The channel sends again."""
    if _current.pop(channel, None):
        _log.warning("channel %s sends again", channel)


def read_trouble(channel: str) -> str:
    """What is wrong now; empty if nothing is."""
    return _current.get(channel, "")
