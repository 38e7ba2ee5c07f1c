"""What the gateway itself says to a customer (`texts/<language>/system.yml`), in the language they read."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from bot.config import config
from bot.conversations.hours import Wait, expect_wait, load_hours
from bot.conversations.models import Conversation
from bot.conversations.states import State
from bot.errors import ConfigError
from bot.language.formats import day
from bot.language.languages import DEFAULT_LANGUAGE
from bot.language.texts import has_text, say

_log = logging.getLogger(__name__)


def choose_language(conversation: Conversation) -> str:
    """The conversation's language, else the contact's, else the shop's."""
    return conversation.language or conversation.contact.language or config().default_language


def say_in(key: str, language: str, **values: object) -> str:
    """The text in that language; in the shop's own if it is not translated, because a notice must never fail."""
    for candidate in (language, config().default_language, DEFAULT_LANGUAGE):
        try:
            if has_text(key, candidate):
                return say(key, candidate, **values)
        except ConfigError:
            _log.warning("no text %s in language %s", key, candidate)
    raise ConfigError(f"texts/en: no text for {key!r}")


def build_wait_notice(conversation: Conversation, skill: str = "") -> tuple[str, datetime]:
    """How long this customer, who starts to wait now, will wait: in words, and until when (not of a frozen date)."""
    waiting = Conversation.objects.filter(state=State.WAITING).exclude(pk=conversation.pk).count()
    zone = ZoneInfo(config().shop_timezone)
    now = read_shop_time(zone)
    wait = expect_wait(now, waiting, load_hours(skill=skill), zone)
    span = wait.answer_by - now if wait.answer_by else timedelta(minutes=wait.minutes or 0)
    return _word_wait(wait, choose_language(conversation)), timezone.now() + span


def read_shop_time(zone: ZoneInfo, moment: datetime | None = None) -> datetime:
    """The moment (now), on the date of SHOP_TODAY if the shop's date is frozen."""
    local = (moment or timezone.now()).astimezone(zone)
    frozen = config().shop_today
    return datetime.combine(frozen, local.time(), zone) if frozen else local


def _word_wait(wait: Wait, language: str) -> str:
    if wait.answer_by is None:
        return say_in("system.wait.open", language, minutes=wait.minutes)
    time = wait.answer_by.strftime("%H:%M")
    if wait.today:
        return say_in("system.wait.closed_today", language, time=time)
    return say_in("system.wait.closed", language, time=time, day=day(wait.answer_by, language))
