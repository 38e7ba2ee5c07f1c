"""Signing in: the page, the lock after too many tries, and the once-only link of the very first agent.

There is no default password. `seva up` prints the link that `first_sign_in_path` gives as long as nobody has used it.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from bot.accounts.members import find_by_link, name_link
from bot.accounts.models import SignIn
from bot.desk.access import desk_language, desk_page, may_use_desk
from bot.desk.entering import enter
from bot.desk.passwords import find_password_problems
from bot.page_texts import area_texts

BACKEND = "django.contrib.auth.backends.ModelBackend"
NAME_MAX = 150


@transaction.atomic
def first_sign_in_path(username: str) -> str | None:
    """The path of the welcome page for the first agent, made now if there is no user at all.

    None once that agent has a password, or if others are there but not this one. Every call gives a fresh link; all of
    them stop working with the first use.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        if User.objects.exists():
            return None
        user = User.objects.create_superuser(username, password=None)
    if user.has_usable_password() or not user.is_active:
        return None
    return name_link(user)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Name and password; axes counts wrong tries per name and address."""
    after = _safe_next(request)
    if may_use_desk(request.user):
        return redirect(after)
    username = request.POST.get("username", "").strip()
    error = ""
    if request.method == "POST":
        user = authenticate(request, username=username, password=request.POST.get("password", ""))
        if isinstance(user, User):
            return enter(request, user, after)
        error = "sign_in_wrong"
    values = {"error_key": error, "username": username, "next": after}
    return desk_page(request, "desk/sign_in.html", values, status=401 if error else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    SignIn.objects.filter(session_key=request.session.session_key or "").delete()
    logout(request)
    return redirect("desk:sign-in")


def locked_page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What axes shows after too many wrong tries (AXES_LOCKOUT_CALLABLE)."""
    return desk_page(request, "desk/message.html", {"message_key": "sign_in_locked"}, status=429)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password", "password_again")
def welcome_page(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """The first agent chooses a name and a password and is signed in; afterwards the link is dead."""
    user = _find_invited(uid, token)
    if user is None:
        return desk_page(request, "desk/message.html", {"message_key": "gone"}, status=410)
    if request.method == "GET":
        return desk_page(request, "desk/welcome.html", {"invited": user})
    name = request.POST.get("name", "").strip()[:NAME_MAX]
    problems = _check_choice(request, user, name)
    if problems:
        return desk_page(
            request, "desk/welcome.html", {"invited": user, "name": name, "problems": problems}, status=422
        )
    user.first_name = name
    user.set_password(request.POST["password"])
    user.save(update_fields=["first_name", "password"])
    login(request, user, backend=BACKEND)
    return redirect("desk:inbox")


def _find_invited(uid: str, token: str) -> User | None:
    user = find_by_link(uid, token)
    return None if user is None or user.has_usable_password() else user


def _check_choice(request: HttpRequest, user: User, name: str) -> list[str]:
    texts = area_texts("desk", desk_language(request))
    problems = [] if name else [texts["welcome.name_missing"]]
    return problems + find_password_problems(request, user)


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours and wanted.startswith("/desk/") else reverse("desk:inbox")
