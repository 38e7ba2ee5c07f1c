"""Files on disk: DATA_DIR/media, readable by us only, written whole or not at all. Knows no database.

A file is called by the random id of its row, so that a try that is repeated leaves one file. Nothing of a sender's
(name, type, path) takes part in where a file lies; nothing here is ever executed or unpacked.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
import shutil
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.channels.media import Kept, MediaRefused, build_path
from bot.config import config
from bot.media.kinds import HEAD_BYTES, may_show, sniff

# Below this the disk is kept for messages (a full disk would refuse those).
FREE_MIN_BYTES = 500 * 1024 * 1024


class Store:
    """The folder. One per process; safe for any number of threads."""

    def __init__(self, folder: Path, file_max_bytes: int, free_min_bytes: int = FREE_MIN_BYTES) -> None:
        self._folder = folder
        self._file_max_bytes = file_max_bytes
        self._free_min_bytes = free_min_bytes

    def receive(self, name: uuid.UUID) -> Incoming:
        """The file `name`, to be filled inside `with` and kept by `keep`; otherwise nothing is left of it.

        Raises: MediaRefused("disk_full").
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self._folder).free < self._free_min_bytes:
            raise MediaRefused("disk_full")
        return Incoming(self._folder, name, self.path_of(name), self._file_max_bytes)

    def path_of(self, name: uuid.UUID) -> Path:
        """Where the file lies, or would."""
        return build_path(self._folder, name)

    def delete(self, *names: uuid.UUID) -> None:
        """Takes the files away; one that is not there is quiet."""
        for name in names:
            self.path_of(name).unlink(missing_ok=True)


class Incoming:
    """A file that is just arriving (a `MediaSink`)."""

    def __init__(self, folder: Path, name: uuid.UUID, place: Path, size_max: int) -> None:
        self._name = name
        self._place = place
        self._size_max = size_max
        self._partial = folder / f"partial-{secrets.token_hex(8)}"
        self._file = os.fdopen(os.open(self._partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
        self._digest = hashlib.sha256()
        self._head = b""
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._partial.unlink(missing_ok=True)

    def expect(self, size: int) -> None:
        """Refuses at once what announces itself as too large."""
        if size > self._size_max:
            raise MediaRefused("too_large")

    def write(self, chunk: bytes) -> None:
        """Takes the next bytes; whatever was announced, they are counted."""
        self._size += len(chunk)
        self.expect(self._size)
        self._digest.update(chunk)
        if len(self._head) < HEAD_BYTES:
            self._head += chunk[: HEAD_BYTES - len(self._head)]
        self._file.write(chunk)

    def keep(self, sha256: str = "") -> Kept:
        """Checks the digest, if one was told (hex or base64), and puts the file in its place, durably.

        Raises: MediaRefused("empty" or "damaged").
        """
        if not self._size:
            raise MediaRefused("empty")
        if sha256 and _parse_digest(sha256) not in (None, self._digest.digest()):
            raise MediaRefused("damaged")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._place.parent.mkdir(mode=0o700, exist_ok=True)
        self._partial.rename(self._place)
        mime_type = sniff(self._head)
        return Kept(self._name, self._size, mime_type, may_show(mime_type, self._head))


def _parse_digest(told: str) -> bytes | None:
    """The 32 bytes; None for what cannot be a digest (channels cut them at times): nothing to compare with then."""
    try:
        digest = bytes.fromhex(told) if len(told) == 64 else base64.b64decode(told, validate=True)
    except (ValueError, binascii.Error):
        return None
    return digest if len(digest) == 32 else None


def open_store() -> Store:
    """The store of this installation."""
    return Store(config().media_path, config().media_max_mb * 1024 * 1024)
