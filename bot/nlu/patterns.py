"""Finds what has a fixed form in a normalised message: order numbers, e-mails, phones, prices, quantities, sizes.

Pure functions over text, each giving `Found` spans; `bot.nlu.extractor` puts them together. Every expression is
linear on hostile input (no nested repetition), and messages are at most 2,000 characters. The words in them stand in
texts/<language>/language.yml, sections `amounts` and `measures`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

from bot.language.languages import merge_lists

REGION = "IN"


@dataclass(frozen=True)
class Found:
    """One entity: `text[start:end]` of the normalised message means `value`."""

    entity: str
    value: str
    start: int
    end: int


_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24}")
_WORDS = merge_lists("amounts")


def _any(name: str, *more: str) -> str:
    """One of the words of that name in any language; nothing at all if there are none."""
    return "(?:" + "|".join([*more, *_WORDS.get(name, [])] or ["(?!)"]) + ")"


_RUPEE = _any("rupee", "₹")
_UNIT = rf"(?!\s?(?:mah|w\b|watt|ml\b|k\b|/-|{_RUPEE}))"
_AMOUNT = r"(\d{1,3}(?:,\d{2,3})+|\d{2,6}|\d{1,3}(?:\.\d)?\s?k\b)"
_AFTER_AMOUNT = rf"\s?(?:{_RUPEE}|/-)?\s?{_any('rupee_endings', '-')}?\s?"
_UP_TO_BEFORE = rf"\b{_any('up_to_before')}\s?(?:of\s)?"
_UP_TO_AFTER = _any("up_to_after")
_FROM_BEFORE = rf"\b{_any('from_before')}\s?"
_FROM_AFTER = _any("from_after")
_PRICE_MAX = re.compile(
    f"(?i)(?:{_UP_TO_BEFORE}{_RUPEE}?\\s?{_AMOUNT}|{_RUPEE}?\\s?{_AMOUNT}{_AFTER_AMOUNT}{_UP_TO_AFTER})"
)
_PRICE_MIN = re.compile(
    f"(?i)(?:{_FROM_BEFORE}{_RUPEE}?\\s?{_AMOUNT}|{_RUPEE}?\\s?{_AMOUNT}{_AFTER_AMOUNT}{_FROM_AFTER})"
)
_PRICE_RANGE = re.compile(
    f"(?i)(?:{_any('between')}\\s)?{_RUPEE}?\\s?{_AMOUNT}\\s?{_any('to', '-')}\\s?{_RUPEE}?\\s?{_AMOUNT}"
)
_QUANTITY = re.compile(rf"(?i)(?<![\d.-])(\d{{1,4}})\s?{_any('quantity')}")
_LETTER_SIZE = re.compile(
    r"(?<![\w'-])(?:(XXXL|XXL|XL|XS|3XL|2XL|xxl|xl|xs|2xl|3xl)|([SML])(?![\w'&-]))(?!\w*@)", re.ASCII
)
_SIZE_WORD = _any("size")
_NAMED_SIZE = re.compile(
    f"(?i)(?:{_SIZE_WORD}\\s?[:-]?\\s?(uk\\s?\\d{{1,2}}|[sml]\\b|\\d{{1,2}}\\b(?!\\d))|\\b(uk\\s?\\d{{1,2}}|\\d{{1,2}}|[sml])\\s?{_SIZE_WORD})"
)
_UK_SIZE = re.compile(r"(?i)\buk\s?-?(\d{1,2})\b(\s?kids)?")
_UNITS = {unit: re.compile(f"(?i)(?:{'|'.join(words)})") for unit, words in merge_lists("measures").items()}
_MEASURE = re.compile(
    rf"(?i)(?<![\d.])(\d{{1,2}}(?:\.\d)?)\s?-?({'|'.join(one.pattern[4:] for one in _UNITS.values())})(?![a-z0-9])"
)
_BIG_MEASURE = re.compile(r"(?i)(?<!\d)(\d{3,5})\s?(mah|ml)\b")


def find_emails(text: str) -> Iterator[Found]:
    for match in _EMAIL.finditer(text):
        yield Found("email", match.group().lower(), *match.span())


def find_phones(text: str) -> Iterator[Found]:
    """Numbers that can exist in India or carry a country code; value in E.164."""
    if sum(char.isdigit() for char in text) < 10:
        return
    for match in phonenumbers.PhoneNumberMatcher(text, REGION, leniency=phonenumbers.Leniency.POSSIBLE):
        if len(str(match.number.national_number)) >= 8:
            value = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            yield Found("phone", value, match.start, match.end)


def find_orders(text: str, prefix: str = "TT-", digits: int = 5) -> Iterator[Found]:
    """`TT-10432`, `tt 10466`, `T T 1 0 4 6 6` and, without the letters, a bare number of the right length."""
    letters = r"[\s-]?".join(re.escape(char) for char in prefix.rstrip("-"))
    number = r"\d(?:[\s-]?\d){" + str(digits - 1) + r"}"
    named = rf"(?<![a-z0-9]){letters}[\s#-]*({number})(?!\d)"
    bare = rf"(?<![\d₹.,@-])#?(?<!rs\s)(?<!rs)(?<!₹\s)\b(1\d{{{digits - 1}}})(?![\d@]){_UNIT}"
    expression = f"(?i){named}|{bare}"
    for match in re.finditer(expression, text):
        value = re.sub(r"\D", "", match.group(1) or match.group(2))
        yield Found("order", prefix + value, *match.span())


def find_prices(text: str) -> Iterator[Found]:
    """`price_min` and `price_max` in rupees, as whole numbers."""
    for match in _PRICE_RANGE.finditer(text):
        low, high = _rupees(match.group(1)), _rupees(match.group(2))
        if 50 <= low < high:
            yield Found("price_min", str(low), *match.span(1))
            yield Found("price_max", str(high), *match.span(2))
            return
    for entity, pattern in (("price_max", _PRICE_MAX), ("price_min", _PRICE_MIN)):
        for match in pattern.finditer(text):
            group = 1 if match.group(1) else 2
            if (amount := _rupees(match.group(group))) >= 50:
                yield Found(entity, str(amount), *match.span(group))


def find_quantities(text: str) -> Iterator[Found]:
    for match in _QUANTITY.finditer(text):
        yield Found("quantity", str(int(match.group(1))), *match.span())


def find_sizes(text: str) -> Iterator[Found]:
    """Sizes as the catalogue writes them: `XL`, `UK 8`, `38`, `5 L`, `10000 mAh`."""
    for match in _UK_SIZE.finditer(text):
        yield Found("size", f"UK {match.group(1)}" + (" Kids" if match.group(2) else ""), *match.span())
    for match in _NAMED_SIZE.finditer(text):
        value = (match.group(1) or match.group(2)).upper()
        yield Found("size", re.sub(r"^UK\s?", "UK ", value), *match.span())
    for match in _LETTER_SIZE.finditer(text):
        value = match.group().upper()
        yield Found("size", {"2XL": "XXL", "3XL": "XXXL"}.get(value, value), *match.span())
    for match in _MEASURE.finditer(text):
        if unit := _unit(match.group(2)):
            yield Found("size", f"{match.group(1)} {unit}", *match.span())
    for match in _BIG_MEASURE.finditer(text):
        yield Found("size", f"{match.group(1)} {'mAh' if match.group(2).lower() == 'mah' else 'ml'}", *match.span())


def _unit(word: str) -> str | None:
    return next((unit for unit, words in _UNITS.items() if words.fullmatch(word)), None)


def _rupees(amount: str) -> int:
    plain = amount.replace(",", "").replace(" ", "").lower()
    return int(float(plain[:-1]) * 1000) if plain.endswith("k") else int(plain)
