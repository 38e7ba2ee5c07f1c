"""In which browsers somebody is signed in, and ending that: at once, open pages included."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from bot.accounts.audit import find_address
from bot.accounts.devices import name_device
from bot.accounts.models import SignIn
from bot.conversations import events

ENDED = "session.ended"
SEEN_EVERY = timedelta(minutes=1)


def note_request(request: HttpRequest, user: User) -> None:
    """Keeps when and from where this browser was last used."""
    key = request.session.session_key
    if not key:
        return
    now = timezone.now()
    address, device = find_address(request), name_device(request.headers.get("User-Agent", ""))
    known = SignIn.objects.filter(session_key=key).first()
    if known is None:
        fresh = {"user": user, "address": address, "device": device, "seen_at": now}
        SignIn.objects.get_or_create(session_key=key, defaults=fresh)
    elif now - known.seen_at > SEEN_EVERY or known.address != address:
        SignIn.objects.filter(pk=known.pk).update(seen_at=now, address=address, device=device)


def list_sign_ins(user: User) -> list[SignIn]:
    """Where the person is signed in now, the last used first."""
    found = list(SignIn.objects.filter(user=user).order_by("-seen_at"))
    keys = [one.session_key for one in found]
    alive = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    open_keys = set(alive.values_list("session_key", flat=True))
    return [one for one in found if one.session_key in open_keys]


@transaction.atomic
def end_sign_in(user: User, pk: int) -> bool:
    """That browser is signed out; False if it was not one of this person's."""
    return _end(user, SignIn.objects.filter(user=user, pk=pk).values_list("session_key", flat=True)) > 0


@transaction.atomic
def end_all(user: User, except_key: str | None = None) -> int:
    """All browsers are signed out, but for this one; how many."""
    found = SignIn.objects.filter(user=user).exclude(session_key=except_key or "")
    return _end(user, found.values_list("session_key", flat=True))


def _end(user: User, keys: object) -> int:
    ending = list(keys)  # type: ignore[call-overload]
    for key in ending:
        SessionStore(session_key=key).delete()
    SignIn.objects.filter(session_key__in=ending).delete()
    events.publish(events.Event(ENDED, "", "", {"user": user.pk}))
    return len(ending)
