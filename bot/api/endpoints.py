"""Adds, changes and takes away the addresses of webhooks; for the admin's page and the API alike.

Each is one transaction with its row in the audit list. The connector to Chatwoot is no such address: settings make it.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from bot.accounts.audit import Actor, record
from bot.accounts.secret_words import make_salt
from bot.api import deliveries, signing
from bot.api.hooks import EVENTS
from bot.api.models import Endpoint, Kind
from bot.api.targets import check_url


def list_endpoints() -> QuerySet[Endpoint]:
    """All addresses that somebody has added."""
    return Endpoint.objects.filter(kind=Kind.WEBHOOK)


@transaction.atomic
def add_endpoint(who: Actor, name: str, url: str, events: Sequence[str]) -> Endpoint:
    """A new address with a secret of its own. Raises TargetRefused if no webhook may go there."""
    check_url(url)
    wanted = [one for one in EVENTS if one in events]
    made = Endpoint.objects.create(name=name, url=url, events=wanted, salt=make_salt(), created_by=who.name)
    record(who, "webhook.added", target=f"webhook:{made.pk}", detail={"events": wanted})
    return made


@transaction.atomic
def change_endpoint(who: Actor, endpoint: Endpoint, *, name: str, url: str, events: Sequence[str]) -> None:
    """Makes these its name, address and events; the secret stays. Raises TargetRefused if no webhook may go there."""
    check_url(url)
    wanted = [one for one in EVENTS if one in events]
    if (name, url, wanted) == (endpoint.name, endpoint.url, endpoint.events):
        return
    endpoint.name, endpoint.url, endpoint.events = name, url, wanted
    endpoint.save(update_fields=["name", "url", "events"])
    record(who, "webhook.changed", target=f"webhook:{endpoint.pk}", detail={"events": wanted})


@transaction.atomic
def pause_endpoint(who: Actor, endpoint: Endpoint, *, active: bool) -> None:
    """Paused, it is told of nothing new and what it has yet to be told waits; `active` lets it go on."""
    endpoint.active = active
    endpoint.save(update_fields=["active"])
    record(who, "webhook.resumed" if active else "webhook.paused", target=f"webhook:{endpoint.pk}")


@transaction.atomic
def renew_secret(who: Actor, endpoint: Endpoint) -> str:
    """A new secret, as the receiver enters it; the old one signs beside it for a day."""
    signing.renew_secret(endpoint)
    record(who, "webhook.secret_renewed", target=f"webhook:{endpoint.pk}")
    return signing.show_secret(endpoint)


@transaction.atomic
def delete_endpoint(who: Actor, endpoint: Endpoint) -> None:
    """It is told of nothing more; its log goes with it."""
    target = f"webhook:{endpoint.pk}"
    endpoint.delete()
    record(who, "webhook.deleted", target=target)


@transaction.atomic
def send_again(who: Actor, endpoint: Endpoint, delivery_id: int) -> bool:
    """What the log holds under this number is tried anew, with the same id; False if it holds no such thing."""
    if not endpoint.deliveries.filter(pk=delivery_id).exists() or not deliveries.send_again(delivery_id):
        return False
    record(who, "webhook.sent_again", target=f"webhook:{endpoint.pk}/{delivery_id}")
    return True
