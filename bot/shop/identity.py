"""Who may see an order: whoever knows its number and its e-mail or phone, in this conversation, for half an hour.

The only door to orders: actions read an order through `find_verified`, never by its number alone. What is verified
stands in the database because a slot can be filled by what a customer types. A wrong pair is answered alike, in words
and in work, whether the number or the address was wrong. Whom the channel vouches for (`known`) is not asked. To change
an order takes more: a one-time code (`codes`), or such a channel.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from bot.language.normalise import normalise
from bot.shop.known import Known, find_known
from bot.shop.phones import parse_email, parse_phone
from bot.shop.port import Order
from bot.shop.proofs import IdentityTry, VerifiedOrder
from bot.shop.shops import open_shop

TRIES_MAX = 5
TRIES_PER = timedelta(hours=1)
VERIFIED_FOR = timedelta(minutes=30)
LISTED_MAX = 10
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
    A turn that runs again (same `message_id`) is not counted again. Safe to call twice. Raises ShopUnavailable.
    """
    now = timezone.now()
    key = digest(message_id or now.isoformat(), order_number, email_or_phone)
    # Asked before the transaction: a foreign shop may be slow, and the embedded database has one writer.
    order = open_shop().find_order(order_number)
    with transaction.atomic():
        known = IdentityTry.objects.filter(conversation=conversation, key=key).first()
        if known is None and _count_wrong(conversation, contact, now) >= TRIES_MAX:
            return Checked(ok=False, locked=True)
        right = _belongs(order, email_or_phone)
        if known is None:
            IdentityTry.objects.create(conversation=conversation, contact=contact, key=key, right=right, tried_at=now)
        if order is None or not right:
            return Checked(ok=False, locked=False)
        VerifiedOrder.objects.update_or_create(
            conversation=conversation,
            order=order.name,
            defaults={"until": now + VERIFIED_FOR, "person": person_of(order)},
        )
        return Checked(ok=True, locked=False, order=order.name)


def is_locked(conversation: str, contact: str = "") -> bool:
    """Whether this conversation or contact has no tries left for now."""
    return _count_wrong(conversation, contact, timezone.now()) >= TRIES_MAX


def find_verified(conversation: str, order_number: str) -> Order | None:
    """The order, if this conversation may see it now; otherwise None, whether it exists or not.

    Who has shown to be the customer of one order may also see another that has the same e-mail and phone.
    Raises ShopUnavailable.
    """
    order = open_shop().find_order(order_number)
    if order is None:
        return None
    if _verified(conversation).filter(_covers(order)).exists() or _vouched(find_known(conversation), order):
        return order
    return None


def list_verified_names(conversation: str) -> list[str]:
    """The numbers of the orders this conversation has shown it may see, the newest proof first. Asks no shop."""
    return list(_verified(conversation).order_by("-until", "-pk").values_list("order", flat=True))


def list_verified(conversation: str) -> list[Order]:
    """The orders this conversation has shown it may see, the one verified last first. Raises ShopUnavailable."""
    found = (open_shop().find_order(name) for name in list_verified_names(conversation))
    return [order for order in found if order is not None]


def list_own_orders(conversation: str) -> list[Order]:
    """All orders of the person who has shown who they are here, newest first; empty if nobody has.

    Raises ShopUnavailable.
    """
    known = find_known(conversation)
    shop = open_shop()
    found: dict[str, Order] = {}
    if known:
        found = {one.name: one for one in shop.list_orders(known.email, known.phone) if _vouched(known, one)}
    for shown in list_verified(conversation)[:LISTED_MAX]:
        found[shown.name] = shown
        same = shop.list_orders(shown.email, shown.phone) if shown.email and shown.phone else ()
        found |= {one.name: one for one in same if person_of(one) == person_of(shown)}
    return sorted(found.values(), key=lambda one: one.placed_at, reverse=True)[:LISTED_MAX]


def is_confirmed(conversation: str, order: Order) -> bool:
    """Whether this conversation may change the order: by a one-time code, or because the channel vouches."""
    rows = _verified(conversation).filter(_covers(order), confirmed_until__gt=timezone.now())
    return rows.exists() or _vouched(find_known(conversation), order)


def record_confirmed(conversation: str, order: Order) -> None:
    """From now on, for half an hour, this conversation may change the order. Called by `codes` only."""
    until = timezone.now() + VERIFIED_FOR
    VerifiedOrder.objects.update_or_create(
        conversation=conversation,
        order=order.name,
        defaults={"until": until, "confirmed_until": until, "person": person_of(order)},
    )


def person_of(order: Order) -> str:
    """Whose order it is, as a keyed hash; empty where e-mail or phone is missing: then none is the same."""
    return digest(order.email, order.phone) if order.email and order.phone else ""


def digest(*parts: str) -> str:
    """A hash of the parts that nobody can make without SECRET_KEY."""
    return hmac.new(settings.SECRET_KEY.encode(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def _vouched(known: Known | None, order: Order) -> bool:
    if known is None:
        return False
    same_email = bool(known.email) and _same(known.email, order.email or _NOBODY)
    return same_email or (bool(known.phone) and _same(known.phone, order.phone or _NOBODY))


def _verified(conversation: str) -> QuerySet[VerifiedOrder]:
    return VerifiedOrder.objects.filter(conversation=conversation, until__gt=timezone.now())


def _covers(order: Order) -> Q:
    person = person_of(order)
    return Q(order=order.name) | Q(person=person) if person else Q(order=order.name)


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
    return (same_email | same_phone) and order is not None


def _same(said: str, stored: str) -> bool:
    return bool(said) & hmac.compare_digest(digest(said), digest(stored))
