"""The plain words with which a customer asks for a person while the assistant cannot understand anything.

Only read while Rasa is down; otherwise the intent `human` decides. A short message with one of these words is enough.
"""

from __future__ import annotations

import re

from bot.language.normalise import normalise

WORDS_MAX = 8
PAYLOAD = "/human"
_WORDS = frozenset(
    (
        *("agent", "human", "person", "operator", "representative", "executive", "manager", "staff"),
        *("manas", "maanas", "manaso", "manushya", "manithar", "manidhar", "manithan", "aal"),
        *("માણસ", "માણસને", "વ્યક્તિ", "એજન્ટ", "મેનેજર", "ઓપરેટર"),
        *("மனிதர்", "மனிதரிடம்", "மனிதன்", "நபர்", "நபரிடம்", "ஏஜென்ட்", "ஏஜெண்ட்", "மேனேஜர்", "முகவர்"),
    )
)
_SEPARATORS = re.compile(r"[\s!?.,;:।\"'()\[\]…-]+")


def asks_for_person(text: str, payload: str = "") -> bool:
    """Whether this message, by itself and without any model, asks for a person."""
    if payload == PAYLOAD:
        return True
    words = [word for word in _SEPARATORS.split(normalise(text).casefold()) if word]
    return len(words) <= WORDS_MAX and any(word in _WORDS for word in words)
