"""Tells a customer's open page who answers now, that an agent is writing or has seen their words, when that changes in
this process.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from django.db import DatabaseError

from bot.channels.contract import Channel
from bot.conversations import events
from bot.conversations.database import DatabasePool
from bot.conversations.events import Event
from bot.conversations.models import Conversation

# What is shown besides changes of state.
SHOWN = frozenset((events.TYPING, events.AGENT_READ))

_log = logging.getLogger(__name__)


class Presence:
    """Listens to the events of this process and passes them to the conversation's channel."""

    def __init__(self, pool: DatabasePool, channels: Mapping[str, Channel], wake: Callable[[], None]) -> None:
        self._pool = pool
        self._channels = channels
        self._wake = wake
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._remove: Callable[[], None] | None = None

    def start(self) -> None:
        """Begins to listen; in the gateway's event loop."""
        self._loop = asyncio.get_running_loop()
        self._remove = events.add_listener(self._receive)

    def stop(self) -> None:
        """Ends it."""
        if self._remove:
            self._remove()

    def _receive(self, event: Event) -> None:
        if event.name == events.MESSAGE_RECORDED and event.data.get("author") == "agent":
            self._wake()
        elif event.name in events.STATE_CHANGES or event.name in SHOWN:
            if event.name != events.AGENT_READ:
                self._wake()
            if self._loop and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._begin, event)

    def _begin(self, event: Event) -> None:
        task = asyncio.create_task(self._show(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _show(self, event: Event) -> None:
        try:
            user = await self._pool.read(_find_user, event.conversation)
        except DatabaseError as error:
            _log.warning("a page is not told of %s: %s", event.name, type(error).__name__)
            return
        channel = self._channels.get(user[0]) if user else None
        if channel is None or user is None:
            return
        if event.name == events.TYPING:
            await channel.show_typing(user[1], bool(event.data["on"]), "agent")
        elif event.name == events.AGENT_READ:
            await channel.show_read(user[1], int(event.data["up_to"]))
        else:
            await channel.show_state(user[1], event.state, str(event.data.get("agent_name", "")))


def _find_user(conversation_id: str) -> tuple[str, str] | None:
    return Conversation.objects.filter(pk=conversation_id).values_list("channel", "identity__external_id").first()
