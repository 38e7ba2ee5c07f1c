"""A stored file as an HTTP answer: pictures that a browser draws safely in the page, all else to keep.

What a file is called and what it says of itself comes from a stranger: the type is the one its bytes show, and nothing
of it may run here (SECURITY 6, "Uploads").
"""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from bot.conversations.models import Attachment
from bot.conversations.states import FileState
from bot.media.kinds import UNKNOWN
from bot.media.store import open_store


def build_file_response(file_id: uuid.UUID) -> HttpResponse | None:
    """The bytes; None for what was never stored or is gone."""
    found = Attachment.objects.filter(pk=file_id, state=FileState.STORED).first()
    if found is None:
        return None
    try:
        content = open_store().path_of(file_id).read_bytes()
    except FileNotFoundError:
        return None
    response = HttpResponse(content, content_type=found.mime_type or UNKNOWN)
    name = "".join(char for char in found.file_name if char.isprintable()) or f"{found.kind}-{file_id.hex[:8]}"
    response.headers["Content-Disposition"] = content_disposition_header(not found.shown, name) or "attachment"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
