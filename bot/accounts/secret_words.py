"""Secrets that are worked out instead of stored: from SECRET_KEY, what they are for, and a salt that is kept.

A copy of the database alone signs nothing and opens nothing. With a new SECRET_KEY all of them are new.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from bot.config import config


def make_salt() -> str:
    """A new one, to be kept with what the secret is for."""
    return secrets.token_hex(16)


def derive_secret(purpose: str, salt: str, size: int = 32) -> bytes:
    """The secret, `size` bytes (at most 32), always the same for the same purpose, salt and SECRET_KEY."""
    key = config().secret_key.reveal().encode()
    return hmac.new(key, f"{purpose}:{salt}".encode(), hashlib.sha256).digest()[:size]
