"""What of a customer's text is stored, and whether the assistant read all of it. The original wording is kept."""

from __future__ import annotations

from bot.config import config
from bot.errors import EmptyMessage
from bot.language.normalise import MAX_WORDS, clean_text, normalise

# Longest text that is kept of one message; a longer one loses its end, and its writer is told.
STORED_MAX = 10_000


def strip_unstorable(text: str) -> str:
    """The text without what no database holds: NUL is dropped, half a surrogate pair becomes the replacement sign."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if not text.isascii() else text


def check_readable(text: str) -> str:
    """The text as it is stored: at most STORED_MAX characters, otherwise as written.

    Raises: EmptyMessage if nothing of it can be read.
    """
    stored = strip_unstorable(text[:STORED_MAX])
    if not normalise(stored):
        raise EmptyMessage("nothing to read")
    return stored


def is_shortened(text: str) -> bool:
    """Whether the assistant reads only the beginning of it."""
    return len(text) > config().text_max or len(text.split()) > MAX_WORDS


def clean_for_dialogue(text: str) -> str:
    """What Rasa is given: harmless, not longer than TEXT_MAX, never a command."""
    return clean_text(text)[: config().text_max]
