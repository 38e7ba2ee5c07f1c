"""Carries conversations through their steps: ask Rasa, hand over to channels, write down what became of it.

One `Worker` per gateway process. What this process records it works on at once; a sweeper finds what was left by others
or by a crash. The worker decides nothing about a conversation: every step comes from a transaction in `steps`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, ParamSpec, Protocol, TypeVar

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError

from bot.channels.contract import Channel, Delayed, OutboundMessage, Rejected, SendResult, Sent
from bot.config import Config
from bot.conversations import steps
from bot.conversations.database import DatabasePool
from bot.conversations.events import PROCESS
from bot.conversations.leases import Claim, LeaseLost
from bot.conversations.people import close_idle
from bot.conversations.steps import Ask, Send, Step
from bot.dialogue.client import choose_address
from bot.dialogue.protocol import TurnRequest, TurnResult
from bot.errors import DialogueBadReply, DialogueUnavailable
from bot.waiting import wait_at_most

P = ParamSpec("P")
R = TypeVar("R")

# Conversations worked on at the same time; more wait in the database for whoever has room.
ROOM = 32
TYPING_AFTER_S = 0.25
IDLE_CHECK_S = 60.0
DATABASE_RETRY_S = (0.05, 0.2, 0.5, 1.0, 2.0)

_log = logging.getLogger(__name__)


class Dialogue(Protocol):
    """What the worker needs of Rasa; `bot.dialogue.client.DialogueClient` in life."""

    async def ask(self, turn: TurnRequest) -> TurnResult:
        """Raises DialogueUnavailable or DialogueBadReply."""
        ...

    async def check_health(self) -> dict[str, bool]:
        """Each Rasa process with whether it is ready."""
        ...


class Write(Protocol):
    """`write` or `write_first` of the database pool."""

    async def __call__(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Raises what `work` raises."""
        ...


class Worker:
    """Made once per process, started in its event loop."""

    def __init__(self, config: Config, pool: DatabasePool, dialogue: Dialogue, channels: Mapping[str, Channel]) -> None:
        self.owner = PROCESS
        self._config = config
        self._pool = pool
        self._dialogue = dialogue
        self._channels = channels
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._last_answer = 0.0
        self._idle_checked = 0.0

    async def start(self) -> None:
        """Begins to look for work, also for what a crash has left."""
        self._loop = asyncio.get_running_loop()
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self, grace_s: float = 5.0) -> None:
        """Takes no more work, lets what is under way finish, and leaves the rest to the next start."""
        if self._sweeper:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper
            self._sweeper = None
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    @property
    def has_room(self) -> bool:
        """Whether it takes one more conversation now."""
        return self._sweeper is not None and len(self._tasks) < ROOM

    def wake(self) -> None:
        """There is work; from any thread, at any time."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    def start_work(self, claim: Claim, step: Step | None) -> None:
        """Carries on with a claimed conversation in a task of its own."""
        if step is None:
            return
        task = asyncio.create_task(self._carry(claim, step))
        self._tasks.add(task)
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[None]) -> None:
        # Only who was full has turned work away; looking for it after every message would be one more transaction.
        was_full = not self.has_room
        self._tasks.discard(task)
        if was_full:
            self._wake.set()

    async def _sweep(self) -> None:
        """Claims what is ready, whenever woken and every SWEEP_S. Never ends by a fault."""
        while True:
            try:
                while self.has_room and (work := await self._pool.write(steps.claim_work, self.owner)):
                    self.start_work(*work)
                await self._close_idle()
            except DatabaseError as error:
                _log.warning("the database does not answer: %s", type(error).__name__)
            except Exception:
                _log.exception("the sweeper failed and goes on")
            await wait_at_most(self._wake, self._config.sweep_s)
            self._wake.clear()

    async def _close_idle(self) -> None:
        if time.monotonic() - self._idle_checked >= IDLE_CHECK_S:
            self._idle_checked = time.monotonic()
            await self._pool.write(close_idle)

    async def _carry(self, claim: Claim, step: Step) -> None:
        """Step after step until nothing is left to do or the lease is somebody else's."""
        following: Step | None = step
        try:
            while following is not None:
                match following:
                    case Send():
                        following = await self._send(claim, following)
                    case Ask():
                        following = await self._ask(claim, following)
        except LeaseLost:
            _log.info("conversation %s went on elsewhere", claim.conversation)
        except (OperationalError, InterfaceError) as error:
            _log.warning("conversation %s waits for the database: %s", claim.conversation, type(error).__name__)
        except Exception as error:
            _log.exception("conversation %s is put aside", claim.conversation)
            with contextlib.suppress(LeaseLost, DatabaseError):
                await self._write(self._pool.write, steps.after_fault, claim, type(error).__name__)

    async def _send(self, claim: Claim, step: Send) -> Step | None:
        """Hands over what the step names, in order; after one that did not go out the others are not tried."""
        # Who has an answer may write the next message at once: it must not overtake the end of the turn before it.
        write = self._pool.write_first
        results = await self._hold(claim, self._hand_over_all((step.message, *step.more)))
        (_, result), *more = results
        try:
            return await self._write(write, steps.after_send, claim, step.message, result, more)
        except (IntegrityError, DataError):
            # The channel named an id that we cannot keep; the message went out all the same.
            _log.exception("the id that %s gave message %s is not kept", step.message.channel, step.message.id)
            return await self._write(write, steps.after_send, claim, step.message, Sent(), more)

    async def _hand_over_all(self, messages: Sequence[OutboundMessage]) -> list[tuple[OutboundMessage, SendResult]]:
        results: list[tuple[OutboundMessage, SendResult]] = []
        for message in messages:
            stopped = bool(results) and not isinstance(results[-1][1], Sent)
            result = Delayed(0.0, "waits for the one before it") if stopped else await self._hand_over(message)
            results.append((message, result))
        return results

    async def _hand_over(self, message: OutboundMessage) -> SendResult:
        channel = self._channels.get(message.channel)
        if channel is None:
            return Rejected(f"off ({message.channel})")
        try:
            return await channel.send(message)
        except Exception as error:
            _log.exception("sending message %s failed", message.id)
            return Delayed(5.0, f"{type(error).__name__} in channel {message.channel}", unknown=True)

    async def _ask(self, claim: Claim, step: Ask) -> Step | None:
        asked = time.monotonic()
        typing = self._show_typing_soon(step)
        try:
            result = await self._hold(claim, self._dialogue.ask(step.request))
            if not result.replies and result.turn.decision != "hand_off":
                raise DialogueBadReply("no reply")
        except (DialogueUnavailable, DialogueBadReply) as error:
            own_fault = await self._is_own_fault(claim, error, asked)
            _log.warning("turn %s of %s failed: %s", step.turn_id, claim.conversation, error)
            return await self._write(self._pool.write, steps.after_failure, claim, step.turn_id, str(error), own_fault)
        except LeaseLost:
            raise
        except Exception as error:
            _log.exception("turn %s of %s failed", step.turn_id, claim.conversation)
            return await self._write(
                self._pool.write, steps.after_failure, claim, step.turn_id, type(error).__name__, True
            )
        finally:
            await self._end_typing(typing)
        self._last_answer = time.monotonic()
        wait_ms = (self._last_answer - asked) * 1000
        try:
            return await self._write(self._pool.write, steps.after_answer, claim, step.turn_id, result, wait_ms)
        except (IntegrityError, DataError) as error:
            _log.exception("the answer to turn %s cannot be stored", step.turn_id)
            return await self._write(
                self._pool.write, steps.after_failure, claim, step.turn_id, type(error).__name__, True
            )

    async def _is_own_fault(self, claim: Claim, error: DialogueUnavailable | DialogueBadReply, asked: float) -> bool:
        """Whether this turn fails by itself (then its tries are counted) or the way to Rasa is cut (then it waits)."""
        if isinstance(error, DialogueBadReply) or self._last_answer > asked:
            return True  # a strange answer, or others were answered meanwhile
        if error.remote_code not in ("", "turn_failed"):
            return False
        health = await self._dialogue.check_health()
        return health[choose_address(str(claim.conversation), list(health))]

    async def _hold(self, claim: Claim, work: Coroutine[Any, Any, R]) -> R:
        """Waits for the outside and keeps the lease meanwhile. Raises: LeaseLost, and what `work` raises."""
        task = asyncio.create_task(work)
        try:
            while not (await asyncio.wait({task}, timeout=self._config.lease_s / 3))[0]:
                await self._write(self._pool.write, steps.renew, claim)
            return task.result()
        finally:
            task.cancel()

    async def _write(self, write: Write, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """A step's transaction; when the database fails, the commit is tried again, not what came before it."""
        for pause_s in DATABASE_RETRY_S:
            try:
                return await write(work, *args, **kwargs)
            except (OperationalError, InterfaceError) as error:
                _log.warning("%s is tried again: %s", getattr(work, "__name__", "write"), type(error).__name__)
                await asyncio.sleep(pause_s)
        return await write(work, *args, **kwargs)

    def _show_typing_soon(self, step: Ask) -> asyncio.Task[None] | None:
        """A turn that is quick needs no typing sign."""
        channel = self._channels.get(step.channel)
        if channel is None:
            return None
        return asyncio.create_task(_show_typing(channel, step.user_external_id))

    async def _end_typing(self, typing: asyncio.Task[None] | None) -> None:
        if typing is None:
            return
        typing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await typing


async def _show_typing(channel: Channel, user_external_id: str) -> None:
    """Shows the sign after a moment and takes it away when cancelled."""
    await asyncio.sleep(TYPING_AFTER_S)
    try:
        await channel.show_typing(user_external_id, True, "bot")
        await asyncio.Event().wait()
    finally:
        await channel.show_typing(user_external_id, False, "bot")
