"""The rows of the webhooks' outbox: which is due, what became of it, sending one again.

In order for each conversation and endpoint: a later event waits until the earlier one has been taken or given up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from bot.api.models import Delivery, DeliveryState
from bot.config import config

# After a try that failed: seconds until the next; then every four hours until WEBHOOK_RETRY_H are over.
PAUSES_S = (5, 30, 120, 600, 1800, 3600, 7200, 14400)
# A claimed row is left alone so long; one try takes at most SEND_TIMEOUT_S (courier).
CLAIM_S = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the other side said. `final`: it never wants it."""

    taken: bool
    status: int | None = None
    error: str = ""
    final: bool = False


def find_due(now: datetime) -> QuerySet[Delivery]:
    """Rows that may be tried now, each the oldest of its conversation at its endpoint."""
    earlier = Delivery.objects.filter(
        state=DeliveryState.PENDING,
        endpoint=OuterRef("endpoint"),
        conversation=OuterRef("conversation"),
        pk__lt=OuterRef("pk"),
    )
    due = Q(next_try_at=None) | Q(next_try_at__lte=now)
    pending = Delivery.objects.filter(due, state=DeliveryState.PENDING, endpoint__active=True)
    return pending.filter(~Exists(earlier)).order_by("pk")


def has_due() -> bool:
    """Whether there is anything to claim; reads only."""
    return find_due(timezone.now()).exists()


@transaction.atomic
def claim_due(most: int) -> list[Delivery]:
    """Rows for this process to try now, counted as tried. A process that dies leaves them to be tried again."""
    now = timezone.now()
    claimed = []
    for row in find_due(now).select_related("endpoint")[:most]:
        same = Delivery.objects.filter(pk=row.pk, state=DeliveryState.PENDING, attempts=row.attempts)
        if same.update(attempts=row.attempts + 1, next_try_at=now + timedelta(seconds=CLAIM_S)):
            row.attempts += 1
            claimed.append(row)
    return claimed


def mark_outcome(row: Delivery, outcome: Outcome) -> None:
    """What became of this try; a row that somebody else has tried since stays as it is."""
    now = timezone.now()
    own = Delivery.objects.filter(pk=row.pk, state=DeliveryState.PENDING, attempts=row.attempts)
    said = {"status": outcome.status, "error": outcome.error[:200]}
    if outcome.taken:
        own.update(state=DeliveryState.DELIVERED, done_at=now, next_try_at=None, **said)
        return
    next_try_at = now + timedelta(seconds=PAUSES_S[min(row.attempts, len(PAUSES_S)) - 1])
    if outcome.final or next_try_at > row.retry_until:
        own.update(state=DeliveryState.DEAD, done_at=now, next_try_at=None, **said)
    else:
        own.update(next_try_at=next_try_at, **said)


def send_again(pk: int) -> bool:
    """An operator wants it tried now, and for another day; with the same id. False if there is no such row."""
    now = timezone.now()
    until = now + timedelta(hours=config().webhook_retry_h)
    row = Delivery.objects.filter(pk=pk)
    return bool(
        row.update(state=DeliveryState.PENDING, attempts=0, next_try_at=None, retry_until=until, done_at=None, error="")
    )


def forget_done() -> int:
    """Takes away what is over for as long as the audit list is kept; how many rows."""
    before = timezone.now() - timedelta(days=min(config().audit_keep_days, 30))
    done = Delivery.objects.exclude(state=DeliveryState.PENDING).filter(done_at__lt=before)
    return int(done.delete()[0])
