"""When people answer, and how long a customer who asks for one will wait. Pure decisions; no clock, no database.

The hours stand in `hours.yml` beside this module, after `knowledge/policy.md` (People); a skill may have its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from bot.errors import ConfigError

HOURS_FILE = Path(__file__).with_name("hours.yml")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class OpeningHours:
    """`week`: opening and closing time per weekday, None where closed all day; `closed`: `MM-DD` or `YYYY-MM-DD`."""

    week: tuple[tuple[time, time] | None, ...]
    closed: frozenset[str]
    usual_wait: timedelta
    per_waiting: timedelta
    first_answer_after: timedelta

    def find_hours(self, day: date) -> tuple[time, time] | None:
        """Opening and closing time of that day, None if closed."""
        if day.isoformat() in self.closed or day.strftime("%m-%d") in self.closed:
            return None
        return self.week[day.weekday()]

    def is_open(self, local: datetime) -> bool:
        """Whether people answer at that moment of the shop's clock."""
        times = self.find_hours(local.date())
        return times is not None and times[0] <= local.time() < times[1]


@dataclass(frozen=True)
class Wait:
    """`minutes` while open; otherwise the local time by which the first answer comes, and whether that is today."""

    minutes: int | None = None
    answer_by: datetime | None = None
    today: bool = False


def expect_wait(now: datetime, waiting_before: int, hours: OpeningHours, zone: ZoneInfo) -> Wait:
    """How long somebody waits who starts to wait now behind `waiting_before` others.

    `now`: any aware time. Minutes are rounded up to the next five, so that the promise is rather kept than exact.
    """
    local = now.astimezone(zone)
    wait = hours.usual_wait + waiting_before * hours.per_waiting
    today = hours.find_hours(local.date())
    after = local
    if today and hours.is_open(local):
        closing = datetime.combine(local.date(), today[1], zone)
        if local + wait <= closing:
            return Wait(minutes=-(-int(wait.total_seconds()) // 300) * 5)
        after = closing
    opening = find_opening(after, hours, zone)
    return Wait(answer_by=opening + hours.first_answer_after, today=opening.date() == local.date())


def find_opening(now: datetime, hours: OpeningHours, zone: ZoneInfo) -> datetime:
    """When people come next, in the shop's time; never a moment of today's hours that have begun.

    Raises: ConfigError if they do not come within 60 days.
    """
    local = now.astimezone(zone)
    for ahead in range(60):
        day = local.date() + timedelta(days=ahead)
        times = hours.find_hours(day)
        if times and (ahead or local.time() < times[0]):
            return datetime.combine(day, times[0], zone)
    raise ConfigError(f"{HOURS_FILE.name}: no opening within 60 days")


@cache
def load_hours(path: Path = HOURS_FILE, skill: str = "") -> OpeningHours:
    """The hours of the shop, or of its people with that skill where they differ.

    Raises: ConfigError naming the file and what is wrong.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        own = (content.get("skills") or {}).get(skill) or {}
        days = {**content["week"], **(own.get("week") or {})}
        week = tuple(_parse_span(days[day]) for day in WEEKDAYS)
        merged = {**content, **own}
        minutes = {key: timedelta(minutes=float(merged[key])) for key in ("usual_wait", "per_waiting", "first_answer")}
        closed = frozenset(str(day) for day in [*content["closed"], *(own.get("closed") or ())])
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"{path.name}: {type(error).__name__}: {error}") from error
    return OpeningHours(week, closed, minutes["usual_wait"], minutes["per_waiting"], minutes["first_answer"])


def _parse_span(text: str | None) -> tuple[time, time] | None:
    if not text:
        return None
    start, _, end = text.partition("-")
    return time.fromisoformat(start.strip()), time.fromisoformat(end.strip())
