"""Session ids of visitors: issued here, recognised again without a table, stored only as a hash.

An id is 128 random bits and a short code that only this server can make, so that an id nobody was given is refused
without a look into the database, in any process, also after a restart. Whoever has the id has the conversation.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets

from bot.channels.fields import Json, as_dict
from bot.channels.keys import derive_key
from bot.config import config

NAME = "webchat"
_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}\.[A-Za-z0-9]{16}")
_PURPOSE = b"seva.webchat.session"


class SessionIds:
    """Issues and recognises; `secret_key` is the installation's."""

    def __init__(self, secret_key: str) -> None:
        self._key = derive_key(secret_key, _PURPOSE)

    def issue(self) -> str:
        """A fresh id."""
        random = secrets.token_urlsafe(16)
        return f"{random}.{self._sign(random)}"

    def is_issued(self, session_id: object) -> bool:
        """Whether it was issued by this installation. Total: anything else is just not."""
        if not isinstance(session_id, str) or not _SHAPE.fullmatch(session_id):
            return False
        random, _, code = session_id.partition(".")
        return hmac.compare_digest(self._sign(random), code)

    def _sign(self, random: str) -> str:
        return hmac.new(self._key, random.encode(), "sha256").hexdigest()[:16]


def read_session(body: bytes) -> tuple[str, Json] | None:
    """Who sends the JSON object `body` by its `session` (the hash that is stored), with all of the object.

    None if the session was not issued here, or nothing like that was sent.
    """
    try:
        said = as_dict(json.loads(body))
    except (ValueError, RecursionError):
        return None
    session = said.get("session")
    if not SessionIds(config().secret_key.reveal()).is_issued(session):
        return None
    return hash_session(str(session)), said


def hash_session(session_id: str) -> str:
    """What is stored of it, and the name of its room: SHA-256, hexadecimal."""
    return hashlib.sha256(session_id.encode()).hexdigest()
