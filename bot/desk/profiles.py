"""What an agent takes and whether they take anything now: changed on the team's page and over the API."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User

from bot.conversations.skills import load_skills
from bot.desk.models import AgentProfile
from bot.desk.presence import note_seen
from bot.page_texts import LANGUAGE_NAMES

CAPACITY_MAX = 50


def load_profile(user: User) -> AgentProfile:
    """Their own, or that of somebody who has never opened the desk."""
    return AgentProfile.objects.filter(pk=user.pk).first() or AgentProfile(user=user)


def save_profile(user: User, *, languages: Collection[str], skills: Collection[str], capacity: int) -> None:
    """What was chosen, as far as it exists; everything chosen is the same as nothing."""
    speaks = [one for one in LANGUAGE_NAMES if one in languages]
    knows = [one for one in load_skills() if one in skills]
    chosen = {
        "languages": speaks if len(speaks) < len(LANGUAGE_NAMES) else [],
        "skills": knows if len(knows) < len(load_skills()) else [],
        "capacity": min(capacity, CAPACITY_MAX),
    }
    AgentProfile.objects.update_or_create(pk=user.pk, defaults=chosen)


def mark_away(agent_id: int, away: bool, *, seen: bool = True) -> None:
    """Away, the agent is given nothing new; otherwise they take conversations again.

    `seen`: it was said by them, so they are there now; False leaves that to their open pages.
    """
    if seen:
        note_seen(agent_id)
    AgentProfile.objects.update_or_create(pk=agent_id, defaults={"away": away})
