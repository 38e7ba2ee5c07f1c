"""Whom their channel vouches for: WhatsApp by the number itself, Telegram by the shared contact, the web by a token.

`find_known` is asked by `identity`; `record_known` is called by whoever joins a channel to the shop, before the message
is recorded. A Telegram contact counts only if it is the sender's own (`contact.user_id == from.id`); the caller checks.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from bot.conversations.models import Conversation
from bot.shop.phones import parse_email, parse_phone
from bot.shop.proofs import KnownPerson

# The number of these channels is the person's `external_id`, and the channel has checked it.
NUMBERED = frozenset({"whatsapp"})
KNOWN_FOR = {"token": timedelta(hours=12), "contact": timedelta(days=180)}


@dataclass(frozen=True)
class Known:
    """E-mail in lower case, phone as E.164; either may be empty."""

    email: str = ""
    phone: str = ""


def find_known(conversation: str) -> Known | None:
    """Whom the channel of this conversation vouches for, now; None if it does not."""
    identity = _identity_of(conversation)
    if identity is None:
        return None
    channel, external_id = identity
    if channel in NUMBERED:
        # Whom WhatsApp names by account id only has shown no number (CHANNELS 1.8).
        phone = parse_phone(f"+{external_id}") if external_id.isdigit() else ""
        return Known(phone=phone) if phone else None
    row = KnownPerson.objects.filter(channel=channel, external_id=external_id, until__gt=timezone.now()).first()
    return Known(row.email, row.phone) if row else None


def record_known(channel: str, external_id: str, proof: str, *, email: str = "", phone: str = "") -> bool:
    """Remembers what the channel vouches for (`proof`: token or contact). False if neither can be read."""
    known = Known(parse_email(email), parse_phone(phone))
    if not (known.email or known.phone):
        return False
    KnownPerson.objects.update_or_create(
        channel=channel,
        external_id=external_id,
        defaults={
            "email": known.email,
            "phone": known.phone,
            "proof": proof,
            "until": timezone.now() + KNOWN_FOR[proof],
        },
    )
    return True


def forget_known(channel: str, external_id: str) -> None:
    """The person has signed out on the shop's page."""
    KnownPerson.objects.filter(channel=channel, external_id=external_id).delete()


def _identity_of(conversation: str) -> tuple[str, str] | None:
    try:
        key = uuid.UUID(conversation)
    except ValueError:
        return None
    return Conversation.objects.filter(pk=key).values_list("identity__channel", "identity__external_id").first()
