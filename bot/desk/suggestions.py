"""Answers an agent may use for the customer's last words, by what they mean.

While the assistant answers, its turn record says the topic and what else it may have been. What is written to a person
takes no turn; the dialogue engine is asked what it may be about (`bot.conversations.topics`), and if it does not say so
at once, the words themselves are looked for (`wording`). No model is loaded here.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bot.conversations.models import Conversation, Message
from bot.conversations.notices import choose_language
from bot.conversations.states import Direction
from bot.conversations.topics import find_topics
from bot.desk import topics
from bot.desk.access import desk_page, for_agents
from bot.errors import KnowledgeError
from knowledge.index import index_folder
from knowledge.search import Live
from knowledge.wording import Wordings, open_wordings

SUGGESTIONS_MAX = 3
LOOKED_BACK = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An answer of the FAQ in the customer's language; `key` is the number that inserts it."""

    key: int
    title: str
    text: str


@require_safe
@for_agents
def suggestions(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """The suggestions alone; nothing if there are none."""
    found = Conversation.objects.select_related("contact").filter(pk=conversation_id).first()
    return desk_page(request, "desk/_suggestions.html", {"suggestions": build_suggestions(found) if found else []})


def build_suggestions(conversation: Conversation) -> list[Suggestion]:
    """At most SUGGESTIONS_MAX, the likeliest first."""
    language = choose_language(conversation)
    answers = (topics.find_answer(topic, language) for topic in choose_topics(conversation, language))
    known = [answer for answer in answers if answer][:SUGGESTIONS_MAX]
    return [Suggestion(place, answer.title, answer.answer) for place, answer in enumerate(known, start=1)]


def choose_topics(conversation: Conversation, language: str) -> list[str]:
    """Topics of the newest of the customer's messages that says anything."""
    said = Message.objects.filter(conversation=conversation, direction=Direction.INBOUND).exclude(text="")
    answers = True
    for message in said.select_related("turn").order_by("-id")[:LOOKED_BACK]:
        likely: list[str] | None
        if message.turn and message.turn.record:
            likely = _read_topics(message.turn.record)
        else:
            likely = find_topics(message, language) if answers else None
            # Who does not answer now is not asked about the message before: the agent waits.
            answers = likely is not None
            likely = _search(message.text) if likely is None else likely
        if likely:
            return likely
    return []


def _read_topics(record: dict[str, Any]) -> list[str]:
    others = sorted(record.get("alternatives") or (), key=lambda one: -float(one.get("confidence") or 0))
    named = (record.get("topic"), *(one.get("topic") for one in others))
    return list(dict.fromkeys(str(topic) for topic in named if topic))


def _search(text: str) -> list[str]:
    try:
        return _wordings().current().find(text)
    except KnowledgeError:
        return []


@cache
def _wordings() -> Live[Wordings]:
    """An index that is not there yet is looked for again: an exception is not kept."""
    return open_wordings(index_folder())
