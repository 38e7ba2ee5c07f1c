"""Files that an agent sends with a reply: pictures and PDF, by what their bytes show. Stored before the reply is."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile

from bot.channels.media import MediaRefused
from bot.conversations.files import StoredFile
from bot.media.store import open_store

FILES_MAX = 5
# What all three channels show as such (CHANNELS 1.10, 2.5).
KINDS = {"image/jpeg": "image", "image/png": "image", "application/pdf": "document"}


def store_files(files: Sequence[UploadedFile[bytes]]) -> list[StoredFile]:
    """Puts all of them into the store, or none.

    Raises: MediaRefused with `many`, `kind`, `too_large`, `empty` or `disk_full`.
    """
    if len(files) > FILES_MAX:
        raise MediaRefused("many")
    stored: list[StoredFile] = []
    try:
        for file in files:
            stored.append(_store(file))
    except MediaRefused:
        drop_files(stored)
        raise
    return stored


def drop_files(files: Sequence[StoredFile]) -> None:
    """Takes them out of the store again."""
    open_store().delete(*(one.id for one in files))


def _store(file: UploadedFile[bytes]) -> StoredFile:
    name = uuid.uuid4()
    with open_store().receive(name) as incoming:
        incoming.expect(file.size or 0)
        for chunk in file.chunks():
            incoming.write(chunk)
        kept = incoming.keep()
    stored = StoredFile(name, KINDS.get(kept.mime_type, ""), file.name or "", kept.size, kept.mime_type, kept.shown)
    if not stored.kind:
        drop_files([stored])
        raise MediaRefused("kind")
    return stored
