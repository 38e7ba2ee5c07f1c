"""The team: who is there, with how much to do, and what each can do. Agents change what is their own; operators all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bot.accounts.models import Role
from bot.accounts.roles import reaches, role_of
from bot.config import config
from bot.conversations.handoffs import name_agent
from bot.conversations.skills import load_skills
from bot.conversations.states import State
from bot.desk.access import agent_of, desk_language, desk_page, for_agents
from bot.desk.models import CAPACITY, AgentProfile
from bot.desk.presence import find_presence
from bot.desk.profiles import CAPACITY_MAX, load_profile, mark_away, save_profile
from bot.page_texts import area_texts


@dataclass(frozen=True, slots=True)
class Member:
    """One agent as the page shows them; without languages or skills of their own they take everything."""

    id: int
    name: str
    presence: str
    load: str
    languages: list[str]
    skills: list[str]
    may_change: bool


@require_safe
@for_agents
def team_page(request: HttpRequest) -> HttpResponse:
    """Everybody who can use the desk."""
    agent, now = agent_of(request), timezone.now()
    has = Count("conversations", filter=Q(conversations__state=State.AGENT))
    users = User.objects.filter(is_active=True, is_staff=True).select_related("desk_profile").annotate(has=has)
    load = area_texts("desk_queue", desk_language(request))["team.has"]
    members = [_describe(user, load, agent, now) for user in users.order_by("first_name", "username")]
    return desk_page(request, "desk/team.html", {"members": members, "auto_assign": config().auto_assign})


def _describe(user: User, load: str, agent: User, now: datetime) -> Member:
    profile: AgentProfile | None = getattr(user, "desk_profile", None)
    shown = profile or AgentProfile(user=user)
    may_change = may_change_profile(agent, user.pk)
    presence = find_presence(profile, now)
    words = load.format(count=user.__dict__["has"], capacity=shown.capacity)
    return Member(user.pk, name_agent(user), presence, words, shown.languages, shown.skills, may_change)


def may_change_profile(agent: User, agent_id: int) -> bool:
    """One's own, or as a lead everybody's."""
    return agent.pk == agent_id or reaches(role_of(agent), Role.LEAD)


@require_http_methods(["GET", "POST"])
@for_agents
def profile_page(request: HttpRequest, agent_id: int) -> HttpResponse:
    """Languages, skills and capacity of one agent."""
    user = User.objects.filter(pk=agent_id, is_staff=True, is_active=True).first()
    if user is None:
        return desk_page(request, "desk/message.html", {"message_key": "choose"}, status=404)
    if not may_change_profile(agent_of(request), user.pk):
        return desk_page(request, "desk/message.html", {"message_key": "not_staff"}, status=403)
    if request.method == "POST":
        _save(request, user)
        return redirect("desk:team")
    shown = {"profile": load_profile(user), "skills": list(load_skills())}
    values = {"member": user, "member_name": name_agent(user), **shown}
    return desk_page(request, "desk/profile.html", values | {"capacity_max": CAPACITY_MAX})


def _save(request: HttpRequest, user: User) -> None:
    number = request.POST.get("capacity", "")
    capacity = int(number) if number.isascii() and number.isdigit() else CAPACITY
    languages, skills = request.POST.getlist("languages"), request.POST.getlist("skills")
    save_profile(user, languages=languages, skills=skills, capacity=capacity)


@require_POST
@for_agents
def set_away(request: HttpRequest) -> HttpResponse:
    """`away=1`: nothing new is given to the agent; otherwise they are there again."""
    mark_away(agent_of(request).pk, request.POST.get("away") == "1")
    return redirect("desk:inbox")
