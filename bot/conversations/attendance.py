"""Whether an agent is there to go on with a conversation. The desk may know better and say so (`use_presence`).

Without its word somebody is there who has lately answered, taken or resolved something.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from bot.conversations.models import HandOff, Message, Resolution
from bot.conversations.states import Author

ACTIVE_FOR = timedelta(minutes=15)
Presence = Callable[[int], bool]


def was_active(agent_id: int) -> bool:
    """Whether the agent has done something within ACTIVE_FOR. Reads only."""
    since = timezone.now() - ACTIVE_FOR
    done = (
        Resolution.objects.filter(agent=agent_id, resolved_at__gte=since),
        HandOff.objects.filter(taken_by=agent_id, taken_at__gte=since),
        Message.objects.filter(agent=agent_id, author=Author.AGENT, created_at__gte=since),
    )
    return any(rows.exists() for rows in done)


_presence: Presence = was_active


def use_presence(presence: Presence) -> None:
    """Makes `presence` decide, in this process; called when the desk is set up."""
    global _presence
    _presence = presence


def is_present(agent_id: int) -> bool:
    """Whether this agent, by primary key, is there now."""
    return _presence(agent_id)
