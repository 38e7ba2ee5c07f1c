"""Amounts, dates and durations as customers in India read them, in the language of the reply. ASCII digits always."""

from datetime import date, timedelta
from decimal import Decimal

from babel.dates import format_date, format_timedelta
from babel.numbers import format_currency

from bot.language.languages import load_languages

CURRENCY = "INR"


def money(amount: Decimal | int | float | str, language: str) -> str:
    """`₹1,23,456` or `₹79.50`: paise only when there are some."""
    value = Decimal(str(amount))
    whole = value == value.to_integral_value()
    pattern = "¤#,##,##0" if whole else "¤#,##,##0.00"
    return format_currency(
        value, CURRENCY, format=pattern, locale=_locale(language), currency_digits=False, numbering_system="latn"
    )


def day(value: date, language: str, *, year: bool = False) -> str:
    """`Tue, 24 November` (with the year if asked); the time of a datetime is left out."""
    pattern = "EEE, d MMMM y" if year else "EEE, d MMMM"
    return _ascii(format_date(value, format=pattern, locale=_locale(language)))


def time_span(span: timedelta, language: str) -> str:
    """`5 minutes`, `2 hours`, `3 days`: rounded to the largest unit that fits."""
    return _ascii(format_timedelta(span, threshold=1.5, locale=_locale(language)))


def _locale(language: str) -> str:
    known = load_languages().get(language)
    return known.locale if known else language


def _ascii(text: str) -> str:
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)
