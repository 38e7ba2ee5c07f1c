"""Keeps the promise to tell customers when something is back in stock. Runs in every gateway, a look a minute.

Joins `bot.shop` (what is back, and who waits for it) and `bot.conversations` (the outbox). The message and the end of
the promise are one transaction, so that several gateways or a crash tell nobody twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable

from django.db import DatabaseError, transaction

from bot.config import config
from bot.conversations.database import DatabasePool
from bot.conversations.notices import say_in
from bot.conversations.outreach import queue_outreach
from bot.language.formats import money
from bot.shop.catalogue import Choice, Item
from bot.shop.restock import end_watch, find_back
from bot.shop.restock_watch import RestockWatch

CHECK_EVERY_S = 60.0

_log = logging.getLogger(__name__)


class BackInStock:
    """The job of one gateway process."""

    def __init__(self, pool: DatabasePool, wake: Callable[[], None], every_s: float = CHECK_EVERY_S) -> None:
        self._pool = pool
        self._wake = wake
        self._every_s = every_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to look; in the gateway's event loop."""
        self._task = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Ends it; what is not told yet is told after the next start."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _look(self) -> None:
        while True:
            try:
                if await self._pool.write(tell_back):
                    self._wake()
            except DatabaseError as error:
                _log.warning("the database does not answer: %s", type(error).__name__)
            except Exception:
                _log.exception("looking for what is back in stock failed and goes on")
            await asyncio.sleep(self._every_s)


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
