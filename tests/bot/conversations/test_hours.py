"""How long a customer waits for a person, by the clock of the shop."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.conversations.hours import Wait, expect_wait, load_hours
from bot.errors import ConfigError

ZONE = ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize(
    ("now", "before", "minutes", "answer_by", "today"),
    [
        ("2026-11-21 12:00", 0, 5, None, False),
        ("2026-11-21 12:00", 1, 10, None, False),
        ("2026-11-21 12:00", 10, 35, None, False),
        ("2026-11-21 09:00", 0, 5, None, False),
        ("2026-11-21 08:59", 0, None, "2026-11-21 09:30", True),
        ("2026-11-21 21:00", 0, None, "2026-11-22 10:30", False),
        ("2026-11-21 20:58", 0, None, "2026-11-22 10:30", False),
        ("2026-11-22 18:30", 0, None, "2026-11-23 09:30", False),
        ("2026-11-07 21:30", 0, None, "2026-11-09 09:30", False),
        ("2027-01-25 22:00", 0, None, "2027-01-27 09:30", False),
    ],
    ids=["open", "one before", "ten before", "at opening", "before opening", "Saturday night", "just before closing",
         "Sunday night", "Diwali between", "Republic Day between"],
)  # fmt: skip
def test_the_wait_follows_the_opening_hours(
    now: str, before: int, minutes: int | None, answer_by: str | None, today: bool
) -> None:
    wait = expect_wait(datetime.fromisoformat(now).replace(tzinfo=ZONE), before, load_hours(), ZONE)
    expected = datetime.fromisoformat(answer_by).replace(tzinfo=ZONE) if answer_by else None
    assert wait == Wait(minutes, expected, today)


def test_the_clock_of_the_server_does_not_matter() -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=ZONE)
    assert expect_wait(now.astimezone(ZoneInfo("America/Lima")), 0, load_hours(), ZONE).minutes == 5


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "hours.yml"
    path.write_text("week: {monday: '9 to 5'}\n")
    with pytest.raises(ConfigError, match=r"hours\.yml"):
        load_hours(path)


def test_closed_for_ever_is_said() -> None:
    hours = load_hours()
    closed = type(hours)((None,) * 7, frozenset(), timedelta(), timedelta(), timedelta())
    with pytest.raises(ConfigError):
        expect_wait(datetime(2026, 11, 21, tzinfo=ZONE), 0, closed, ZONE)
