"""The gate before every page: holds to the table of routes, knows who acts, and writes down what is looked at.

Pages are wrapped by `for_agents` besides; the gate is there so that a page which forgets it is closed, not open.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import ResolverMatch

from bot.accounts.audit import actor, build_actor, record_view
from bot.accounts.models import Role
from bot.accounts.roles import reaches, role_of
from bot.accounts.routes import SCOPES, Route, find_route
from bot.accounts.second_factor import must_set_up
from bot.accounts.sign_ins import note_request
from bot.desk.access import access_page, refuse


class GateMiddleware:
    """After AuthenticationMiddleware."""

    async_capable = True
    sync_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if iscoroutinefunction(self.get_response):
            return self._pass_later(request)
        before = actor.set(None)
        try:
            return self.get_response(request)  # type: ignore[no-any-return]
        finally:
            actor.reset(before)

    async def _pass_later(self, request: HttpRequest) -> HttpResponseBase:
        before = actor.set(None)
        try:
            return await self.get_response(request)  # type: ignore[no-any-return]
        finally:
            actor.reset(before)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Lets the page be made (None), or answers instead of it."""
        match = request.resolver_match
        if match is None or match.view_name in SCOPES:
            return None
        if match.namespaces[:1] == ["desk"]:
            _drop_nul(request)
        route = find_route(match.view_name, match.namespaces)
        if route is not None and route.role is None:
            return None
        return _check(request, route, match)


def _drop_nul(request: HttpRequest) -> None:
    """Nobody means one, some programs paste one, and PostgreSQL takes none in any text."""
    for name in ("GET", "POST"):
        given: QueryDict = getattr(request, name)
        if any("\0" in word for _, words in given.lists() for word in words):
            clean = given.copy()
            for key, words in given.lists():
                clean.setlist(key, [word.replace("\0", "") for word in words])
            setattr(request, name, clean)


def _check(request: HttpRequest, route: Route | None, match: ResolverMatch) -> HttpResponseBase | None:
    refusal = refuse(request)
    if refusal is not None:
        return HttpResponse(status=204) if route and route.stream else refusal
    user = request.user
    if not isinstance(user, User):
        raise TypeError("only behind refuse")
    # Whoever is not refused is an agent at least; only more than that is looked up.
    if route is None or route.role is None or (route.role != Role.AGENT and not reaches(role_of(user), route.role)):
        return _forbid(request)
    note_request(request, user)
    if not route.own and must_set_up(user):
        return redirect("desk:second-factor")
    who = build_actor(request, user)
    actor.set(who)
    if route.view and request.method in ("GET", "HEAD"):
        conversation, target = match.kwargs.get("conversation_id", ""), _find_target(match)
        searched = route.view == "list.viewed" and bool(request.GET.get("words", "").strip())
        name = "conversations.searched" if searched else route.view
        record_view(who, name, conversation, target, 0.0 if searched else route.quiet_s)
    elif route.change and request.method == "POST":
        record_view(who, route.change, match.kwargs.get("conversation_id", ""), _find_target(match), 0.0)
    return None


def _find_target(match: ResolverMatch) -> str:
    rest = {name: value for name, value in match.kwargs.items() if name != "conversation_id"}
    if match.namespaces[:1] == ["admin"]:
        return " ".join([match.url_name or "", *map(str, rest.values())])
    return " ".join(map(str, rest.values()))


def _forbid(request: HttpRequest) -> HttpResponse:
    return access_page(request, "desk/forbidden.html", {}, status=403)
