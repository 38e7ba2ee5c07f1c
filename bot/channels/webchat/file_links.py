"""Addresses of files in the web chat: only who was told one can open it. Pure.

The page draws pictures by address, without a header that could prove whose page it is; a code that only this
installation can make stands in the address instead, as it does in session ids.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from bot.channels.keys import derive_key

PATH = "/chat/files"
CODE_CHARS = 32
_PURPOSE = b"seva.webchat.file"

Json = dict[str, Any]


class FileLinks:
    """Makes addresses and knows its own; `secret_key` is the installation's."""

    def __init__(self, secret_key: str) -> None:
        self._key = derive_key(secret_key, _PURPOSE)

    def build(self, file_id: uuid.UUID | str) -> str:
        """The address of a file, on this server."""
        return f"{PATH}/{file_id}/{self._sign(str(file_id))}"

    def is_issued(self, file_id: uuid.UUID, code: str) -> bool:
        """Whether this installation has given that code out for that file."""
        return hmac.compare_digest(self._sign(str(file_id)).encode(), code.encode("utf-8", "replace"))

    def add_to(self, history: Iterable[Mapping[str, Any]]) -> list[Json]:
        """Messages as the heart describes them, each file with its `url` instead of its id."""
        return [{**one, "files": self.describe(one["files"])} if one.get("files") else {**one} for one in history]

    def describe(self, files: Iterable[Mapping[str, Any]]) -> list[Json]:
        """Files for a page: `kind`, `name`, `shown` and `url`."""
        return [{"url": self.build(one["id"])} | {k: v for k, v in one.items() if k != "id"} for one in files]

    def _sign(self, file_id: str) -> str:
        return hmac.new(self._key, file_id.encode(), "sha256").hexdigest()[:CODE_CHARS]
