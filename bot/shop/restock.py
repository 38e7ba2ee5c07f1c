"""Promises to tell when something is back in stock: given, ended by the customer, due, kept.

The actions give and end them on the customer's word; `bot.back_in_stock` keeps them.
"""

from __future__ import annotations

from typing import Literal

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from bot.shop.catalogue import Choice, Item, load_catalogue
from bot.shop.models import Product
from bot.shop.restock_watch import RestockWatch
from bot.shop.search import Wish, fitting_choices

Outcome = Literal["told", "stopped", "gone"]
# A contact with more promises than this is no customer; and each would be a message.
OPEN_MAX = 20


def record_watch(
    conversation: str, contact: str, message_id: str, item: Item, wish: Wish, language: str
) -> RestockWatch | None:
    """The promise, new or as it was already given; None if this contact has too many. Safe to repeat."""
    key = {
        "size": wish.sizes[0][:100] if wish.sizes else "",
        "colour": wish.colours[0][:100] if wish.colours else "",
    }
    known = RestockWatch.objects.filter(conversation=conversation, product__handle=item.handle)
    found = known.filter(message_id=message_id).first() or known.filter(**key, ended_at=None).first()
    if found or find_open(conversation, contact).count() >= OPEN_MAX:
        return found
    product = Product.objects.get(handle=item.handle)
    try:
        with transaction.atomic():
            return RestockWatch.objects.create(
                conversation=conversation, contact=contact, message_id=message_id, product=product, language=language,
                **key,
            )  # fmt: skip
    except IntegrityError:  # the same turn runs twice at once
        return known.filter(Q(message_id=message_id) | Q(**key, ended_at=None)).first()


def find_open(conversation: str, contact: str) -> QuerySet[RestockWatch]:
    """What this customer is still to be told."""
    mine = Q(conversation=conversation) | Q(contact=contact) if contact else Q(conversation=conversation)
    return RestockWatch.objects.filter(mine, ended_at=None).select_related("product").order_by("pk")


def stop_watches(conversation: str, contact: str, handle: str = "") -> list[str]:
    """Ends this customer's promises (of one product, if named); returns their products' handles."""
    watches = find_open(conversation, contact)
    if handle:
        watches = watches.filter(product__handle=handle)
    stopped = list(dict.fromkeys(watches.values_list("product__handle", flat=True)))
    watches.update(ended_at=timezone.now(), outcome="stopped")
    return stopped


def find_back(limit: int = 100) -> list[tuple[RestockWatch, Item, list[Choice]]]:
    """Promises that are due: the product is on sale and can be had in the size and colour named; which ones."""
    due = []
    catalogue = load_catalogue()
    for watch in RestockWatch.objects.filter(ended_at=None).select_related("product").order_by("pk").iterator():
        item = catalogue.get(watch.product.handle)
        there = [choice for choice in fitting_choices(item, wish_of(watch)) if choice.available] if item else []
        if item and there:
            due.append((watch, item, there))
        if len(due) >= limit:
            break
    return due


def end_watch(watch: RestockWatch, outcome: Outcome) -> bool:
    """Ends one promise; whether this call did. In the transaction of the message that keeps it."""
    open_one = RestockWatch.objects.filter(pk=watch.pk, ended_at=None)
    return bool(open_one.update(ended_at=timezone.now(), outcome=outcome))


def wish_of(watch: RestockWatch) -> Wish:
    """The size and colour that were named."""
    return Wish(sizes=(watch.size,) if watch.size else (), colours=(watch.colour,) if watch.colour else ())
