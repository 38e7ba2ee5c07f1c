"""Writes the audit list: who saw or changed what, when and from where. Ids, never contents.

`actor` is set for the length of a request (`bot.desk.gate`, `bot.api.access`), so that changes deep in the
conversations know whose they are.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from bot.accounts.models import AuditEntry
from bot.config import config

PERSON, TOKEN, OPERATOR = "person", "token", "operator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person at the desk, an integration's token, an operator at the terminal."""

    kind: str
    id: int | None
    name: str
    address: str = ""


actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


def build_actor(request: HttpRequest, user: User) -> Actor:
    """A signed-in person."""
    return Actor(PERSON, user.pk, user.get_username(), find_address(request))


def find_address(request: HttpRequest) -> str:
    """Where a request comes from; behind a proxy uvicorn has put the real address there (BEHIND_PROXY)."""
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def record(
    who: Actor, action: str, *, conversation: object = "", target: object = "", detail: dict[str, Any] | None = None
) -> AuditEntry:
    """Adds one row. Inside the caller's transaction if there is one."""
    return AuditEntry.objects.create(
        at=timezone.now(),
        kind=who.kind,
        who_id=who.id,
        who=who.name,
        action=action,
        conversation=str(conversation),
        target=str(target)[:100],
        detail=detail or {},
        address=who.address,
    )


def record_view(who: Actor, action: str, conversation: object, target: object, quiet_s: float) -> None:
    """Adds one row for what somebody sees; a page that keeps itself up to date is one view for `quiet_s` seconds."""
    if quiet_s:
        since = timezone.now() - timedelta(seconds=quiet_s)
        same = AuditEntry.objects.filter(
            kind=who.kind, who_id=who.id, action=action, conversation=str(conversation), target=str(target)[:100]
        )
        if same.filter(at__gte=since).exists():
            return
    record(who, action, conversation=conversation, target=target)


def forget_old() -> int:
    """Takes rows away that are older than AUDIT_KEEP_DAYS; how many. The only way out of the list."""
    before = timezone.now() - timedelta(days=config().audit_keep_days)
    old = AuditEntry.objects.filter(at__lt=before)
    return int(old._raw_delete(old.db))
