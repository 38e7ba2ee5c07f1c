"""Finishes wishes about data: shown, corrected, refused, erased. Called by the operator (`seva privacy`, admin pages).

Each is one transaction with its audit row, safe to repeat, and the customer hears of it in the same channel, through
the outbox. What is exported or erased is `personal`'s to say.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from bot.accounts.audit import OPERATOR, Actor, record
from bot.care.models import NUMBER_BASE, Audit, PrivacyRequest, RequestState
from bot.care.personal import build_export, count_rows, erase_contact
from bot.config import config
from bot.conversations.notices import say_in
from bot.conversations.outreach import queue_outreach
from bot.errors import NotFound

Json = dict[str, Any]


def find_request(number: str) -> PrivacyRequest:
    """The request that a customer quotes ("P-1003"). Raises NotFound."""
    digits = number.upper().removeprefix("P-")
    found = PrivacyRequest.objects.filter(pk=int(digits) - NUMBER_BASE).first() if digits.isdigit() else None
    if found is None:
        raise NotFound(f"no request {number}")
    return found


@transaction.atomic
def export_request(pk: int, who: str) -> Json:
    """Everything about the contact, as JSON can hold it; the request stays open until the copy has been handed over."""
    request = PrivacyRequest.objects.get(pk=pk)
    found = build_export(request)
    record(Actor(OPERATOR, None, who), "privacy.exported", target=f"contact:{request.contact}")
    Audit.objects.create(
        at=timezone.now(),
        who=who,
        what="privacy.exported",
        contact=request.contact,
        request=request,
        counts=count_rows(found),
    )
    return found


def finish_request(pk: int, who: str) -> bool:
    """The copy is ready or the data is corrected: the customer is told. False if it was finished before."""
    return _end(pk, who, RequestState.DONE, "")


def refuse_request(pk: int, who: str) -> bool:
    """Nobody could check that the data is theirs: the customer is told. False if it was finished before."""
    return _end(pk, who, RequestState.REFUSED, "refused")


@transaction.atomic
def erase_request(pk: int, who: str) -> bool:
    """Erases everything about the contact for good, then tells them. False if it was finished before.

    The channel's address stays until that last message has been sent; `forgetting.forget_addresses` takes it away then.
    """
    request = PrivacyRequest.objects.select_for_update().get(pk=pk)
    if request.state != RequestState.OPEN:
        return False
    counts = erase_contact(request)
    return _end(pk, who, RequestState.DONE, "", counts)


@transaction.atomic
def _end(pk: int, who: str, state: RequestState, words: str, counts: Json | None = None) -> bool:
    request = PrivacyRequest.objects.select_for_update().get(pk=pk)
    if request.state != RequestState.OPEN:
        return False
    now = timezone.now()
    PrivacyRequest.objects.filter(pk=pk).update(state=state, done_at=now)
    what = f"privacy.{words or {'show': 'shown', 'correct': 'corrected', 'erase': 'erased'}[request.wish]}"
    record(Actor(OPERATOR, None, who), what, target=f"contact:{request.contact}")
    Audit.objects.create(at=now, who=who, what=what, contact=request.contact, request=request, counts=counts or {})
    key = f"care.privacy.done.{words or request.wish}"
    text = say_in(key, request.language or config().default_language, number=request.number)
    queue_outreach(request.conversation, f"privacy-{pk}", text)
    return True
