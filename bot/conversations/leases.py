"""Who may work on a conversation: one worker at a time, by lease, with a fencing epoch.

`claim_conversation` gives the lease and raises the epoch in one statement. Every later write of that worker starts
with `fence`, which repeats the epoch: a worker that was stopped or cut off and has lost its lease can write nothing.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cache

from django.db import connection

from bot.config import config
from bot.conversations.clock import After, build_after
from bot.conversations.models import Conversation

# How far a lease may lie in the future beyond its length before it is taken for a clock gone wrong (SECURITY 3.1).
CLOCK_SLACK_S = 1.0


class LeaseLost(Exception):
    """Somebody else works on the conversation now; whoever gets this drops it without a word."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one conversation until the lease ends."""

    conversation: uuid.UUID
    epoch: int
    owner: str


def claim_conversation(owner: str, conversation: uuid.UUID | None = None) -> Claim | None:
    """Takes the lease of `conversation`, or of the one that has been ready longest; None if there is none to take.

    Inside the caller's transaction or on its own. One statement, so two workers never both get it.
    """
    wanted = "" if conversation is None else "AND id = %s"
    parameters: list[str | uuid.UUID] = [owner[:64]]
    if conversation is not None:
        parameters.append(conversation.hex if connection.vendor == "sqlite" else conversation)
    with connection.cursor() as cursor:
        cursor.execute(_build_claim(connection.vendor, config().lease_s).format(wanted=wanted), parameters)
        row = cursor.fetchone()
    if row is None:
        return None
    return Claim(row[0] if isinstance(row[0], uuid.UUID) else uuid.UUID(row[0]), row[1], owner[:64])


@cache
def _build_claim(vendor: str, lease_s: float) -> str:
    """The claim in the database's dialect. On PostgreSQL busy rows are stepped over instead of waited for."""
    now, lease_end, too_far = (build_after(vendor, seconds) for seconds in (0.0, lease_s, lease_s + CLOCK_SLACK_S))
    lock = "FOR UPDATE SKIP LOCKED" if vendor == "postgresql" else ""
    # Only numbers of our own settings and the dialect's words are put together here, nothing from outside.
    return f"""
        UPDATE conversations_conversation SET lease_owner = %s, lease_until = {lease_end}, epoch = epoch + 1
        WHERE id = (
            SELECT id FROM conversations_conversation
            WHERE ready_at <= {now} {{wanted}}
                AND (lease_until IS NULL OR lease_until < {now} OR lease_until > {too_far})
            ORDER BY ready_at LIMIT 1 {lock}
        ) RETURNING id, epoch"""  # noqa: S608


def fence(claim: Claim) -> None:
    """Renews the lease and holds the conversation's row until the transaction ends. First in every worker's write.

    Raises: LeaseLost if the epoch has moved on; the transaction must then be rolled back.
    """
    held = Conversation.objects.filter(pk=claim.conversation, epoch=claim.epoch, lease_owner=claim.owner)
    if not held.update(lease_until=After(config().lease_s)):
        raise LeaseLost


def release(claim: Claim, ready_at: object | None) -> None:
    """Gives the lease back. `ready_at`: when there is work again, None if a new message has to come first."""
    held = Conversation.objects.filter(pk=claim.conversation, epoch=claim.epoch, lease_owner=claim.owner)
    if not held.update(lease_owner="", lease_until=None, ready_at=ready_at):
        raise LeaseLost


def wake_conversation(conversation: uuid.UUID, *, inbound: bool = False, after_s: float = 0.0) -> None:
    """Marks that there is work, now or after a while. Also holds the row: whoever adds messages does this first, so ids
    follow commits.
    """
    times = {"ready_at": After(after_s), "last_message_at": After()}
    if inbound:
        times["last_inbound_at"] = After()
    Conversation.objects.filter(pk=conversation).update(**times)
