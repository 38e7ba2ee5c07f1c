"""Keys of their own for what channels sign, each following from the installation's."""

from __future__ import annotations

import hashlib


def derive_key(secret_key: str, purpose: bytes) -> bytes:
    """32 bytes; another purpose (its first 16 bytes count) gives another key, so that no code serves elsewhere."""
    return hashlib.blake2b(secret_key.encode(), digest_size=32, person=purpose[:16]).digest()
