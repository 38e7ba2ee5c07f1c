"""Keeps the promise to tell customers when something is back in stock. One of the gateway's duties (`bot.duties`).

Joins `bot.shop` (what is back, and who waits for it) and `bot.conversations` (the outbox). The message and the end of
the promise are one transaction, so that several gateways or a crash tell nobody twice.
"""

from __future__ import annotations

import json

from django.db import transaction

from bot.config import config
from bot.conversations.notices import say_in
from bot.conversations.outreach import queue_outreach
from bot.language.formats import money
from bot.shop.catalogue import Choice, Item
from bot.shop.restock import end_watch, find_back
from bot.shop.restock_watch import RestockWatch


def tell_back() -> int:
    """Tells everybody who waits for something that is there now; how many were told. Safe to repeat."""
    return sum(_tell(watch, item, there) for watch, item, there in find_back())


@transaction.atomic
def _tell(watch: RestockWatch, item: Item, there: list[Choice]) -> bool:
    if not end_watch(watch, "told"):
        return False
    name = item.name(watch.language)
    labels = ", ".join(dict.fromkeys(choice.label for choice in there if choice.label))
    price = money(min(choice.price for choice in there), watch.language)
    link = f"{config().base_url}/products/{item.handle}"
    key = "products.notify.back_in" if labels else "products.notify.back"
    text = say_in(key, watch.language, name=name, price=price, link=link, list=labels)
    payload = f"/product_info{json.dumps({'product': item.handle})}"
    more = {"title": say_in("products.buttons.tell_more", watch.language), "payload": payload, "kind": "choice"}
    message = queue_outreach(watch.conversation, f"restock-{watch.pk}", text, [more])
    if message is None:
        RestockWatch.objects.filter(pk=watch.pk).update(outcome="gone")
    return message is not None
