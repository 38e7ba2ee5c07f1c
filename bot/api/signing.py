"""Signs what webhooks carry, as Standard Webhooks has it (github.com/standard-webhooks/standard-webhooks, spec 1.0).

`webhook-signature: v1,<base64 of HMAC-SHA256(secret, "<webhook-id>.<webhook-timestamp>.<body>")>`, several with a blank
between while a secret is being changed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from django.utils import timezone

from bot.accounts.secret_words import derive_secret, make_salt
from bot.api.models import Endpoint

PREFIX = "whsec_"
BOTH_FOR = timedelta(days=1)


def show_secret(endpoint: Endpoint) -> str:
    """The secret as the receiver enters it."""
    return PREFIX + base64.b64encode(_derive(endpoint.salt)).decode()


def renew_secret(endpoint: Endpoint) -> None:
    """A new secret; the old one signs beside it for a day."""
    endpoint.salt_before, endpoint.salt, endpoint.renewed_at = endpoint.salt, make_salt(), timezone.now()
    endpoint.save(update_fields=["salt", "salt_before", "renewed_at"])


def build_headers(endpoint: Endpoint, key: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers of one try."""
    stamp = str(int(now.timestamp()))
    salts = [endpoint.salt]
    if endpoint.salt_before and endpoint.renewed_at and now - endpoint.renewed_at < BOTH_FOR:
        salts.append(endpoint.salt_before)
    signed = f"{key}.{stamp}.".encode() + body
    signatures = (base64.b64encode(hmac.new(_derive(salt), signed, hashlib.sha256).digest()).decode() for salt in salts)
    return {
        "webhook-id": key,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }


def _derive(salt: str) -> bytes:
    return derive_secret("webhook", salt)
