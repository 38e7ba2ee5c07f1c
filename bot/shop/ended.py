"""Forgets how a customer has shown who they are, once that counts no more. A duty of the gateway (`bot.duties`)."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from bot.shop.proofs import CodeTry, IdentityTry, KnownPerson, OneTimeCode, ShownCode, VerifiedOrder

# Longer than any limit counts back (an hour), so that a guesser's tries are seen until then and in a complaint.
TRIES_KEPT = timedelta(days=7)


@transaction.atomic
def forget_ended() -> int:
    """Deletes codes, tries, verifications and sign-ins that have ended; how many. Safe to repeat."""
    now = timezone.now()
    codes = OneTimeCode.objects.filter(made_at__lt=now - TRIES_KEPT)
    CodeTry.objects.filter(code__in=codes).delete()
    done = codes.delete()[0] + IdentityTry.objects.filter(tried_at__lt=now - TRIES_KEPT).delete()[0]
    for kind in (ShownCode, KnownPerson, VerifiedOrder):
        done += kind._default_manager.filter(until__lte=now).delete()[0]
    return done
