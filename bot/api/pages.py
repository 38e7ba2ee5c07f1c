"""The admin's page of other programs: tokens of the API, webhooks and what became of them."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from bot.accounts.audit import Actor, build_actor, record
from bot.accounts.scopes import SCOPES
from bot.api.endpoints import add_endpoint, delete_endpoint, pause_endpoint, renew_secret, send_again
from bot.api.hooks import EVENTS
from bot.api.models import DeliveryState, Endpoint, Kind, Token
from bot.api.signing import show_secret
from bot.api.targets import TargetRefused
from bot.api.tokens import issue_token, revoke_token
from bot.desk.access import access_page, agent_of, desk_language, for_agents
from bot.page_texts import area_texts

LOG_MAX = 100


@require_http_methods(["GET", "POST"])
@for_agents
def integrations_page(request: HttpRequest) -> HttpResponse:
    """`do`: `token` makes one and shows it this once, `revoke` ends one, `hook` adds an address."""
    if request.method == "GET":
        return _show_all(request)
    who, name = build_actor(request, agent_of(request)), request.POST.get("name", "").strip()[:100]
    match request.POST.get("do"):
        case "revoke":
            pk = request.POST.get("token", "")
            if pk.isdecimal() and revoke_token(int(pk)):
                record(who, "token.revoked", target=f"token:{pk}")
            return redirect("desk:integrations")
        case "token":
            scopes = [one for one in SCOPES if one in request.POST.getlist("scopes")]
            if not name or not scopes:
                return _show_all(request, refused="token_empty")
            token, secret = issue_token(name, scopes, who.name)
            record(who, "token.made", target=f"token:{token.pk}", detail={"scopes": scopes})
            return _show_all(request, secret=secret)
    return _add_endpoint(request, who, name)


@require_http_methods(["GET", "POST"])
@for_agents
def endpoint_page(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """One address and its log. `do`: `again`, `pause`, `go_on`, `renew`, `delete`."""
    endpoint = Endpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None:
        return redirect("desk:integrations")
    if request.method == "GET":
        rows = endpoint.deliveries.order_by("-id")
        if (state := request.GET.get("state")) in DeliveryState.values:
            rows = rows.filter(state=state)
        values = {"endpoint": endpoint, "rows": rows[:LOG_MAX], "state": state, "states": DeliveryState.values}
        shown = show_secret(endpoint) if endpoint.kind == Kind.WEBHOOK else ""
        return access_page(request, "desk/endpoint.html", values | {"secret": shown})
    who = build_actor(request, agent_of(request))
    if request.POST.get("do") == "delete" and endpoint.kind == Kind.WEBHOOK:
        delete_endpoint(who, endpoint)
        return redirect("desk:integrations")
    _change_endpoint(request, who, endpoint)
    return redirect("desk:endpoint", endpoint_id=endpoint_id)


@transaction.atomic
def _change_endpoint(request: HttpRequest, who: Actor, endpoint: Endpoint) -> None:
    done = str(request.POST.get("do"))
    match done:
        case "again":
            pk = request.POST.get("delivery", "")
            if pk.isdecimal():
                send_again(who, endpoint, int(pk))
        case "pause" | "go_on":
            pause_endpoint(who, endpoint, active=done == "go_on")
        case "renew":
            renew_secret(who, endpoint)


def _add_endpoint(request: HttpRequest, who: Actor, name: str) -> HttpResponse:
    url = request.POST.get("url", "").strip()[:500]
    wanted = [one for one in EVENTS if one in request.POST.getlist("events")]
    if not name or not wanted:
        return _show_all(request, refused="hook_empty")
    try:
        made = add_endpoint(who, name, url, wanted)
    except TargetRefused as error:
        return _show_all(request, refused=f"hook_{error.reason}")
    return redirect("desk:endpoint", endpoint_id=made.pk)


def _show_all(request: HttpRequest, secret: str = "", refused: str = "") -> HttpResponse:
    words = area_texts("desk_access", desk_language(request))
    values = {
        "tokens": Token.objects.order_by("revoked_at", "-id"),
        "endpoints": Endpoint.objects.order_by("kind", "id"),
        "scopes": [(scope, words[f"scope.{scope.replace(':', '_')}"]) for scope in SCOPES],
        "events": EVENTS,
        "secret": secret,
        "refused": refused,
    }
    return access_page(request, "desk/integrations.html", values, status=422 if refused else 200)
