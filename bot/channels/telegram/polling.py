"""Long polling: takes updates from Telegram where no webhook can reach, and delivers them to the gateway one by one.

What was delivered is confirmed to Telegram only by the next question, so that a crash anywhere costs nothing: the same
updates come again, and the gateway knows them. Source: CHANNELS 2.3.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from bot.channels.telegram.api import ApiRefused, ApiUnanswered, BotApi
from bot.channels.telegram.results import choose_pause, is_unwelcome
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.errors import ChannelError, ConfigError

Json = dict[str, Any]
# The longest that Telegram waits.
WAIT_S = 50
TOGETHER_MAX = 100
RIVAL_PAUSE_S = 5.0
# Between two questions to a server that does not wait with its answer, as Telegram does.
IDLE_PAUSE_S = 0.3

_log = logging.getLogger(__name__)


class NotDelivered(ChannelError):
    """The gateway has not stored it; repeating helps."""

    code = "not_delivered"


# Returns when the gateway has the update. Raises: NotDelivered.
Deliver = Callable[[Json], Awaitable[None]]


class Poller:
    """One per bot: two would take each other's updates."""

    def __init__(self, api: BotApi, deliver: Deliver, wait_s: int = WAIT_S) -> None:
        self._api = api
        self._deliver = deliver
        self._wait_s = wait_s
        self._offset = 0
        self._faults = 0

    async def run(self) -> None:
        """Until cancelled. Raises: ConfigError if Telegram refuses the token."""
        while True:
            try:
                asked = time.monotonic()
                taken = await self.take_some()
                self._faults = 0
                if not taken and time.monotonic() - asked < IDLE_PAUSE_S:
                    await asyncio.sleep(IDLE_PAUSE_S)
            except ApiRefused as error:
                await asyncio.sleep(await self._recover(error))
            except ApiUnanswered as error:
                self._faults += 1
                _log.warning("%s", error)
                await asyncio.sleep(choose_pause(min(self._faults, 5)))

    async def take_some(self) -> int:
        """One question to Telegram, and the delivery of what it gave; how many.

        No offset is kept over a start or a quiet time: Telegram hands out what is not confirmed, and after a quiet week
        it numbers anew, perhaps below.
        """
        params: Json = {"timeout": self._wait_s, "limit": TOGETHER_MAX, "allowed_updates": ALLOWED_UPDATES}
        if self._offset:
            params["offset"] = self._offset
        updates = await self._api.call("getUpdates", params, wait_s=self._wait_s)
        for update in updates:
            await self._deliver_until_taken(update)
            self._offset = int(update["update_id"]) + 1
        if not updates:
            self._offset = 0
        return len(updates)

    async def _deliver_until_taken(self, update: Json) -> None:
        """Nothing is skipped: a later update of the same person must not overtake."""
        tries = 0
        while True:
            try:
                return await self._deliver(update)
            except NotDelivered as error:
                tries += 1
                _log.warning("the gateway has not taken update %s: %s", update.get("update_id"), error)
                await asyncio.sleep(choose_pause(min(tries, 4)))

    async def _recover(self, error: ApiRefused) -> float:
        """What helps against a refusal, and the pause after it. Raises: ConfigError."""
        if is_unwelcome(error):
            raise ConfigError("Telegram refuses TELEGRAM_BOT_TOKEN: compare it with what BotFather says")
        if error.error_code == HTTPStatus.CONFLICT and "webhook" in error.description.lower():
            _log.warning("the bot has a webhook: it is taken away, nothing that waits is dropped")
            await self._api.call("deleteWebhook", {"drop_pending_updates": False})
            return 0.0
        if error.error_code == HTTPStatus.CONFLICT:
            _log.warning("somebody else polls for this bot")
            return RIVAL_PAUSE_S
        _log.warning("%s", error)
        self._faults += 1
        return error.retry_after_s or choose_pause(min(self._faults, 5))
