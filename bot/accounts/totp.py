"""Codes of authenticator apps: RFC 6238 (TOTP, May 2011) over RFC 4226 (HOTP), SHA-1, 30 seconds, 6 digits.

Those are what every app takes without being asked; longer codes and other hashes are not.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
# A phone's clock may be so many steps off (RFC 6238, 5.2 recommends one).
DRIFT = 1


def build_code(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of one time step."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def find_step(secret: bytes, code: str, now_s: float, after: int) -> int | None:
    """The time step that the code belongs to, if it is near enough and later than `after`; each works once."""
    current = int(now_s) // STEP_S
    for step in range(current - DRIFT, current + DRIFT + 1):
        if step > after and hmac.compare_digest(build_code(secret, step).encode(), code.encode()):
            return step
    return None


def show_secret(secret: bytes) -> str:
    """As a person types it: base32 in groups of four."""
    plain = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def build_uri(secret: bytes, issuer: str, name: str) -> str:
    """What the QR picture says (github.com/google/google-authenticator/wiki/Key-Uri-Format)."""
    values = urlencode({"secret": show_secret(secret).replace(" ", ""), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(name)}?{values}"
