"""The forms by which an agent acts on an order: what the rules allow is shown, then it is confirmed, then done."""

from __future__ import annotations

import re
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from bot.conversations.models import Conversation
from bot.conversations.states import State
from bot.desk import order_acts
from bot.desk.access import agent_of, desk_language, desk_page, for_agents
from bot.desk.order_acts import Choices, Wanted
from bot.desk.pages import find_conversation
from bot.errors import ShopRefused, ShopUnavailable
from bot.language.formats import money
from bot.language.texts import say
from bot.shop.order_story import RETURN_DAYS, RETURN_DAYS_ELECTRONICS

ACTS = ("cancel", "return")
FIELDS = ("key", "position", "reason", "way", "handover")
KEY = re.compile(r"[0-9a-f]{32}")


@require_http_methods(["GET", "POST"])
@for_agents
def order_act(request: HttpRequest, conversation_id: uuid.UUID, number: str, what: str) -> HttpResponse:
    """GET: the form. POST: does it, once for each `key`, and says what came of it."""
    found = find_conversation(conversation_id)
    if found is None or what not in ACTS:
        return desk_page(request, "desk/message.html", {"message_key": "choose"}, status=404)
    if not (found.state == State.AGENT and found.agent_id == agent_of(request).pk):
        return _show(request, found, number, what, {"problem": "not_mine"}, status=403)
    try:
        choices = order_acts.find_choices(found, number)
        if choices is None:
            return _show(request, found, number, what, {"problem": "unknown"}, status=404)
        if request.method == "GET":
            return _show(request, found, number, what, _describe(choices, what, desk_language(request)))
        return _carry_out(request, found, choices, what)
    except ShopUnavailable:
        # Whatever became of it: the same form once more is the same act.
        values: dict[str, object] = {"problem": "away", "again": {name: request.POST.get(name, "") for name in FIELDS}}
        return _show(request, found, number, what, values)


def _carry_out(request: HttpRequest, found: Conversation, choices: Choices, what: str) -> HttpResponse:
    wanted, key = _read(request, choices.order.name, what), request.POST.get("key", "")
    if not KEY.fullmatch(key):
        return _show(request, found, wanted.order, what, {"problem": "unknown"}, status=422)
    try:
        done = order_acts.act(found, agent_of(request), wanted, key)
    except ShopRefused as refused:
        return _show(request, found, wanted.order, what, {"problem": refused.reason}, status=422)
    if done.outcome != order_acts.DONE:
        return _show(request, found, wanted.order, what, {"problem": done.outcome})
    if not request.headers.get("HX-Request"):
        return redirect("desk:conversation", conversation_id=found.pk)
    answer = _show(request, found, wanted.order, what, {"done": done})
    answer.headers["HX-Trigger"] = "seva:acted"
    return answer


def _read(request: HttpRequest, order: str, what: str) -> Wanted:
    position = request.POST.get("position", "")
    given = {name: request.POST.get(name, "")[:20] for name in ("reason", "way")}
    handover = request.POST.get("handover", "")[:20] or "pickup"
    return Wanted(what, order, int(position) if position.isdecimal() else 0, handover=handover, **given)


def _describe(choices: Choices, what: str, language: str) -> dict[str, object]:
    """What the form offers; `problem`: the shop's no, before anything is asked."""
    problem = choices.cancel if what == "cancel" else choices.back
    if what == "return" and not choices.lines and not problem:
        problem = "already_returned"
    options = {
        kind: [(one, say(f"order_tasks.{kind}.{one}", language)) for one in names]
        for kind, names in (
            ("reason", order_acts.REASONS),
            ("way", order_acts.WAYS),
            ("handover", order_acts.HANDOVERS),
        )
    }
    lines = [(line.position, line.names.get(language, line.name), line.quantity) for line in choices.lines]
    return {
        "problem": problem,
        "lines": lines,
        "options": options,
        "total": money(choices.order.total, language),
        "paid": bool(choices.order.paid_at),
        "days": (RETURN_DAYS, RETURN_DAYS_ELECTRONICS),
        "key": uuid.uuid4().hex,
    }


def _show(
    request: HttpRequest, found: Conversation, number: str, what: str, values: dict[str, object], status: int = 200
) -> HttpResponse:
    part = bool(request.headers.get("HX-Request"))
    own = {"open": found, "open_id": str(found.pk), "number": number, "what": what}
    # htmx shows only what went well: the words say what did not.
    return desk_page(
        request, "desk/_order_act.html" if part else "desk/order_act.html", own | values, 200 if part else status
    )
