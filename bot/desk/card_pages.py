"""The customer's card: shown beside the story, and what agents change on it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from bot.conversations.models import Conversation
from bot.desk.access import agent_of, desk_page, for_agents
from bot.desk.cards import add_tag, remove_tag, save_contact_note, split_identity
from bot.desk.pages import find_conversation
from bot.desk.panels import build_aside

Change = Callable[[Conversation, str], object]


@require_safe
@for_agents
def card(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """The card alone."""
    return _show(request, conversation_id)


@require_POST
@for_agents
def tag(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Puts a word on the contact (`add`) or takes one off (`remove`)."""

    def change(found: Conversation, who: str) -> None:
        add_tag(found.contact_id, request.POST.get("add", ""), who)
        remove_tag(found.contact_id, request.POST.get("remove", ""))

    return _change(request, conversation_id, change)


@require_POST
@for_agents
def about(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Keeps what agents should know of the contact."""
    text = request.POST.get("about", "")
    return _change(request, conversation_id, lambda found, who: save_contact_note(found.contact_id, text, who))


@require_POST
@for_agents
def split(request: HttpRequest, conversation_id: uuid.UUID, identity_id: int) -> HttpResponse:
    """Takes back how this identity was joined to the contact: it is a person of its own again."""

    def change(found: Conversation, who: str) -> None:
        split_identity(found.contact_id, identity_id, who)

    return _change(request, conversation_id, change)


def _change(request: HttpRequest, conversation_id: uuid.UUID, change: Change) -> HttpResponse:
    found = find_conversation(conversation_id)
    if found is not None:
        change(found, agent_of(request).get_username())
    if found is not None and not request.headers.get("HX-Request"):
        return redirect("desk:conversation", conversation_id=conversation_id)
    return _show(request, conversation_id)


def _show(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    found = find_conversation(conversation_id)
    if found is None:
        return desk_page(request, "desk/message.html", {"message_key": "choose"}, status=404)
    return desk_page(request, "desk/_card.html", build_aside(request, found))
