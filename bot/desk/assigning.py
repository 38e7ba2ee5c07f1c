"""Gives who waits to an agent who is there, speaks their language and knows the matter: the one with the least to do.

Done by the gateway every second if AUTO_ASSIGN says so (`bot.duties`). Nobody is given more than they can take; whom
nobody fits stays in the queue for everybody to see.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F
from django.db.models.functions import Coalesce
from django.utils import timezone

from bot.config import config
from bot.conversations.handoffs import take
from bot.conversations.models import Conversation, HandOff
from bot.conversations.states import State
from bot.desk.models import AgentProfile
from bot.desk.presence import find_available
from bot.errors import DeskError

AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Need:
    """Who waits, and what whoever answers should know."""

    conversation: uuid.UUID
    language: str
    skill: str


@dataclass(slots=True)
class Helper:
    """An agent who is there, and how many conversations they have by now."""

    profile: AgentProfile
    has: int

    def fits(self, need: Need) -> bool:
        """Whether this one may be given to them."""
        profile = self.profile
        speaks = not profile.languages or not need.language or need.language in profile.languages
        knows = not profile.skills or not need.skill or need.skill in profile.skills
        return speaks and knows and self.has < profile.capacity


def choose_helper(need: Need, helpers: list[Helper]) -> Helper | None:
    """The fitting one with the fewest conversations; of equals whoever is made for the matter, then the first."""
    fitting = [helper for helper in helpers if helper.fits(need)]
    return min(fitting, key=lambda one: (one.has, need.skill not in one.profile.skills, one.profile.pk), default=None)


def assign_waiting() -> int:
    """Assigns whom it can, the most urgent first; how many. Safe to repeat, also beside other gateways."""
    if not config().auto_assign:
        return 0
    waiting = HandOff.objects.filter(ended_at=None, conversation__state=State.WAITING)
    if not waiting.exists() or not find_available(timezone.now()).exists():
        return 0
    with transaction.atomic():
        helpers = _lock_helpers()
        due = Coalesce("answer_by", "created_at")
        rows = waiting.order_by(F("priority").desc(), due, "pk").values_list(
            "conversation", "conversation__language", "conversation__contact__language", "skill"
        )
        needs = [Need(pk, language or known, skill) for pk, language, known, skill in rows[:AT_ONCE]]
        return sum(_assign(need, helpers) for need in needs)


def _lock_helpers() -> list[Helper]:
    """Who is there, with what they have: held, so that no other gateway counts on the same room."""
    profiles = list(find_available(timezone.now()).select_for_update(of=("self",)).select_related("user"))
    had = Conversation.objects.filter(state=State.AGENT, agent__in=[one.pk for one in profiles])
    counts = dict(had.values_list("agent").annotate(Count("pk")))
    return [Helper(profile, counts.get(profile.pk, 0)) for profile in profiles]


def _assign(need: Need, helpers: list[Helper]) -> bool:
    chosen = choose_helper(need, helpers)
    if chosen is None:
        return False
    try:
        take(need.conversation, chosen.profile.user)
    except DeskError:
        return False  # somebody has taken it, or it was closed
    chosen.has += 1
    return True
