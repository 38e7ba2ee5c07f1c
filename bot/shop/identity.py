"""Who may see an order: whoever knows its number and its e-mail or phone, in this conversation, for half an hour.

The only door to orders: actions read an order through `find_verified`, never by its number alone. What is verified
stands in the database because a slot can be filled by what a customer types. A wrong pair is answered alike, in words
and in work, whether the number or the address was wrong.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from bot.language.normalise import normalise
from bot.shop.models import IdentityTry, Order, VerifiedOrder
from bot.shop.phones import parse_email, parse_phone

TRIES_MAX = 5
TRIES_PER = timedelta(hours=1)
VERIFIED_FOR = timedelta(minutes=30)
# Compared where an order is missing, so that the same work is done. No address can equal it: it holds a space.
_NOBODY = "no one"


@dataclass(frozen=True)
class Checked:
    """`ok`: the pair fits and the order may be seen. `locked`: too many wrong tries; nothing was looked at."""

    ok: bool
    locked: bool
    order: str = ""


def check_identity(
    conversation: str, order_number: str, email_or_phone: str, *, contact: str = "", message_id: str = ""
) -> Checked:
    """Looks whether number and e-mail or phone belong together, and remembers it for this conversation if they do.

    At most 5 wrong tries an hour, counted over conversation and contact; then even a right pair is refused.
    A turn that runs again (same `message_id`) is not counted again. Safe to call twice.
    """
    now = timezone.now()
    key = _digest(message_id or now.isoformat(), order_number, email_or_phone)
    with transaction.atomic():
        known = IdentityTry.objects.filter(conversation=conversation, key=key).first()
        if known is None and _count_wrong(conversation, contact, now) >= TRIES_MAX:
            return Checked(ok=False, locked=True)
        order = find_by_number(order_number)
        right = _belongs(order, email_or_phone)
        if known is None:
            IdentityTry.objects.create(conversation=conversation, contact=contact, key=key, right=right, tried_at=now)
        if order is None or not right:
            return Checked(ok=False, locked=False)
        VerifiedOrder.objects.update_or_create(
            conversation=conversation, order=order, defaults={"until": now + VERIFIED_FOR}
        )
        return Checked(ok=True, locked=False, order=order.name)


def is_locked(conversation: str, contact: str = "") -> bool:
    """Whether this conversation or contact has no tries left for now."""
    return _count_wrong(conversation, contact, timezone.now()) >= TRIES_MAX


def find_verified(conversation: str, order_number: str) -> Order | None:
    """The order, if this conversation may see it now; otherwise None, whether it exists or not.

    Who has shown to be the customer of one order may also see another that has the same e-mail and phone.
    """
    order = find_by_number(order_number)
    if order is None:
        return None
    allowed = _verified(conversation).filter(Q(order=order) | _same_customer(order))
    return order if allowed.exists() else None


def list_verified(conversation: str) -> list[Order]:
    """The orders this conversation has shown it may see, the one verified last first."""
    return [row.order for row in _verified(conversation).select_related("order").order_by("-until")]


def find_by_number(order_number: str) -> Order | None:
    """The order with that number however it is written: TT-10432, tt 10432, #10432, 10432. Gives no right to see it."""
    key = re.sub(r"[^0-9A-Z]", "", normalise(order_number).upper())
    if not key:
        return None
    order = Order.objects.filter(number_key=key).first()
    if order is None and key.isdigit():
        order = next(iter(Order.objects.filter(digits=key)[:1]), None)
    return order


def _verified(conversation: str) -> QuerySet[VerifiedOrder]:
    return VerifiedOrder.objects.filter(conversation=conversation, until__gt=timezone.now())


def _same_customer(order: Order) -> Q:
    if not order.email or not order.phone:
        return Q(pk__in=())
    return Q(order__email=order.email, order__phone=order.phone)


def _count_wrong(conversation: str, contact: str, now: datetime) -> int:
    who = Q(conversation=conversation)
    if contact:
        who |= Q(contact=contact)
    return IdentityTry.objects.filter(who, right=False, tried_at__gt=now - TRIES_PER).count()


def _belongs(order: Order | None, email_or_phone: str) -> bool:
    said = normalise(email_or_phone)
    email = parse_email(said)
    # Both are always compared, in constant time, against a stand-in where there is no order or no address.
    same_email = _same(email, order.email if order and order.email else _NOBODY)
    region = order.country_code if order and order.country_code else "IN"
    stored = order.phone if order and order.phone else _NOBODY
    same_phone = _same(parse_phone(said, "IN"), stored) | _same(parse_phone(said, region), stored)
    return same_email | same_phone


def _same(said: str, stored: str) -> bool:
    return bool(said) & hmac.compare_digest(_digest(said), _digest(stored))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
