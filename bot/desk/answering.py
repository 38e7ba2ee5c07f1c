"""What an agent does beside sending: takes a reply back, sends a failed one again, leaves a note for colleagues."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from bot.config import config
from bot.conversations import handoffs, replies
from bot.conversations.models import NoteMention
from bot.conversations.notes import list_unseen
from bot.desk.access import agent_of, desk_page, for_agents
from bot.desk.pages import run_action
from bot.media.uploads import send_reply, undo_reply

MENTIONS_MAX = 20


@require_POST
@for_agents
def reply(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Sends the agent's words and files. `key` makes a double click one message."""
    text = request.POST.get("text", "")
    key = request.POST.get("key", "")[:64] or None
    chosen = request.POST.get("template", "")
    template = chosen if chosen in config().whatsapp_template else ""

    def send(wanted: uuid.UUID, agent: handoffs.Agent) -> object:
        files = request.FILES.getlist("files")
        return send_reply(wanted, agent, text, files, key=key, hold_s=config().reply_undo_s, template=template)

    return run_action(request, conversation_id, send, part="desk/_story.html")


@require_POST
@for_agents
def undo(request: HttpRequest, conversation_id: uuid.UUID, message_id: int) -> HttpResponse:
    """Takes back a reply that is still held; its words come back into the box."""

    def withdraw(wanted: uuid.UUID, agent: handoffs.Agent) -> object:
        return undo_reply(wanted, agent, message_id)

    return run_action(request, conversation_id, withdraw, part="desk/_story.html")


@require_POST
@for_agents
def again(request: HttpRequest, conversation_id: uuid.UUID, message_id: int) -> HttpResponse:
    """Sends a failed reply again."""

    def send(wanted: uuid.UUID, agent: handoffs.Agent) -> object:
        return replies.send_again(wanted, agent, message_id)

    return run_action(request, conversation_id, send, part="desk/_story.html")


@require_POST
@for_agents
def note(request: HttpRequest, conversation_id: uuid.UUID) -> HttpResponse:
    """Keeps a word among agents."""
    text = request.POST.get("note", "")

    def keep(wanted: uuid.UUID, agent: handoffs.Agent) -> object:
        return handoffs.record_note(wanted, agent, text)

    return run_action(request, conversation_id, keep, part="desk/_story.html")


@require_safe
@for_agents
def mentions(request: HttpRequest) -> HttpResponse:
    """Where colleagues have named this agent and the agent has not looked yet, the newest first."""
    found = list_unseen(agent_of(request))[:MENTIONS_MAX]
    return desk_page(request, "desk/_mentions.html", {"mentions": [_describe(one) for one in found]})


def _describe(mention: NoteMention) -> dict[str, object]:
    author = mention.note.author
    return {
        "conversation": mention.note.conversation,
        "by": handoffs.name_agent(author) if author else "",
        "text": mention.note.text,
    }
