"""Makes, finds and revokes the tokens of integrations.

A token is `seva_` and 43 random characters (256 bits), so a plain SHA-256 is enough to keep it by: there is nothing to
guess.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from bot.accounts.scopes import SCOPES
from bot.api.models import Token

PREFIX = "seva_"
# How exactly "last used" is known: not every request has to write.
USED_EVERY = timedelta(minutes=1)


def hash_token(secret: str) -> str:
    """What is kept of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def issue_token(name: str, scopes: Iterable[str], created_by: str = "") -> tuple[Token, str]:
    """A new token and, this once, its text. Raises ValueError for a scope that does not exist."""
    wanted = list(dict.fromkeys(scopes))
    if unknown := set(wanted) - set(SCOPES):
        raise ValueError(f"no such scope: {', '.join(sorted(unknown))}")
    user = User(username=f"integration-{secrets.token_hex(8)}", first_name=name[:150])
    user.set_unusable_password()
    user.save()
    secret = PREFIX + secrets.token_urlsafe(32)
    made = Token.objects.create(
        name=name[:100], user=user, digest=hash_token(secret), scopes=wanted, created_by=created_by
    )
    return made, secret


def find_token(secret: str) -> Token | None:
    """The token of this text, if it may be used."""
    found = Token.objects.select_related("user").filter(digest=hash_token(secret), revoked_at=None).first()
    if found is None or not found.user.is_active:
        return None
    now = timezone.now()
    if found.used_at is None or now - found.used_at > USED_EVERY:
        Token.objects.filter(pk=found.pk).update(used_at=now)
    return found


def revoke_token(pk: int) -> bool:
    """It works no more, from now on; False if it did not anyway."""
    return bool(Token.objects.filter(pk=pk, revoked_at=None).update(revoked_at=timezone.now()))
