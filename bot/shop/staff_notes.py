"""Reads the facts a customer may know out of what the staff noted on an order. The notes themselves are never shown.

They are free text in English; what is recognised here is the way this shop's staff write dates and states. Our own say
who made a change (`name_author`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_DATE = r"(\d{4}-\d{2}-\d{2})"
_PATTERNS = {
    "new_estimate": rf"new estimate {_DATE}",
    "next_attempt": rf"(?:second|third|next) attempt planned {_DATE}",
    "pickup_booked": rf"pickup booked {_DATE}",
    "refunded_on": rf"refunded(?: to [a-z ]+?)? {_DATE}",
    "received_on": rf"received(?: at(?: the)? warehouse)? {_DATE}",
    "packs_on": rf"packs on {_DATE}",
    "ready_since": rf"ready at [^.]*? from {_DATE}",
    "proof_asked": rf"asked for proof {_DATE}",
}
_AGENT = re.compile(r"\bby [^\n]{1,200}? at the desk\b")
_CAUSES = {
    "customs": r"customs",
    "weather": r"flood|storm|cyclone|rain|weather",
    "hub": r"missed sorting|hub|misrouted",
}
_WISHES = {
    "replacement": r"replacement",
    "exchange": r"exchange",
}


@dataclass(frozen=True)
class NoteFacts:
    """Dates and states found in the notes; None or empty where they say nothing."""

    new_estimate: date | None = None
    next_attempt: date | None = None
    pickup_booked: date | None = None
    refunded_on: date | None = None
    received_on: date | None = None
    packs_on: date | None = None
    ready_since: date | None = None
    proof_asked: date | None = None
    cause: str = ""
    wish: str = ""
    refund_approved: bool = False
    closed_unpaid: bool = False


def name_author(by: str) -> str:
    """Who has changed an order, as a note names them: the agent of that name, or the customer."""
    return f"{' '.join(by.split())} at the desk" if by else "the customer in the chat"


def parse_notes(notes: str) -> NoteFacts:
    """The facts in the notes; never raises."""
    # An agent's name says nothing of the order, whatever it is like ("Rain", "Hubert").
    text = _AGENT.sub("", notes)[:5000].lower()
    dates = {name: _parse_date(pattern, text) for name, pattern in _PATTERNS.items()}
    return NoteFacts(
        **dates,
        cause=next((cause for cause, pattern in _CAUSES.items() if re.search(pattern, text)), ""),
        wish=next((wish for wish, pattern in _WISHES.items() if re.search(pattern, text)), ""),
        refund_approved="approved" in text and "refund" in text,
        closed_unpaid="order closed" in text,
    )


def _parse_date(pattern: str, text: str) -> date | None:
    found = re.search(pattern, text)
    if found is None:
        return None
    try:
        return date.fromisoformat(found.group(1))
    except ValueError:
        return None
