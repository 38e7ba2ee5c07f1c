"""One-time codes to an order's e-mail or phone: what it takes to change an order beyond knowing it.

Six digits, ten minutes, at most 5 tries a code; again after 30 seconds, at most 5 an hour (knowledge/policy.md,
Account). Only a keyed hash is stored, nothing is logged. Called for orders that are verified already.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from bot.language.texts import say
from bot.shop.identity import digest, person_of, record_confirmed
from bot.shop.port import Order
from bot.shop.proofs import CodeTry, OneTimeCode
from bot.shop.senders import open_sender

CODE_FOR = timedelta(minutes=10)
AGAIN_AFTER = timedelta(seconds=30)
CODES_PER_HOUR = 5
TRIES_MAX = 5


class Sending(StrEnum):
    """What became of the wish for a code."""

    SENT = "sent"
    TOO_SOON = "too_soon"
    TOO_MANY = "too_many"
    NO_ADDRESS = "no_address"


class Trying(StrEnum):
    """What became of a typed code."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"


@dataclass(frozen=True)
class Sent:
    """`way`: email or phone. `hint`: where it went, masked, for the customer's eyes."""

    outcome: Sending
    way: str = ""
    hint: str = ""


def send_code(conversation: str, contact: str, order: Order, language: str, message_id: str) -> Sent:
    """Sends a new code; the one before stops counting. A turn that runs again sends none. Raises CodeNotSent."""
    way, address = _choose_address(order)
    if not address:
        return Sent(Sending.NO_ADDRESS)
    now = timezone.now()
    person = person_of(order) or digest(order.email, order.phone, order.name)
    with transaction.atomic():
        latest = _codes(conversation, order).first()
        if latest and latest.sent_at and latest.message_id == message_id != "":
            return Sent(Sending.SENT, latest.way, mask(address))
        refused = _refuse(conversation, contact, person, now)
        if refused:
            return Sent(refused, way, mask(address))
        code = f"{secrets.randbelow(10**6):06d}"
        row = OneTimeCode.objects.create(
            conversation=conversation, contact=contact, order=order.name, person=person, message_id=message_id,
            digest=digest(conversation, order.name, code), way=way, made_at=now,
        )  # fmt: skip
    text = say("order_tasks.code.message", language, code=code, minutes=int(CODE_FOR.total_seconds() // 60))
    open_sender().send(way, address, say("order_tasks.code.subject", language), text, int(CODE_FOR.total_seconds()))
    OneTimeCode.objects.filter(pk=row.pk).update(sent_at=timezone.now())
    return Sent(Sending.SENT, way, mask(address))


def check_code(conversation: str, order: Order, said: str, message_id: str) -> Trying:
    """Whether that is the code sent last. A turn that runs again has the same outcome and counts once.

    OVER: none is open (too old, used, five wrong tries): another has to be sent.
    """
    with transaction.atomic():
        row = _codes(conversation, order).select_for_update().first()
        right = _matches(conversation, order, said, row)
        if row is None:
            return Trying.OVER
        before = row.attempts.filter(message_id=message_id).first() if message_id else None
        if before is None:
            over = row.used_at or row.sent_at is None or row.made_at + CODE_FOR < timezone.now()
            if over or row.attempts.count() >= TRIES_MAX:
                return Trying.OVER
            now = timezone.now()
            before = CodeTry.objects.create(code=row, message_id=message_id or now.isoformat(), right=right)
            if right:
                OneTimeCode.objects.filter(pk=row.pk).update(used_at=now)
        if before.right:
            record_confirmed(conversation, order)
            return Trying.RIGHT
        return Trying.WRONG if row.attempts.count() < TRIES_MAX else Trying.OVER


def mask(address: str) -> str:
    """`h•••@example.com`, `••••• ••001`: enough to know where to look."""
    name, at, host = address.partition("@")
    return f"{name[:1]}•••@{host}" if at else f"•••••{address[-3:]}"


def _matches(conversation: str, order: Order, said: str, row: OneTimeCode | None) -> bool:
    # Compared in any case, so that an open code and none take the same time.
    return hmac.compare_digest(digest(conversation, order.name, said), row.digest if row else digest("none"))


def _choose_address(order: Order) -> tuple[str, str]:
    addresses = {"email": order.email, "phone": order.phone}
    return next(((way, addresses[way]) for way in open_sender().ways if addresses[way]), ("", ""))


def _codes(conversation: str, order: Order) -> models.QuerySet[OneTimeCode]:
    return OneTimeCode.objects.filter(conversation=conversation, order=order.name).order_by("-made_at", "-pk")


def _refuse(conversation: str, contact: str, person: str, now: datetime) -> Sending | None:
    who = Q(conversation=conversation) | Q(person=person)
    if contact:
        who |= Q(contact=contact)
    made = OneTimeCode.objects.filter(who, made_at__gt=now - timedelta(hours=1))
    if made.count() >= CODES_PER_HOUR:
        return Sending.TOO_MANY
    soon = made.filter(conversation=conversation, made_at__gt=now - AGAIN_AFTER, sent_at__isnull=False)
    return Sending.TOO_SOON if soon.exists() else None
