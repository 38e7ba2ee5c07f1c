"""The desk's pages and what an agent can do on them. State changes happen in `bot.conversations.handoffs` only.

The same addresses answer a whole page or, asked by htmx, the part of it that changed; they work without JavaScript.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from bot.channels.media import MediaRefused
from bot.conversations import handoffs
from bot.conversations.models import Conversation
from bot.conversations.states import State
from bot.desk.access import agent_of, desk_page, for_agents
from bot.desk.lists import build_list
from bot.desk.panels import build_log, build_panel
from bot.errors import EmptyMessage, NotFound, TransitionRefused


@require_safe
@for_agents
def inbox(request: HttpRequest) -> HttpResponse:
    """The list, with nothing opened yet."""
    return desk_page(request, "desk/inbox.html", build_list(request))


@require_safe
@for_agents
def conversation(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """One conversation, beside the list; asked by htmx, alone."""
    return show_conversation(request, conversation_id)


@require_safe
@for_agents
def story(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """What was said, alone: replaced while the agent goes on writing the reply beside it."""
    found = find_conversation(conversation_id)
    if found is None:
        return desk_page(request, "desk/message.html", {"message_key": "choose"}, status=404)
    return desk_page(request, "desk/_story.html", build_log(request, found))


@require_POST
@for_agents
def take(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """The agent answers from now on."""
    return run_action(request, conversation_id, handoffs.take)


@require_POST
@for_agents
def close(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Ends the conversation; the customer is told."""
    return run_action(request, conversation_id, handoffs.close)


@require_POST
@for_agents
def hand_back(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """The assistant answers again; the customer is told."""
    return run_action(request, conversation_id, handoffs.hand_back)


@require_POST
@for_agents
def typing(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Shows the customer that their agent is writing; what is written stays here until it is sent."""
    agent = agent_of(request)
    if Conversation.objects.filter(pk=conversation_id, state=State.AGENT, agent=agent).exists():
        handoffs.show_typing(conversation_id, agent, True)
    return HttpResponse(status=204)


def run_action(
    request: HttpRequest,
    conversation_id: uuid.UUID,
    action: Callable[[uuid.UUID, handoffs.Agent], object],
    part: str = "desk/_panel.html",
) -> HttpResponse:
    """Does it in the agent's name and answers the part that changed; a refusal answers how things stand now.

    Words that `action` returns go back into the reply's box.
    """
    error, words = "", ""
    try:
        done = action(conversation_id, agent_of(request))
        words = done if isinstance(done, str) else ""
    except TransitionRefused:
        error = "refused"
    except EmptyMessage:
        error = "empty"
    except MediaRefused as refused:
        error = f"file_{refused.reason}"
    except NotFound:
        return show_conversation(request, conversation_id)
    if not request.headers.get("HX-Request") and not words:
        return redirect("desk:conversation", conversation_id=conversation_id)
    # After a refusal the whole panel shows how things stand now.
    response = show_conversation(request, conversation_id, error, part if not error else "desk/_panel.html", words)
    if error:
        response.headers["HX-Retarget"] = "#panel"
        response.headers["HX-Reswap"] = "innerHTML"
    else:
        response.headers["HX-Trigger-After-Swap"] = "seva:done"
    return response


def show_conversation(
    request: HttpRequest, conversation_id: uuid.UUID, error: str = "", part: str = "desk/_panel.html", words: str = ""
) -> HttpResponse:
    """The conversation as the page that was asked for: the part alone for htmx, else all of it."""
    found = find_conversation(conversation_id)
    if found is None:
        return desk_page(request, "desk/inbox.html", build_list(request) | {"missing": True}, status=404)
    said = {"error": error, "words": words}
    if request.headers.get("HX-Request"):
        build = build_log if part == "desk/_story.html" else build_panel
        return desk_page(request, part, build(request, found) | said)
    values = build_panel(request, found) | said
    return desk_page(request, "desk/inbox.html", build_list(request) | values)


def find_conversation(conversation_id: uuid.UUID) -> Conversation | None:
    """With what its panel shows; None if there is no such conversation."""
    return Conversation.objects.select_related("contact", "agent", "identity").filter(pk=conversation_id).first()
