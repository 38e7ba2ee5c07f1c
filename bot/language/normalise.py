"""Makes what people type safe to store and regular to understand.

`clean_text` is for the gateway: it removes what could harm a database, a log or a reader and keeps the customer's
wording. `normalise` is for Rasa's pipeline: it also evens out digits, zero-width characters and drawn-out letters,
so that it must never be shown to a person. Neither knows what a message means.
"""

import re
import unicodedata
from functools import lru_cache

MAX_CHARS = 2000
MAX_WORDS = 300
# Of the last texts the result is kept: a dozen rules ask for the same message.
KEPT = 32
# Three marks cover every letter of our scripts; more on one base is a "zalgo" text that breaks page layouts.
MAX_MARKS = 3
# What a leading "/" becomes. Rasa reads "/name{...}" as a command; this sign looks alike and means nothing to it.
SAFE_SLASH = "\u2044"

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NON_CHARACTERS = "\ufdd0-\ufdef\ufffe\uffff"
_HARMFUL = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff{_BIDI}{_NON_CHARACTERS}]")
_INVISIBLE = "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"
_ZERO_WIDTH = re.compile(f"[{_INVISIBLE}]")
_LEADING_COMMAND = re.compile(f"^[\\s{_INVISIBLE}]*[/\uff0f]+")
_BREAKS = re.compile(r"\r\n?|[\u2028\u2029\u0085]")
_SPACES = re.compile(r"\s+")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_REPEATED_SIGN = re.compile(r"([!?.,…।~*_=-])\1+")


def clean_text(raw: str) -> str:
    """The message without what is dangerous, at most 2,000 characters and 300 words, never a Rasa command.

    Safe to call twice: the second call changes nothing.
    """
    text = _BREAKS.sub("\n", raw[: MAX_CHARS * 4])
    text = _HARMFUL.sub("", text)
    text = _limit_marks(unicodedata.normalize("NFC", text)).strip()
    text = _LEADING_COMMAND.sub(SAFE_SLASH, text)
    return _limit_words(text[:MAX_CHARS]).strip()


@lru_cache(KEPT)
def normalise(text: str) -> str:
    """The message as the pipeline reads it: cleaned, no zero-width characters, ASCII digits, evened-out repetition.

    Case is kept (order numbers and product names are found on it); features lower it themselves.
    """
    text = _ZERO_WIDTH.sub("", clean_text(text))
    if not text.isascii():
        text = "".join(map(_ascii_digit, text))
    text = text.replace("\u2019", "'").replace("\u2018", "'").replace("\u201c", '"').replace("\u201d", '"')
    text = _REPEATED.sub(r"\1\1", text)
    text = _REPEATED_SIGN.sub(r"\1", text)
    return _SPACES.sub(" ", text).strip()


def _ascii_digit(char: str) -> str:
    if char.isascii():
        return char
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)


def _limit_marks(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Mc", "Me") else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def _limit_words(text: str) -> str:
    if len(text) < 2 * MAX_WORDS:
        return text
    end = 0
    for count, match in enumerate(re.finditer(r"\S+", text), start=1):
        if count > MAX_WORDS:
            return text[:end]
        end = match.end()
    return text
