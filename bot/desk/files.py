"""Files of conversations, for agents only: pictures that a browser draws safely in the page, all else to keep.

What a file is called and what it says of itself comes from a stranger: the type is the one its bytes show, and nothing
of it may run here (SECURITY 6, "Uploads").
"""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from bot.conversations.models import Attachment
from bot.conversations.states import FileState
from bot.desk.access import desk_page, for_agents
from bot.media.kinds import UNKNOWN
from bot.media.store import open_store


@require_safe
@for_agents
def conversation_file(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The bytes; 404 for what was never stored or is gone."""
    found = Attachment.objects.filter(pk=file_id, state=FileState.STORED).first()
    try:
        content = open_store().path_of(file_id).read_bytes() if found else None
    except FileNotFoundError:
        content = None
    if found is None or content is None:
        return desk_page(request, "desk/message.html", {"message_key": "choose"}, status=404)
    response = HttpResponse(content, content_type=found.mime_type or UNKNOWN)
    name = "".join(char for char in found.file_name if char.isprintable()) or f"{found.kind}-{file_id.hex[:8]}"
    response.headers["Content-Disposition"] = content_disposition_header(not found.shown, name) or "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
