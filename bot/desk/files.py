"""Files of conversations, for agents."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bot.desk.access import desk_page, for_agents
from bot.media.responses import build_file_response


@require_safe
@for_agents
def conversation_file(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The bytes; 404 for what was never stored or is gone."""
    found = build_file_response(file_id)
    return found or desk_page(request, "desk/message.html", {"message_key": "choose"}, status=404)
