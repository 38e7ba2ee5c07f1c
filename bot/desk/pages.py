"""The desk's pages and what an agent can do on them. State changes happen in `bot.conversations.handoffs` only.

The same addresses answer a whole page or, asked by htmx, the part of it that changed; they work without JavaScript.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bot.conversations import handoffs
from bot.conversations.models import Conversation
from bot.conversations.states import State
from bot.desk.access import agent_of, desk_language, desk_page, for_agents
from bot.desk.lists import build_list
from bot.desk.orders import build_orders
from bot.desk.returns import build_returns
from bot.desk.rows import build_span
from bot.desk.stories import build_complaints, build_story, build_window, find_last_id
from bot.desk.topics import name_topic
from bot.errors import EmptyMessage, NotFound, TransitionRefused

Values = dict[str, Any]


@require_safe
@for_agents
def inbox(request: HttpRequest) -> HttpResponse:
    """The list, with nothing opened yet."""
    return desk_page(request, "desk/inbox.html", build_list(request))


@require_safe
@for_agents
def conversation(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """One conversation, beside the list; asked by htmx, alone."""
    return _show(request, conversation_id)


@require_safe
@for_agents
def story(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """What was said, alone: replaced while the agent goes on writing the reply beside it."""
    found = _find(conversation_id)
    if found is None:
        return desk_page(request, "desk/message.html", {"message_key": "choose"}, status=404)
    return desk_page(request, "desk/_story.html", _panel_values(request, found))


@require_POST
@for_agents
def take(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """The agent answers from now on."""
    return _do(request, conversation_id, handoffs.take)


@require_POST
@for_agents
def close(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Ends the conversation; the customer is told."""
    return _do(request, conversation_id, handoffs.close)


@require_POST
@for_agents
def hand_back(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """The assistant answers again; the customer is told."""
    return _do(request, conversation_id, handoffs.hand_back)


@require_POST
@for_agents
def typing(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Shows the customer that their agent is writing; what is written stays here until it is sent."""
    agent = agent_of(request)
    if Conversation.objects.filter(pk=conversation_id, state=State.AGENT, agent=agent).exists():
        handoffs.show_typing(conversation_id, agent, True)
    return HttpResponse(status=204)


@require_POST
@for_agents
def reply(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Sends the agent's words. `key` makes a double click one message."""
    text = request.POST.get("text", "")
    key = request.POST.get("key", "")[:64] or None

    def send(wanted: uuid.UUID, agent: handoffs.Agent) -> object:
        return handoffs.record_agent_reply(wanted, agent, text, key)

    return _do(request, conversation_id, send, part="desk/_story.html")


def _do(
    request: HttpRequest,
    conversation_id: uuid.UUID,
    action: Callable[[uuid.UUID, handoffs.Agent], object],
    part: str = "desk/_panel.html",
) -> HttpResponse:
    error = ""
    try:
        action(conversation_id, agent_of(request))
    except TransitionRefused:
        error = "refused"
    except EmptyMessage:
        error = "empty"
    except NotFound:
        return _show(request, conversation_id)
    if not request.headers.get("HX-Request"):
        return redirect("desk:conversation", conversation_id=conversation_id)
    # After a refusal the whole panel shows how things stand now.
    response = _show(request, conversation_id, error, part if not error else "desk/_panel.html")
    if error:
        response.headers["HX-Retarget"] = "#panel"
        response.headers["HX-Reswap"] = "innerHTML"
    else:
        response.headers["HX-Trigger-After-Swap"] = "seva:done"
    return response


def _show(
    request: HttpRequest, conversation_id: uuid.UUID, error: str = "", part: str = "desk/_panel.html"
) -> HttpResponse:
    found = _find(conversation_id)
    if found is None:
        return desk_page(request, "desk/inbox.html", build_list(request) | {"missing": True}, status=404)
    values = _panel_values(request, found) | {"error": error}
    if request.headers.get("HX-Request"):
        return desk_page(request, part, values)
    return desk_page(request, "desk/inbox.html", build_list(request) | values)


def _find(conversation_id: uuid.UUID) -> Conversation | None:
    return Conversation.objects.select_related("contact", "agent", "identity").filter(pk=conversation_id).first()


def _panel_values(request: HttpRequest, found: Conversation) -> Values:
    agent = agent_of(request)
    language = desk_language(request)
    hand_off = found.hand_offs.filter(ended_at=None).first()
    mine = found.state == State.AGENT and found.agent_id == agent.pk
    if mine or found.state == State.WAITING:
        handoffs.mark_agent_read(found.pk, find_last_id(found))
    return {
        "open": found,
        "open_id": str(found.pk),
        "state": str(found.state),
        "mine": mine,
        "may_take": found.state in (State.BOT, State.WAITING),
        "agent_name": handoffs.name_agent(found.agent) if found.agent else "",
        "hand_off": hand_off,
        "hand_off_span": build_span(timezone.now() - hand_off.created_at, language) if hand_off else "",
        "topics": [name_topic(str(one), language) for one in hand_off.summary.get("topics") or ()] if hand_off else [],
        "story": build_story(found, language),
        "window": build_window(found),
        "complaints": build_complaints(found),
        "orders": build_orders(found, language),
        "returns": build_returns(found, language),
    }
