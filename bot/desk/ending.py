"""How an agent ends a conversation or puts it aside: resolve, snooze until a time, wake."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bot.config import config
from bot.conversations import endings, handoffs
from bot.desk.access import for_agents
from bot.desk.pages import run_action
from bot.errors import TransitionRefused

MORNING = time(9, 30)
IN_HOURS = {"hour": 1, "hours": 3}
MONDAY = 0


@require_POST
@for_agents
def resolve(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """The matter is solved: the customer is thanked and told how to come back."""

    def end(wanted: uuid.UUID, agent: handoffs.Agent) -> object:
        return handoffs.close(wanted, agent, resolved=True)

    return run_action(request, conversation_id, end)


@require_POST
@for_agents
def snooze(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Puts it aside until `until` (a word of `choose_time`, or a time as the form sends it)."""

    def put(wanted: uuid.UUID, agent: handoffs.Agent) -> object:
        until = choose_time(request.POST.get("until", ""), request.POST.get("at", ""), timezone.now())
        return endings.snooze(wanted, agent, until)

    return run_action(request, conversation_id, put)


@require_POST
@for_agents
def wake(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Takes it up again now."""
    return run_action(request, conversation_id, endings.wake)


def choose_time(word: str, at: str, now: datetime) -> datetime:
    """`hour`, `hours` (three), `tomorrow` and `monday` in the morning, or `at` as YYYY-MM-DDTHH:MM in the shop's zone.

    Raises: TransitionRefused if it is none of these.
    """
    local = now.astimezone(ZoneInfo(config().shop_timezone))
    if word in IN_HOURS:
        return now + timedelta(hours=IN_HOURS[word])
    if word in ("tomorrow", "monday"):
        ahead = 1 if word == "tomorrow" else (MONDAY - local.weekday() - 1) % 7 + 1
        return datetime.combine(local.date() + timedelta(days=ahead), MORNING, local.tzinfo)
    try:
        return datetime.strptime(at, "%Y-%m-%dT%H:%M").replace(tzinfo=local.tzinfo)
    except ValueError as error:
        raise TransitionRefused("no time") from error
