"""Who is named in an internal note (`@meera`, `@Meera Joshi`), and whether they have seen it."""

from __future__ import annotations

import re
import uuid

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from bot.conversations import events
from bot.conversations.models import Note, NoteMention


def list_agents() -> list[User]:
    """All who can be named, by name."""
    return list(User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "username"))


def find_mentioned(text: str) -> list[User]:
    """Agents whose sign-in name or full name follows an @."""
    if "@" not in text:
        return []
    return [agent for agent in list_agents() if any(_names(text, name) for name in _handles(agent))]


def record_mentions(note: Note) -> None:
    """Marks the note for those it names, and tells their open pages. Inside the caller's transaction."""
    for agent in find_mentioned(note.text):
        if agent.pk != note.author_id:
            NoteMention.objects.create(note=note, agent=agent)
            data = {"note": note.pk, "agent": agent.pk}
            events.publish(
                events.Event(events.AGENT_MENTIONED, str(note.conversation_id), note.conversation.state, data)
            )


def list_unseen(agent: User) -> QuerySet[NoteMention]:
    """Where colleagues have named this agent and the agent has not looked yet, the newest first."""
    unseen = NoteMention.objects.filter(agent=agent, seen_at=None).order_by("-pk")
    return unseen.select_related("note__author", "note__conversation__contact")


@transaction.atomic
def mark_mentions_seen(conversation_id: uuid.UUID | str, agent: User) -> int:
    """The agent has opened the conversation; how many of their mentions there were new."""
    unseen = NoteMention.objects.filter(note__conversation_id=conversation_id, agent=agent, seen_at=None)
    return unseen.update(seen_at=timezone.now())


def _handles(agent: User) -> tuple[str, ...]:
    return tuple(name for name in (agent.get_username(), agent.get_full_name()) if name)


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w)@{re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None
