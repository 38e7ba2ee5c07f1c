"""The admin's page of the staff: inviting by a link to pass on, roles, ways back in, switching off."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from bot.accounts import members
from bot.accounts.audit import build_actor
from bot.accounts.models import Role
from bot.accounts.sign_ins import list_sign_ins
from bot.config import config
from bot.desk.access import access_page, agent_of, for_agents
from bot.errors import AccountRefused


@require_http_methods(["GET", "POST"])
@for_agents
def people_page(request: HttpRequest) -> HttpResponse:
    """Everybody; POST invites somebody and shows the link, this once."""
    if request.method == "GET":
        return _show_people(request)
    who = build_actor(request, agent_of(request))
    username, role = request.POST.get("username", ""), request.POST.get("role", "")
    if role not in Role.values:
        return _show_people(request, "role_bad")
    try:
        user = members.invite(who, username, Role(role))
    except AccountRefused as error:
        return _show_people(request, error.reason)
    return _show_person(request, user, members.build_link_path(who, user))


@require_http_methods(["GET", "POST"])
@for_agents
def person_page(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person. `do`: `role`, `link`, `second_factor`, `sign_out`, `off`, `on`."""
    user = members.list_staff().filter(pk=user_id).first()
    if user is None:
        return redirect("desk:people")
    if request.method == "GET":
        return _show_person(request, user)
    who = build_actor(request, agent_of(request))
    try:
        match request.POST.get("do"):
            case "role" if request.POST.get("role") in Role.values:
                members.change_role(who, user, Role(request.POST["role"]))
            case "link" if user.is_active:
                return _show_person(request, user, members.build_link_path(who, user))
            case "second_factor":
                members.take_second_factor_off(who, user)
            case "sign_out":
                members.sign_out_everywhere(who, user)
            case "off" | "on" as wish:
                members.switch(who, user, wish == "on")
    except AccountRefused as error:
        return _show_person(request, user, refused=error.reason)
    return redirect("desk:person", user_id=user.pk)


def _show_people(request: HttpRequest, refused: str = "") -> HttpResponse:
    staff = members.list_staff().order_by("-is_active", "first_name", "username")
    values = {"people": [members.describe(user) for user in staff], "roles": Role.values, "refused": refused}
    return access_page(request, "desk/people.html", values, status=422 if refused else 200)


def _show_person(request: HttpRequest, user: User, link: str = "", refused: str = "") -> HttpResponse:
    values = {
        "person": members.describe(user),
        "roles": Role.values,
        "sign_ins": list_sign_ins(user),
        "link": config().base_url + link if link else "",
        "refused": refused,
    }
    return access_page(request, "desk/person.html", values, status=409 if refused else 200)
