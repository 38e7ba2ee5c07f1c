"""The heart of the gateway as channels see it (`bot.channels.contract.Inbox`): database functions and the worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

from django.db import DataError

from bot.channels.contract import InboundMessage, Recorded, SessionState
from bot.channels.reports import ChannelEvent, DeliveryReport, Edit
from bot.conversations.bursts import extend_wait
from bot.conversations.changes import record_edit, record_group, record_reach
from bot.conversations.database import DatabasePool
from bot.conversations.files import has_room_for
from bot.conversations.history import find_session
from bot.conversations.inbox import record_inbound
from bot.conversations.outbox import mark_read
from bot.conversations.reports import record_events, record_reports
from bot.conversations.worker import Worker
from bot.errors import MessageUnstorable

P = ParamSpec("P")
R = TypeVar("R")


class DatabaseInbox:
    """One per gateway process."""

    def __init__(self, pool: DatabasePool, worker: Worker, wake_fetcher: Callable[[], None] = lambda: None) -> None:
        self._pool = pool
        self._worker = worker
        self._wake_fetcher = wake_fetcher

    async def record(self, message: InboundMessage) -> Recorded:
        """Commit A; the answer starts at once if this process has room. See `record_inbound` for what it raises."""
        owner = self._worker.owner if self._worker.has_room else None
        accepted = await self._write(record_inbound, message, owner)
        if accepted.claim:
            self._worker.start_work(accepted.claim, accepted.step)
        elif owner is None:
            self._worker.wake()  # there may be room again by now
        if any(one.kept is None for one in message.attachments):
            self._wake_fetcher()
        return accepted.recorded

    async def record_reports(self, reports: Sequence[DeliveryReport]) -> None:
        """See `reports.record_reports`."""
        await self._write(record_reports, reports)

    async def record_events(self, events: Sequence[ChannelEvent]) -> None:
        """See `reports.record_events`."""
        await self._write(record_events, events)

    async def record_edit(self, event: ChannelEvent, edit: Edit) -> bool:
        """See `changes.record_edit`."""
        return await self._write(record_edit, event, edit)

    async def record_reach(self, event: ChannelEvent, user_external_id: str, reachable: bool) -> bool:
        """See `changes.record_reach`."""
        return await self._write(record_reach, event, user_external_id, reachable)

    async def record_group(self, event: ChannelEvent) -> bool:
        """See `changes.record_group`."""
        return await self._write(record_group, event)

    async def record_writing(self, channel: str, user_external_id: str) -> None:
        """See `bursts.extend_wait`."""
        await self._pool.write(extend_wait, channel, user_external_id)

    async def open_session(self, channel: str, user_external_id: str, after_id: int) -> SessionState:
        """See `find_session`."""
        return await self._pool.read(find_session, channel, user_external_id, after_id)

    async def has_room_for(self, channel: str, user_external_id: str) -> bool:
        """See `files.has_room_for`."""
        return await self._pool.read(has_room_for, channel, user_external_id)

    async def mark_read(self, channel: str, user_external_id: str, up_to_id: int) -> None:
        """See `outbox.mark_read`."""
        await self._pool.write(mark_read, channel, user_external_id, up_to_id)

    async def _write(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Raises: MessageUnstorable for what will never fit; any other error: not stored, try again."""
        try:
            return await self._pool.write_first(work, *args, **kwargs)
        except (DataError, ValueError, TypeError) as error:
            raise MessageUnstorable(type(error).__name__) from error
