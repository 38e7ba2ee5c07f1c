"""Replies with files: pictures and PDF, by what their bytes show. Stored before the reply is, gone when it is undone.

Used by the desk and the API; who may reply is decided in `bot.conversations.handoffs`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile

from bot.channels.media import Attachment as Announced
from bot.channels.media import Kept, MediaRefused
from bot.conversations import handoffs, replies
from bot.conversations.models import Attachment, Message
from bot.media.store import open_store

FILES_MAX = 5
# What all three channels show as such (CHANNELS 1.10, 2.5).
KINDS = {"image/jpeg": "image", "image/png": "image", "application/pdf": "document"}


def send_reply(
    conversation_id: uuid.UUID,
    agent: handoffs.Agent,
    text: str,
    files: Sequence[UploadedFile[bytes]] = (),
    *,
    key: str | None = None,
    hold_s: float = 0.0,
    template: str = "",
) -> Message:
    """Stores the files and puts the reply into the outbox (`handoffs.record_agent_reply`); refused, it leaves no file.

    Raises: MediaRefused as `store_files`, and what `record_agent_reply` raises.
    """
    stored = store_files(files)
    kept: set[uuid.UUID] = set()
    try:
        message = handoffs.record_agent_reply(conversation_id, agent, text, key, hold_s, stored, template)
        kept = set(message.attachments.values_list("pk", flat=True))
    finally:
        # Refused, or the same key again: no row names them.
        drop_files([one for one in stored if one.kept and one.kept.name not in kept])
    return message


def undo_reply(conversation_id: uuid.UUID, agent: handoffs.Agent, message_id: int) -> str:
    """Takes the agent's own held reply back, with its files; its words. Raises as `replies.undo_reply`."""
    files = list(Attachment.objects.filter(message=message_id).values_list("pk", flat=True))
    words = replies.undo_reply(conversation_id, agent, message_id)
    open_store().delete(*files)
    return words


def store_files(files: Sequence[UploadedFile[bytes]]) -> list[Announced]:
    """Puts all of them into the store, or none.

    Raises: MediaRefused with `many`, `kind`, `too_large`, `empty` or `disk_full`.
    """
    if len(files) > FILES_MAX:
        raise MediaRefused("many")
    stored: list[Announced] = []
    try:
        for file in files:
            stored.append(_store(file))
    except MediaRefused:
        drop_files(stored)
        raise
    return stored


def drop_files(files: Sequence[Announced]) -> None:
    """Takes them out of the store again."""
    open_store().delete(*(one.kept.name for one in files if one.kept))


def _store(file: UploadedFile[bytes]) -> Announced:
    kept = _keep(file)
    kind = KINDS.get(kept.mime_type)
    if kind is None:
        open_store().delete(kept.name)
        raise MediaRefused("kind")
    return Announced(kind, "", file_name=file.name or "", kept=kept)


def _keep(file: UploadedFile[bytes]) -> Kept:
    with open_store().receive(uuid.uuid4()) as incoming:
        incoming.expect(file.size or 0)
        for chunk in file.chunks():
            incoming.write(chunk)
        return incoming.keep()
