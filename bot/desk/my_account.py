"""One's own account: where one is signed in, the password, the second factor."""

from __future__ import annotations

import base64

import qrcode
import qrcode.image.svg
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from bot.accounts import second_factor
from bot.accounts.audit import build_actor, record
from bot.accounts.models import RecoveryCode
from bot.accounts.sign_ins import end_all, end_sign_in, list_sign_ins
from bot.accounts.totp import build_uri, show_secret
from bot.config import config
from bot.desk.access import access_page, agent_of, for_agents
from bot.desk.passwords import find_password_problems


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password", "password_again", "password_now")
@for_agents
def account_page(request: HttpRequest) -> HttpResponse:
    """`do`: `end` one browser, `end_others`, `password`."""
    user = agent_of(request)
    if request.method == "GET":
        return _show_account(request, user)
    match request.POST.get("do"):
        case "end":
            pk = request.POST.get("sign_in", "")
            if pk.isdecimal() and end_sign_in(user, int(pk)):
                record(build_actor(request, user), "account.signed_out", target=f"user:{user.pk}")
        case "end_others":
            count = end_all(user, except_key=request.session.session_key)
            who = build_actor(request, user)
            record(who, "account.signed_out", target=f"user:{user.pk}", detail={"browsers": count})
        case "password":
            return _change_password(request, user)
    return redirect("desk:account")


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code", "password_now")
@for_agents
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Setting it up with a QR picture; new recovery codes and taking it off need the password once more."""
    user = agent_of(request)
    if request.method == "GET":
        return _show_second_factor(request, user)
    if not second_factor.has_second_factor(user):
        codes = second_factor.confirm(user, request.POST.get("code", "")[:40])
        if codes is None:
            return _show_second_factor(request, user, wrong=True)
        record(build_actor(request, user), "account.second_factor_on", target=f"user:{user.pk}")
        end_all(user, except_key=request.session.session_key)
        return access_page(request, "desk/second_factor.html", {"codes": codes})
    if not user.check_password(request.POST.get("password_now", "")):
        return _show_second_factor(request, user, wrong=True)
    if request.POST.get("do") == "codes":
        codes = second_factor.make_recovery_codes(user)
        record(build_actor(request, user), "account.recovery_codes", target=f"user:{user.pk}")
        return access_page(request, "desk/second_factor.html", {"codes": codes})
    second_factor.take_off(user)
    record(build_actor(request, user), "account.second_factor_off", target=f"user:{user.pk}")
    return redirect("desk:account")


def _change_password(request: HttpRequest, user: User) -> HttpResponse:
    if not user.check_password(request.POST.get("password_now", "")):
        return _show_account(request, user, wrong=True)
    problems = find_password_problems(request, user)
    if problems:
        return _show_account(request, user, problems=problems)
    user.set_password(request.POST["password"])
    user.save(update_fields=["password"])
    end_all(user, except_key=request.session.session_key)
    update_session_auth_hash(request, user)
    record(build_actor(request, user), "account.password_changed", target=f"user:{user.pk}")
    return _show_account(request, user, done=True)


def _show_account(
    request: HttpRequest, user: User, *, wrong: bool = False, done: bool = False, problems: list[str] | None = None
) -> HttpResponse:
    values = {
        "sign_ins": list_sign_ins(user),
        "own_key": request.session.session_key,
        "has_factor": second_factor.has_second_factor(user),
        "wrong": wrong,
        "done": done,
        "problems": problems or [],
    }
    return access_page(request, "desk/account.html", values, status=422 if wrong or problems else 200)


def _show_second_factor(request: HttpRequest, user: User, *, wrong: bool = False) -> HttpResponse:
    status = 422 if wrong else 200
    if second_factor.has_second_factor(user):
        left = RecoveryCode.objects.filter(user=user, used_at=None).count()
        return access_page(request, "desk/second_factor.html", {"on": True, "left": left, "wrong": wrong}, status)
    secret = second_factor.begin(user)
    picture = qrcode.make(
        build_uri(secret, config().shop_name, user.get_username()), image_factory=qrcode.image.svg.SvgPathImage
    )
    shown = "data:image/svg+xml;base64," + base64.b64encode(picture.to_string()).decode()
    values = {"picture": shown, "secret": show_secret(secret), "wrong": wrong}
    values["forced"] = second_factor.must_set_up(user)
    return access_page(request, "desk/second_factor.html", values, status)
