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
        *("manasne", "maanasne", "manah", "ejant", "ajent", "saheb", "vyakti"),
        *("aalu", "aala", "manushan", "manusan", "manushanga", "manithargal", "nabar", "oruthar", "supervisor"),
        *("માણસ", "માણસને", "માણસો", "માણસનો", "માણસની", "માણસથી", "માણહ", "વ્યક્તિ", "વ્યક્તિને"),
        *("એજન્ટ", "એજન્ટને", "એજંટ", "મેનેજર", "મેનેજરને", "ઓપરેટર", "સાહેબ", "સાહેબને", "સુપરવાઇઝર", "સ્ટાફ"),
        *("மனிதர்", "மனிதரிடம்", "மனிதன்", "நபர்", "நபரிடம்", "ஏஜென்ட்", "ஏஜெண்ட்", "மேனேஜர்", "முகவர்"),
        *("ஆள்", "ஆளு", "ஆளை", "ஆளிடம்", "ஆளுகிட்ட", "ஆள்கிட்ட", "மனுஷன்", "மனுஷங்க", "மனுஷங்ககிட்ட", "மனிதர்கள்"),
        *("ஏஜென்ட்டிடம்", "ஏஜென்டிடம்", "ஏஜெண்டிடம்", "ஏஜென்ட்கிட்ட", "ஏஜண்ட்", "மேனேஜரிடம்", "மேனேஜர்கிட்ட"),
        *("ஒருவரிடம்", "ஒருத்தர்", "ஒருத்தரிடம்", "ஒருத்தர்கிட்ட", "ஊழியர்", "ஊழியரிடம்", "அதிகாரி", "அதிகாரியிடம்"),
    )
)
_SEPARATORS = re.compile(r"[\s!?.,;:।\"'()\[\]…-]+")


def asks_for_person(text: str, payload: str = "") -> bool:
    """Whether this message, by itself and without any model, asks for a person."""
    if payload == PAYLOAD:
        return True
    words = [word for word in _SEPARATORS.split(normalise(text).casefold()) if word]
    return len(words) <= WORDS_MAX and any(word in _WORDS for word in words)
