"""Which language a turn is answered in: that of the message, one chosen by button, or one asked for in words.

Called by `_turn` for every turn, so that answers, forms, open tasks and button titles all switch together. Words stand
in words_manners.yml (areas languages, speak, not_speaking).
"""

from __future__ import annotations

from typing import Any

from actions._words import find_keys
from bot.config import config
from bot.language.texts import LANGUAGES

Json = dict[str, Any]
# Below this the language of a message is a guess from the customer's habits; then a chosen language stays.
LANGUAGE_SURE_MIN = 0.6
# "Please answer me in Gujarati from now on".
WISH_WORDS_MAX = 9
SWITCH = "/switch_language"


def choose_language(message: Json, context: Json, chosen: str | None) -> tuple[str, str | None]:
    """(language of the reply, chosen language from now on).

    A language chosen holds for buttons and for texts that do not show their language clearly; a message that is clearly
    in another language ends it.
    """
    if wished := find_wish(message):
        return wished, wished
    detected = message.get("language") or {}
    language = detected.get("language") or context.get("language") or config().default_language
    pressed = (message.get("text") or "").startswith("/")
    if chosen and (pressed or language == chosen or float(detected.get("confidence") or 0.0) < LANGUAGE_SURE_MIN):
        language = chosen
    else:
        chosen = None
    return (language if language in LANGUAGES else config().default_language), chosen


def find_wish(message: Json) -> str:
    """The language that this message asks for, by button or in words ("tamil la pesunga"); empty if none."""
    text = str(message.get("text") or "")
    if text.startswith("/"):
        named = [one.get("value") for one in message.get("entities") or () if one.get("entity") == "language"]
        return str(named[0]) if text.startswith(SWITCH) and named and named[0] in LANGUAGES else ""
    return find_worded(text)


def find_worded(text: str) -> str:
    """The language asked for in words: named alone, or together with speaking."""
    words = len(text.split())
    if not 0 < words <= WISH_WORDS_MAX:
        return ""
    named = [language for language in find_keys("languages", text) if language in LANGUAGES]
    spoken = words == 1 or (find_keys("speak", text) and not find_keys("not_speaking", text))
    return named[0] if len(named) == 1 and spoken else ""
