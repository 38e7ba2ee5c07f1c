"""After the password: the second factor, and the way back in by a link that an admin has made."""

from __future__ import annotations

import time

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from bot.accounts.audit import build_actor, record
from bot.accounts.members import find_by_link
from bot.accounts.second_factor import Checked, check, has_second_factor
from bot.accounts.sign_ins import end_all
from bot.desk.access import access_page, desk_page
from bot.desk.passwords import find_password_problems

BACKEND = "django.contrib.auth.backends.ModelBackend"
# Between password and code: who, until when (seconds), where to go on.
PENDING = "seva_pending"
PENDING_S = 600


def enter(request: HttpRequest, user: User, after: str) -> HttpResponse:
    """The password was right: signed in, or asked for the code first."""
    if not has_second_factor(user):
        return _open(request, user, after)
    request.session.cycle_key()
    request.session[PENDING] = [user.pk, int(time.time()) + PENDING_S, after]
    return redirect("desk:sign-in-code")


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def code_page(request: HttpRequest) -> HttpResponse:
    """The app's code or a recovery code."""
    pk, until, after = request.session.get(PENDING) or (0, 0, "")
    user = User.objects.filter(pk=pk, is_active=True).first() if until > time.time() else None
    if user is None:
        request.session.pop(PENDING, None)
        return redirect("desk:sign-in")
    if request.method == "GET":
        return access_page(request, "desk/sign_in_code.html", {})
    result = check(user, request.POST.get("code", "")[:40])
    if result == Checked.RIGHT:
        del request.session[PENDING]
        return _open(request, user, after)
    if result == Checked.LOCKED:
        del request.session[PENDING]
        return desk_page(request, "desk/message.html", {"message_key": "sign_in_locked"}, status=429)
    return access_page(request, "desk/sign_in_code.html", {"wrong": True}, status=401)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password", "password_again")
def reset_page(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """A new password by an admin's link; every browser of this person is signed out, then they sign in."""
    user = find_by_link(uid, token)
    if user is None or not user.has_usable_password():
        return desk_page(request, "desk/message.html", {"message_key": "gone"}, status=410)
    if request.method == "GET":
        return access_page(request, "desk/reset.html", {"invited": user})
    problems = find_password_problems(request, user)
    if problems:
        return access_page(request, "desk/reset.html", {"invited": user, "problems": problems}, status=422)
    with transaction.atomic():
        user.set_password(request.POST["password"])
        user.save(update_fields=["password"])
        end_all(user)
        record(build_actor(request, user), "account.password_reset", target=f"user:{user.pk}")
    return redirect("desk:sign-in")


def _open(request: HttpRequest, user: User, after: str) -> HttpResponse:
    login(request, user, backend=BACKEND)
    record(build_actor(request, user), "account.signed_in", target=f"user:{user.pk}")
    return redirect(after or reverse("desk:inbox"))
