"""Replies by `/`: the list beside the box, filled in for the open conversation, and the page where they are written."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bot.care.canned import Canned, fill, list_canned, list_written, save_canned
from bot.config import config
from bot.conversations.handoffs import name_agent
from bot.conversations.models import Conversation
from bot.conversations.notices import choose_language
from bot.desk.access import agent_of, desk_language, desk_page, for_agents
from bot.page_texts import LANGUAGE_NAMES
from bot.shop.identity import list_verified_names


def build_canned(conversation: Conversation, agent: User) -> list[Canned]:
    """All replies in the customer's language, with this conversation's values in them."""
    orders = list_verified_names(str(conversation.pk))
    values = {
        "name": conversation.contact.name,
        "order": orders[0] if orders else "",
        "agent": name_agent(agent),
        "shop": config().shop_name,
    }
    found = list_canned(choose_language(conversation))
    return [Canned(one.shortcut, one.language, fill(one.text, values), one.own) for one in found]


@require_http_methods(["GET", "POST"])
@for_agents
def canned_page(request: HttpRequest) -> HttpResponse:
    """All replies in one language to read and to change; POST saves one."""
    wanted = request.POST.get("in") or request.GET.get("in") or desk_language(request)
    language = wanted if wanted in LANGUAGE_NAMES else desk_language(request)
    shortcut, text = request.POST.get("shortcut", ""), request.POST.get("text", "")
    values = {"canned": list_written(language), "written_in": language}
    if request.method == "GET":
        return desk_page(request, "desk/canned.html", values)
    if not save_canned(shortcut, language, text, agent_of(request).get_username()):
        return desk_page(request, "desk/canned.html", values | {"wrong": True, "new": (shortcut, text)}, status=422)
    return redirect(f"{reverse('desk:canned')}?in={language}")
