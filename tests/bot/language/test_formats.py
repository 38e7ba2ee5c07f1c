"""Amounts, days and time spans."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.language.formats import day, money, time_span


@pytest.mark.parametrize("language", ["en", "gu", "ta"])
def test_amounts_group_the_indian_way_with_ascii_digits(language: str) -> None:
    assert money(Decimal("123456.50"), language) == "₹1,23,456.50"
    assert money(79, language) == "₹79"


def test_days_and_spans_are_in_the_language() -> None:
    assert day(date(2026, 11, 24), "en") == "Tue, 24 November"
    assert "24" in day(date(2026, 11, 24), "ta")
    assert time_span(timedelta(minutes=5), "gu") == "5 મિનિટ"
