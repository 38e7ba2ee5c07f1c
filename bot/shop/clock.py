"""What day it is in the shop: the real one, or the frozen one of demo, evaluation and tests (`SHOP_TODAY`)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from bot.config import config


def today() -> date:
    """The shop's date."""
    return config().shop_today or timezone.now().astimezone(shop_zone()).date()


def now() -> datetime:
    """This moment on the shop's date: the real one, or the frozen day at the real time of day."""
    moment = timezone.now().astimezone(shop_zone())
    return datetime.combine(today(), moment.time(), shop_zone())


def shop_day(moment: datetime) -> date:
    """The date of a moment, as it was in the shop."""
    return moment.astimezone(shop_zone()).date()


def shop_zone() -> ZoneInfo:
    """The shop's time zone."""
    return ZoneInfo(config().shop_timezone)
