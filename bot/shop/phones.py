"""Telephone numbers and e-mail addresses in the one form they are stored and compared in. Pure; no database."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

HOME_REGION = "IN"
_EMAIL = re.compile(r"[^\s@<>,;\"']{1,64}@[^\s@<>,;\"']{1,190}")


def parse_phone(raw: str, region: str = HOME_REGION) -> str:
    """The number as E.164 (`+919999910001`), or an empty text. Any spacing, native digits, 0 or 00 in front."""
    # An apostrophe in front is how spreadsheets keep the plus sign; Shopify exports carry it.
    text = "".join(_ascii_digit(char) for char in raw[:60]).strip().lstrip("'")
    if sum(char.isdigit() for char in text) < 6:
        return ""
    if text.startswith("00"):
        text = "+" + text[2:]
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_email(raw: str) -> str:
    """The address in lower case, or an empty text if there is none in it."""
    found = _EMAIL.search(unicodedata.normalize("NFKC", raw[:400]))
    return found.group(0).rstrip(".").lower() if found else ""


def _ascii_digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)
