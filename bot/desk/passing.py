"""Passing a conversation on, to a colleague or to people with a skill, with a note that only agents see; and who looks.

The address of the transfer answers a small form, as a part for htmx or as a page of its own.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bot.conversations.handoffs import name_agent, show_looking
from bot.conversations.models import Conversation
from bot.conversations.skills import load_skills
from bot.conversations.states import State
from bot.conversations.transfers import transfer_to_agent, transfer_to_skill
from bot.desk.access import agent_of, desk_page, for_agents
from bot.desk.presence import find_presence
from bot.errors import DeskError, TransitionRefused

NOTE_MAX = 5000
# Who is there comes first.
ORDER = ("available", "away", "offline")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a conversation can be passed on to."""

    id: int
    name: str
    presence: str


@require_http_methods(["GET", "POST"])
@for_agents
def transfer(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """The form; posted, `to` is `agent:<id>`, `skill:<name>` or `skill:` (anybody), `note` is for agents only."""
    error = ""
    if request.method == "POST":
        try:
            _pass_on(request, conversation_id)
        except DeskError as refused:
            error = "refused" if isinstance(refused, TransitionRefused) else "missing"
        else:
            if not request.headers.get("HX-Request"):
                return redirect("desk:inbox")
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("desk:inbox")})
    found = Conversation.objects.select_related("contact").filter(pk=conversation_id).first()
    if found is None:
        return desk_page(request, "desk/message.html", {"message_key": "choose"}, status=404)
    template = "desk/_transfer.html" if request.headers.get("HX-Request") else "desk/transfer.html"
    values = {"open": found, "open_id": str(found.pk), "colleagues": find_colleagues(agent_of(request))}
    return desk_page(request, template, values | {"skills": list(load_skills()), "error": error})


def find_colleagues(agent: User) -> list[Colleague]:
    """Everybody else who can use the desk, those who are there first."""
    now = timezone.now()
    others = User.objects.filter(is_active=True, is_staff=True).exclude(pk=agent.pk).select_related("desk_profile")
    found = [
        Colleague(one.pk, name_agent(one), find_presence(getattr(one, "desk_profile", None), now)) for one in others
    ]
    return sorted(found, key=lambda one: (ORDER.index(one.presence), one.name.casefold()))


def _pass_on(request: HttpRequest, conversation_id: uuid.UUID) -> None:
    kind, _, to = request.POST.get("to", "").partition(":")
    note = request.POST.get("note", "")[:NOTE_MAX]
    agent = agent_of(request)
    if kind == "agent" and to.isascii() and to.isdigit():
        colleague = User.objects.filter(pk=int(to), is_active=True, is_staff=True).first()
        if colleague is None:
            raise TransitionRefused("no such colleague")
        transfer_to_agent(conversation_id, agent, colleague, note)
    elif kind == "skill" and (not to or to in load_skills()):
        transfer_to_skill(conversation_id, agent, to, note)
    else:
        raise TransitionRefused("to nobody")


@require_POST
@for_agents
def looking(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Tells colleagues that this agent has the conversation before them (`on`), or no longer; stored nowhere."""
    if Conversation.objects.filter(pk=conversation_id).exclude(state=State.CLOSED).exists():
        show_looking(conversation_id, agent_of(request), request.POST.get("on") == "1")
    return HttpResponse(status=204)
