"""The right side of the desk: everything about the conversation that is open, as its templates read it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from bot.conversations import handoffs
from bot.conversations.endings import find_snooze
from bot.conversations.models import Conversation
from bot.conversations.notes import list_agents
from bot.conversations.states import State
from bot.desk.access import agent_of, desk_language
from bot.desk.canned import build_canned
from bot.desk.cards import build_card
from bot.desk.orders import build_orders
from bot.desk.returns import build_returns
from bot.desk.rows import build_span
from bot.desk.stories import build_complaints, build_story, build_window, mark_seen
from bot.desk.topics import name_topic

Values = dict[str, Any]


def build_panel(request: HttpRequest, found: Conversation) -> Values:
    """All values; opening it marks it as read where the agent is the one to answer."""
    agent = agent_of(request)
    return {
        **build_log(request, found),
        "may_take": found.state in (State.BOT, State.WAITING),
        "agents": [one for one in list_agents() if one.pk != agent.pk],
        "canned": build_canned(found, agent),
        "snooze": find_snooze(found) if found.state == State.AGENT else None,
        "snooze_words": ("hour", "hours", "tomorrow", "monday"),
        **build_aside(request, found),
    }


def build_log(request: HttpRequest, found: Conversation) -> Values:
    """The values of the story alone; seeing it marks it as read in the same way."""
    agent, language = agent_of(request), desk_language(request)
    values = _build_head(found, agent)
    mark_seen(found, agent)
    return values | {
        "agent_name": handoffs.name_agent(found.agent) if found.agent else "",
        "story": build_story(found, language, agent),
        "window": build_window(found),
    }


def build_aside(request: HttpRequest, found: Conversation) -> Values:
    """The values of the customer's card."""
    language = desk_language(request)
    hand_off = found.hand_offs.filter(ended_at=None).first()
    return _build_head(found, agent_of(request)) | {
        "card": build_card(found),
        "hand_off": hand_off,
        "hand_off_span": build_span(timezone.now() - hand_off.created_at, language) if hand_off else "",
        "topics": [name_topic(str(one), language) for one in hand_off.summary.get("topics") or ()] if hand_off else [],
        "complaints": build_complaints(found),
        "orders": build_orders(found, language),
        "returns": build_returns(found, language),
    }


def _build_head(found: Conversation, agent: User) -> Values:
    """What every part needs to know: which conversation it is, and whether it is this agent's."""
    mine = found.state == State.AGENT and found.agent_id == agent.pk
    return {"open": found, "open_id": str(found.pk), "state": str(found.state), "mine": mine}
