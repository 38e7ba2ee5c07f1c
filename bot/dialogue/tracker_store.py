"""Where Rasa keeps conversations: one small row each, and the recorded answers of its last messages.

Made by Rasa from endpoints.yml, inside the Rasa process; `channel` uses it without Rasa's FailSafeTrackerStore, which
would hide every failure. SQLite (`rasa.db` in DATA_DIR) or PostgreSQL (DATABASE_URL). Imports no Django.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.config import config
from bot.dialogue.bounded import bounded_events, read_events, write_events
from bot.dialogue.protocol import Json
from bot.dialogue.storage import ANSWER, STATE, make_engine

T = TypeVar("T")

# Enough for every repeat the gateway can still send: it gives a message up after a handful of tries.
KEEP_ANSWERS = 20
# Threads only so that a locked database stalls its own turn and not the others.
THREADS = 4


class StaleConversation(Exception):
    """Somebody else saved this conversation meanwhile; nothing was written."""


@dataclass(frozen=True)
class Loaded:
    """What is known of a conversation: its tracker and version, and the answer of one message if it has one."""

    tracker: DialogueStateTracker | None
    version: int
    answer: Json | None


class BoundedTrackerStore(TrackerStore):
    """Rasa's tracker store, bounded. `load` and `record_turn` are for the channel, `save` and `retrieve` for Rasa."""

    def __init__(
        self,
        domain: Domain | None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._engine = make_engine(host or config().database_url, config().data_path)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="tracker-store")

    @property
    def domain(self) -> Domain:
        """The model's domain; Rasa sets it once the model is loaded."""
        return self._domain

    @domain.setter
    def domain(self, domain: Domain | None) -> None:
        self._domain = domain or Domain.empty()

    async def load(self, conversation: str, message_id: str | None = None) -> Loaded:
        """The conversation as last saved. Raises SQLAlchemy's errors when the database does not answer in time."""
        version, state, answer = await self._in_thread(lambda: self._read(conversation, message_id))
        tracker = None
        if state is not None:
            tracker = DialogueStateTracker.from_events(conversation, read_events(state), slots=self.domain.slots)
        return Loaded(tracker, version, None if answer is None else json.loads(answer))

    async def record_turn(self, tracker: DialogueStateTracker, version: int, message_id: str, answer: Json) -> None:
        """Saves conversation and answer in one transaction.

        Raises StaleConversation when `version` is not the last one any more, or SQLAlchemy's errors: nothing was saved.
        """
        events = bounded_events(tracker, self.domain.slots)
        state = write_events(events)
        recorded = json.dumps(answer, ensure_ascii=False)
        await self._in_thread(lambda: self._write(tracker.sender_id, version, state, (message_id, recorded)))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Saves without an answer, whatever was there (`rasa shell`)."""
        loaded = await self.load(tracker.sender_id)
        state = write_events(bounded_events(tracker, self.domain.slots))
        await self._in_thread(lambda: self._write(tracker.sender_id, loaded.version, state, None))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation as last saved, or None."""
        return (await self.load(sender_id)).tracker

    async def keys(self) -> Iterable[str]:
        """All conversations."""
        return await self._in_thread(self._read_keys)

    async def delete(self, conversation: str) -> None:
        """Forgets a conversation with its recorded answers."""
        await self._in_thread(lambda: self._delete(conversation))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _read(self, conversation: str, message_id: str | None) -> tuple[int, str | None, str | None]:
        with self._engine.connect() as connection:
            row = connection.execute(_SELECT, {"c": conversation, "m": message_id or ""}).first()
        return (0, None, None) if row is None else (row[0], row[1], row[2])

    def _write(self, conversation: str, version: int, state: str, answer: tuple[str, str] | None) -> None:
        row = {"c": conversation, "v": version, "next": version + 1, "state": state, "now": time.time()}
        with self._engine.execution_options(writes=True).begin() as connection:
            if connection.execute(_INSERT if version == 0 else _UPDATE, row).rowcount != 1:
                raise StaleConversation(conversation)
            if answer is not None:
                recorded = {"c": conversation, "m": answer[0], "v": version + 1, "answer": answer[1]}
                connection.execute(_INSERT_ANSWER, recorded)
                connection.execute(_TRIM_ANSWERS, {"c": conversation, "v": version + 1 - KEEP_ANSWERS})

    def _read_keys(self) -> list[str]:
        with self._engine.connect() as connection:
            return [row[0] for row in connection.execute(sa.select(STATE.c.conversation))]

    def _delete(self, conversation: str) -> None:
        with self._engine.execution_options(writes=True).begin() as connection:
            for table in (ANSWER, STATE):
                connection.execute(table.delete().where(table.c.conversation == conversation))


_SELECT = sa.text(
    "SELECT s.version, s.state, a.answer FROM dialogue_state s LEFT JOIN dialogue_answer a"
    " ON a.conversation = s.conversation AND a.message_id = :m WHERE s.conversation = :c"
)
_INSERT = sa.text(
    "INSERT INTO dialogue_state (conversation, version, state, saved_at) VALUES (:c, :next, :state, :now)"
    " ON CONFLICT (conversation) DO NOTHING"
)
# The version is the fence: of two processes that answer the same conversation at once only one can save.
_UPDATE = sa.text(
    "UPDATE dialogue_state SET version = :next, state = :state, saved_at = :now"
    " WHERE conversation = :c AND version = :v"
)
_INSERT_ANSWER = sa.text(
    "INSERT INTO dialogue_answer (conversation, message_id, version, answer) VALUES (:c, :m, :v, :answer)"
)
_TRIM_ANSWERS = sa.text("DELETE FROM dialogue_answer WHERE conversation = :c AND version <= :v")
