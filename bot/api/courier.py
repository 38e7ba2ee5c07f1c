"""Carries events to their endpoints: one job per gateway process, beside those of other gateways.

Looks for rows that are due, has each sent by what stands at its end (a webhook, Chatwoot) and notes what became of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import Protocol

import httpx
from django.db import DatabaseError
from django.utils import timezone

from bot.api import deliveries
from bot.api.deliveries import Outcome
from bot.api.models import Delivery, Kind
from bot.api.payloads import build_body, name_key
from bot.api.signing import build_headers
from bot.api.targets import TargetRefused, find_target
from bot.conversations.database import DatabasePool
from bot.waiting import wait_at_most

LOOK_EVERY_S = 0.5
TOGETHER_MAX = 8
SEND_TIMEOUT_S = 15.0
TOOK = range(200, 300)
GONE = 410

_log = logging.getLogger(__name__)


class Sender(Protocol):
    """Sends one event. May raise; then it is tried again."""

    async def send(self, row: Delivery) -> Outcome:
        """What the other side said."""
        ...

    async def close(self) -> None:
        """Ends its connections."""
        ...


class WebhookSender:
    """Signed requests (`signing`) to checked addresses (`targets`)."""

    def __init__(self, pool: DatabasePool) -> None:
        self._pool = pool
        self._client = httpx.AsyncClient(timeout=SEND_TIMEOUT_S, trust_env=False, follow_redirects=False)

    async def send(self, row: Delivery) -> Outcome:
        """2xx is taken; 410 never wants it again; what it answers besides is not read."""
        body = await self._pool.read(build_body, row)
        if body is None:
            return Outcome(True, error="withdrawn")
        headers = build_headers(row.endpoint, name_key(row), body, timezone.now())
        try:
            target = await find_target(row.endpoint.url)
        except TargetRefused as error:
            return Outcome(False, error=error.reason, final=True)
        headers |= {"content-type": "application/json", "host": target.host_header, "user-agent": "Seva-Webhooks/1"}
        extensions = {"sni_hostname": target.host}
        async with self._client.stream(
            "POST", target.url, content=body, headers=headers, extensions=extensions
        ) as answer:
            taken = answer.status_code in TOOK
            return Outcome(taken, answer.status_code, "" if taken else "refused", final=answer.status_code == GONE)

    async def close(self) -> None:
        """Ends its connections."""
        await self._client.aclose()


class Courier:
    """Made once per process, started in its event loop."""

    def __init__(
        self, pool: DatabasePool, senders: Mapping[str, Sender], prepare: Callable[[], None] = lambda: None
    ) -> None:
        self._pool = pool
        self._prepare = prepare
        self._senders = {Kind.WEBHOOK.value: WebhookSender(pool), **senders}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins, also with what a crash has left behind."""
        self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Ends it; what is under way is tried again after the next start."""
        for task in (*self._tasks, *([self._looking] if self._looking else [])):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for sender in self._senders.values():
            await sender.close()

    async def _look(self) -> None:
        prepared = False
        while True:
            try:
                if not prepared:
                    await self._pool.write(self._prepare)
                    prepared = True
                room = TOGETHER_MAX - len(self._tasks)
                if room and await self._pool.read(deliveries.has_due):
                    for row in await self._pool.write(deliveries.claim_due, room):
                        self._begin(row)
            except DatabaseError as error:
                _log.warning("the database does not answer: %s", type(error).__name__)
            except Exception:
                _log.exception("looking for webhooks to send failed and goes on")
            await wait_at_most(self._wake, LOOK_EVERY_S)
            self._wake.clear()

    def _begin(self, row: Delivery) -> None:
        task = asyncio.create_task(self._carry(row))
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.set()

    async def _carry(self, row: Delivery) -> None:
        sender = self._senders.get(row.endpoint.kind)
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                outcome = await sender.send(row) if sender else Outcome(False, error="off")
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            # The words of such an error may hold the address with its secrets; its kind says enough.
            outcome = Outcome(False, error=f"unreached ({type(error).__name__})")
        except Exception:
            _log.exception("sending event %s failed", row.pk)
            outcome = Outcome(False, error="failed")
        with contextlib.suppress(DatabaseError):
            await self._pool.write(deliveries.mark_outcome, row, outcome)
