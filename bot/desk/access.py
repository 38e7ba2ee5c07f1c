"""Who may see the desk, and the frame that all of its pages share: language, words, headers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, cast

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control

from bot.accounts.roles import role_of
from bot.page_texts import build_tree, keep_language, language_of, page_values

LANGUAGE_COOKIE = "seva_desk_language"

# The desk's keys (static/desk/keys.js) with what texts/<language>/desk_story.yml says of each.
KEYS = (
    *(("J", "next"), ("K", "previous"), ("L", "list"), ("T", "take"), ("R", "reply"), ("/", "canned")),
    *(("Alt 1 – 3", "suggestion"), ("N", "note"), ("U", "undo"), ("S", "snooze"), ("Shift E", "resolve")),
    *(("Shift B", "back"), ("C", "card"), ("Esc", "leave"), ("?", "help")),
)

P = ParamSpec("P")
AgentPage: TypeAlias = Callable[Concatenate[HttpRequest, P], HttpResponse]


def may_use_desk(user: User | AnonymousUser) -> bool:
    """Signed in, active and staff."""
    return user.is_authenticated and user.is_active and user.is_staff


def for_agents(page: AgentPage[P]) -> AgentPage[P]:
    """Only agents reach the page; others are sent to sign in, a stranger who is signed in is told no."""

    @wraps(page)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return refuse(request) or page(request, *args, **kwargs)

    return cast(AgentPage[P], checked)


def refuse(request: HttpRequest) -> HttpResponse | None:
    """What somebody gets who may not use the desk; None for agents."""
    if may_use_desk(request.user):
        return None
    if request.user.is_authenticated:
        return desk_page(request, "desk/message.html", {"message_key": "not_staff"}, status=403)
    if request.headers.get("HX-Request"):
        # A partial must not fill itself with the sign-in page: the whole page goes there.
        return HttpResponse(status=401, headers={"HX-Redirect": reverse("desk:sign-in")})
    return redirect(f"{reverse('desk:sign-in')}?next={request.path}")


def agent_of(request: HttpRequest) -> User:
    """The signed-in agent, behind `for_agents`."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("only behind for_agents")
    return user


def desk_language(request: HttpRequest) -> str:
    """The desk's language for this agent's browser."""
    return language_of(request, LANGUAGE_COOKIE)


def desk_page(request: HttpRequest, template: str, values: dict[str, Any], status: int = 200) -> HttpResponse:
    """Renders with the desk's words; nothing of it may be kept by a cache."""
    language = desk_language(request)
    areas = {"q": build_tree("desk_queue", language), "s": build_tree("desk_story", language), "key_list": KEYS}
    response = render(request, template, page_values("desk", language) | areas | values, status=status)
    keep_language(request, response, language, LANGUAGE_COOKIE)
    patch_cache_control(response, no_store=True, private=True)
    return response


def access_page(request: HttpRequest, template: str, values: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page about accounts or running the desk: `a` are its own words (texts/<language>/desk_access.yml)."""
    own = build_tree("desk_access", desk_language(request))
    role = role_of(request.user) if request.user.is_authenticated else None
    return desk_page(request, template, {"a": own, "role": str(role or "")} | values, status)
