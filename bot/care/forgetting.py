"""The end of erasing: what had to stay until the customer was told, and what a channel might still repeat; and the end
of what channels announced.

Duties of the gateway (`bot.duties`); an operator who cannot wait for erasing runs `seva privacy forget`.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from bot.care.models import PrivacyRequest
from bot.conversations.models import ChannelIdentity, ChannelNotice, Conversation, DeliveryRecord, Message
from bot.conversations.states import UNSENT, State

FORGOTTEN = "forgotten-"
# Providers deliver again for up to 7 days, and a message's own id is how a second delivery is known. WhatsApp's ids
# hold the number.
IDS_KEPT = timedelta(days=8)
# Announcements of channels may name people: they are kept for as long as somebody may look into a fault.
NOTICES_KEPT = timedelta(days=30)


def forget_addresses() -> int:
    """Takes away the channels' addresses of contacts that are erased and have been told; how many. Safe to repeat."""
    with transaction.atomic():
        _forget_message_ids()
        told = _forget_told()
    if told:
        _empty_journal()
    return told


def forget_notices() -> int:
    """Takes away what channels announced longer ago than NOTICES_KEPT; how many. Safe to repeat."""
    deleted, _ = ChannelNotice.objects.filter(created_at__lt=timezone.now() - NOTICES_KEPT).delete()
    return deleted


def _forget_told() -> int:
    done = (
        PrivacyRequest.objects.filter(wish="erase", state="done").exclude(contact="").values_list("contact", flat=True)
    )
    ids = [int(contact) for contact in done if contact.isdigit()]
    waiting = Message.objects.filter(conversation__contact_id__in=ids, delivery__in=UNSENT)
    found = ChannelIdentity.objects.filter(contact_id__in=ids).exclude(external_id__startswith=FORGOTTEN)
    told = found.exclude(contact_id__in=waiting.values("conversation__contact_id"))
    for identity in told:
        talks = Conversation.objects.filter(identity=identity).exclude(state=State.CLOSED)
        talks.update(state=State.CLOSED, closed_at=timezone.now(), ready_at=None)
        forget_address(identity)
    return len(told)


def forget_address(identity: ChannelIdentity) -> None:
    """Nobody is reached or found by it from now on. Inside the caller's transaction; safe to repeat."""
    ChannelIdentity.objects.filter(pk=identity.pk).update(
        external_id=f"{FORGOTTEN}{uuid.uuid4().hex}", account_id=None, reachable=False
    )


def _forget_message_ids() -> None:
    since = timezone.now() - IDS_KEPT
    old = Message.objects.filter(conversation__identity__external_id__startswith=FORGOTTEN, created_at__lt=since)
    unknown = Q(message=None, created_at__lt=since)
    DeliveryRecord.objects.filter(unknown | Q(message__in=old)).delete()
    old.filter(external_id__isnull=False).update(external_id=None)


def _empty_journal() -> None:
    """SQLite's journal file still holds the pages as they were; emptied now if nobody reads them, else by and by."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
