"""Finds conversations by what an agent knows of them: words said, a name, a phone, an e-mail, an order. Reads only.

Works alike on SQLite and PostgreSQL. What was said is looked through from the newest back, and not without end.
"""

from __future__ import annotations

import re
import uuid
from itertools import chain

from django.db.models import Max, Q, QuerySet

from bot.care.models import Complaint
from bot.conversations.models import Conversation, HandOff, Message
from bot.shop.models import Order
from bot.shop.proofs import KnownPerson, VerifiedOrder

FOUND_MAX = 200
# About half a year of a busy shop; reading through them takes a tenth of a second.
MESSAGES_BACK = 100_000
DIGITS_MIN = 4
# Without the country's code.
PHONE_DIGITS = 10
# Channels whose addresses are phone numbers (country code first, digits only).
PHONE_CHANNELS = ("whatsapp",)
_ORDER = re.compile(r"^#?([A-Za-z]{1,6}-?\d{3,})$")


def find_matches(words: str) -> list[uuid.UUID]:
    """Ids of conversations that fit, at most some hundreds, without an order. One letter alone finds nothing."""
    if len(words) < 2:
        return []
    ids: set[uuid.UUID] = set()
    ids.update(_find_people(words))
    ids.update(_find_orders(words))
    newest = Message.objects.aggregate(newest=Max("id"))["newest"] or 0
    said = Message.objects.filter(id__gt=newest - MESSAGES_BACK, text__icontains=words).order_by("-id")
    ids.update(said.values_list("conversation_id", flat=True)[:FOUND_MAX])
    return list(ids)


def _find_people(words: str) -> set[uuid.UUID]:
    """By name; by phone where the channel's address is one; by what the channel or the shop's page vouches for."""
    digits = _read_phone(words)
    who = Q(contact__name__icontains=words)
    known = Q()
    if "@" in words:
        known |= Q(email__icontains=words)
    if digits:
        who |= Q(identity__channel__in=PHONE_CHANNELS, identity__external_id__contains=digits)
        known |= Q(phone__contains=digits)
    if known:
        people = KnownPerson.objects.filter(known).values_list("channel", "external_id")[:FOUND_MAX]
        for channel, external_id in people:
            who |= Q(identity__channel=channel, identity__external_id=external_id)
    return set(_newest(Conversation.objects.filter(who)))


def _find_orders(words: str) -> set[uuid.UUID]:
    """By an order's number, however it came up; by the e-mail or phone of an order that was confirmed."""
    named = _ORDER.match(words)
    digits = _read_phone(words)
    wanted = Q(pk=None)
    if named:
        wanted |= Q(name__iexact=named[1])
    if "@" in words:
        wanted |= Q(email__iexact=words)
    if digits:
        wanted |= Q(digits=digits) | Q(phone__endswith=digits[-PHONE_DIGITS:])
    # An order that lives in a foreign shop has no row here, only its number.
    names = {words, words.upper(), named[1].upper()} if named else set()
    names.update(Order.objects.filter(wanted).values_list("name", flat=True)[:FOUND_MAX])
    if not names:
        return set()
    verified = VerifiedOrder.objects.filter(order__in=names).values_list("conversation", flat=True)
    complained = Complaint.objects.filter(order__in=names).values_list("conversation", flat=True)
    keys = set(chain(verified[:FOUND_MAX], complained[:FOUND_MAX]))
    ids = set(_newest(Conversation.objects.filter(pk__in=[key for key in keys if _is_id(key)])))
    told = HandOff.objects.filter(summary__order__in=sorted(names)).order_by("-created_at")
    return ids | set(told.values_list("conversation_id", flat=True)[:FOUND_MAX])


def _read_phone(words: str) -> str:
    """Digits of what people write as a phone number; empty for anything else."""
    digits = "".join(filter(str.isdecimal, words)).removeprefix("00")
    return digits if len(digits) >= DIGITS_MIN and not re.search(r"[^\d\s+().-]", words) else ""


def _newest(found: QuerySet[Conversation]) -> list[uuid.UUID]:
    return list(found.order_by("-last_message_at").values_list("pk", flat=True)[:FOUND_MAX])


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
