"""What a worker does next with a conversation it holds. Each function is one transaction and ends in the next step.

So a message that is answered at once costs three commits: A records, claims and freezes the turn; B records the replies
and marks the first as `sending`; C marks it sent, takes the next one, and gives the lease back when nothing is left.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from bot.channels.contract import OutboundMessage, SendResult
from bot.config import config
from bot.conversations.clock import After
from bot.conversations.express import end_sending, record_answer
from bot.conversations.handoffs import drop_work
from bot.conversations.leases import Claim, claim_conversation, fence, release
from bot.conversations.models import Conversation, Message, Turn
from bot.conversations.outbox import await_report, build_outbound, is_due, mark_result, mark_sending
from bot.conversations.person_words import asks_for_person
from bot.conversations.poison import put_aside
from bot.conversations.states import UNSENT, Handling, State
from bot.conversations.turns import (
    build_request,
    hand_off_plainly,
    is_turn_due,
    open_turn,
    record_failure,
    record_replies,
)
from bot.dialogue.protocol import TurnRequest, TurnResult

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Send:
    """Hand this to its channel, and `more` right after it without a commit between, then `after_send`."""

    message: OutboundMessage
    more: tuple[OutboundMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask Rasa, then `after_answer` or `after_failure`."""

    turn_id: int
    request: TurnRequest
    user_external_id: str
    channel: str


Step = Send | Ask


@transaction.atomic(savepoint=False)
def claim_work(owner: str, conversation: Conversation | None = None) -> tuple[Claim, Step | None] | None:
    """Claims a conversation that is ready (that one, or the one ready longest) with its first step; None if none is.

    A row that no step can be made of is put aside, so that it holds up nobody else.
    """
    claim = claim_conversation(owner, conversation.pk if conversation else None)
    if claim is None:
        return None
    try:
        with transaction.atomic():
            return claim, choose_step(claim, conversation)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        _log.exception("conversation %s is put aside", claim.conversation)
        put_aside(claim, type(error).__name__)
        return claim, None


@transaction.atomic
def after_fault(claim: Claim, error: str) -> None:
    """Something failed that no step foresees: the work is counted as tried and put aside. Raises: LeaseLost."""
    fence(claim)
    put_aside(claim, error)


@transaction.atomic
def renew(claim: Claim) -> None:
    """Keeps the lease while the outside takes its time. Raises: LeaseLost."""
    fence(claim)


@transaction.atomic
def after_answer(claim: Claim, turn_id: int, result: TurnResult, ms: float) -> Step | None:
    """Commit B, and what follows. Safe to repeat. Raises: LeaseLost."""
    going = record_answer(claim, turn_id, result, ms)
    if going:
        return Send(going[0], going[1:])
    turn = record_replies(claim, turn_id, result, ms)
    return choose_step(claim, turn.conversation, turn)


@transaction.atomic
def after_failure(claim: Claim, turn_id: int, error: str, own_fault: bool) -> Step | None:
    """A failed try, and what follows. Raises: LeaseLost."""
    record_failure(claim, turn_id, error, own_fault)
    return choose_step(claim)


def after_send(
    claim: Claim, message: OutboundMessage, result: SendResult, more: Sequence[tuple[OutboundMessage, SendResult]] = ()
) -> Step | None:
    """Commit C, and what follows; `more` went out right after `message`. Safe to repeat. Raises: LeaseLost."""
    results = ((message, result), *more)
    if end_sending(claim, results):
        return None
    return _mark_and_choose(claim, results)


@transaction.atomic
def _mark_and_choose(claim: Claim, results: Sequence[tuple[OutboundMessage, SendResult]]) -> Step | None:
    for message, result in results:
        mark_result(claim, message, result)
    return choose_step(claim)


def choose_step(claim: Claim, conversation: Conversation | None = None, turn: Turn | None = None) -> Step | None:
    """The next step, or None and the lease given back. Outbox before inbox: an answer never overtakes an earlier one.

    Inside the caller's transaction, which has fenced or claimed: no message can be added unseen before the release.
    `conversation`, `turn`: as the caller has just read them, to spare reading them again.
    """
    work = list(
        Message.objects.filter(conversation=claim.conversation)
        .filter(Q(handling=Handling.PENDING) | Q(delivery__in=UNSENT))
        .order_by("id")
    )
    if not work:
        release(claim, None)
        return None
    if conversation is None:
        conversation = Conversation.objects.select_related("contact", "identity").get(pk=claim.conversation)
    unsent = next((message for message in work if message.delivery), None)
    if unsent and not await_report(unsent) and is_due(unsent):
        if turn and unsent.turn_id == turn.pk:
            unsent.turn = turn
        mark_sending(unsent)
        return Send(build_outbound(unsent, conversation))
    if conversation.state != State.BOT:
        drop_work(conversation)
        release(claim, unsent.next_try_at if unsent else None)
        return None
    pending = [message for message in work if message.handling]
    return _choose_turn(claim, conversation, pending, unsent)


def _choose_turn(
    claim: Claim, conversation: Conversation, pending: list[Message], unsent: Message | None
) -> Step | None:
    if conversation.failing_since and any(asks_for_person(message.text, message.payload) for message in pending):
        hand_off_plainly(open_turn(conversation, pending))
        return choose_step(claim)
    if pending and pending[0].turn_id is None and (later := _find_wait(claim)):
        # More of it may come while an earlier message is answered.
        release(claim, min([time for time in (later, unsent and unsent.next_try_at) if time]))
        return None
    turn = open_turn(conversation, pending) if pending else None
    if turn and is_turn_due(turn):
        request = build_request(turn, conversation)
        return Ask(turn.pk, request, conversation.identity.external_id, conversation.channel)
    times = [work.next_try_at for work in (unsent, turn) if work and work.next_try_at]
    release(claim, min(times, default=None))
    return None


def _find_wait(claim: Claim) -> datetime | None:
    """Until when the newest message waits for the rest of what is written in pieces (`bursts`)."""
    waits = Conversation.objects.filter(pk=claim.conversation, ready_at__gt=After())
    return waits.values_list("ready_at", flat=True).first() if config().burst_s else None
