"""Which agents are there. A page's live connection says so; when the last one is lost the agent soon counts as offline.

Every gateway marks the agents connected to it, a few seconds apart (`bot.duties`). An agent whose browser runs no
scripts counts as there for a while after each page.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone

from bot.config import config
from bot.conversations.attendance import was_active
from bot.conversations.endings import snoozed
from bot.conversations.models import Conversation
from bot.conversations.states import State
from bot.conversations.transfers import is_awaited, return_to_queue
from bot.desk.models import AgentProfile

TOUCH_S = 5.0
# Some touches may be late before anybody counts as offline.
LOST = timedelta(seconds=20)
_lock = threading.Lock()
_connected: Counter[int] = Counter()
_excused = False


@contextmanager
def connected(agent_id: int) -> Iterator[None]:
    """While the block runs the agent is connected to this process."""
    with _lock:
        _connected[agent_id] += 1
    try:
        yield
    finally:
        with _lock:
            _connected[agent_id] -= 1


def touch_connected() -> int:
    """Marks who is connected to this process; nothing to tell. The first time it excuses who could not be seen."""
    global _excused
    now = timezone.now()
    if not _excused:
        AgentProfile.objects.update(excused_at=now)
        _excused = True
    with _lock:
        there = [agent_id for agent_id, pages in _connected.items() if pages > 0]
    if there:
        AgentProfile.objects.filter(pk__in=there).update(seen_at=now)
    return 0


def note_seen(agent_id: int) -> str:
    """The agent has opened a page just now; makes the profile of a new one. Their presence."""
    now = timezone.now()
    profile = AgentProfile.objects.filter(pk=agent_id).first()
    if profile is None or profile.seen_at is None or profile.seen_at < now - LOST / 2:
        profile, _ = AgentProfile.objects.update_or_create(pk=agent_id, defaults={"seen_at": now})
    return find_presence(profile, now)


def find_presence(profile: AgentProfile | None, now: datetime) -> str:
    """`available`, `away` or `offline`."""
    if profile is None or profile.seen_at is None or profile.seen_at < now - LOST:
        return "offline"
    return "away" if profile.away else "available"


def find_available(now: datetime) -> QuerySet[AgentProfile]:
    """Profiles of those who are there and may be given something."""
    usable = AgentProfile.objects.filter(user__is_active=True, user__is_staff=True)
    return usable.filter(away=False, seen_at__gte=now - LOST)


def is_available(agent_id: int) -> bool:
    """Whether this agent is there and takes conversations now; who never had a page is there while active."""
    if not AgentProfile.objects.filter(pk=agent_id, seen_at__isnull=False).exists():
        return was_active(agent_id)
    return find_available(timezone.now()).filter(pk=agent_id).exists()


def return_left() -> int:
    """Returns to the queue what waits for an agent who is gone too long (AGENT_GONE_S) or may use the desk no more.

    How many; safe to repeat.
    """
    before = timezone.now() - timedelta(seconds=config().agent_gone_s)
    # Nobody can see one who never had a page (a program that answers for the shop).
    lost = Q(desk_profile__seen_at__lt=before) & ~Q(desk_profile__excused_at__gte=before)
    barred = Q(is_active=False) | Q(is_staff=False)
    gone = User.objects.filter(lost | barred, conversations__state=State.AGENT)
    return sum(map(_return_all, gone.distinct().values_list("pk", flat=True)))


def _return_all(agent_id: int) -> int:
    theirs: Collection[Conversation] = Conversation.objects.filter(~snoozed(), state=State.AGENT, agent=agent_id)
    # Who has their answer is in nobody's queue; the next word of theirs makes them wait.
    return sum(return_to_queue(one.pk, agent_id) for one in theirs if is_awaited(one))
