"""The channel `telegram`: what goes out to people, and the files they sent. What comes in is `webhook`'s."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from bot.channels.contract import Limits, OutboundMessage, SendResult
from bot.channels.media import Attachment, MediaRefused, MediaSink, MediaUnavailable
from bot.channels.telegram.api import ApiRefused, ApiUnanswered, BotApi
from bot.channels.telegram.keyboards import ChoiceSigner
from bot.channels.telegram.pictures import Pictures
from bot.channels.telegram.rendering import TEXT_MAX
from bot.channels.telegram.results import is_gone
from bot.channels.telegram.sender import Sender
from bot.channels.telegram.typing_signs import TypingSigns
from bot.channels.telegram.updates import NAME, Tap
from bot.language.languages import DEFAULT_LANGUAGE
from bot.language.texts import LANGUAGES, say

TOAST_MAX = 200
STOP_TIMEOUT_S = 2.0

_log = logging.getLogger(__name__)


class Telegram:
    """One per gateway process."""

    name = NAME
    limits = Limits(text_max=TEXT_MAX, buttons_max=100, button_title_max=64, cards=True, images=True)

    def __init__(self, api: BotApi, signer: ChoiceSigner, pictures: Pictures) -> None:
        self._api = api
        self._pictures = pictures
        self._sender = Sender(api, signer, pictures)
        self._signs = TypingSigns(self._show_sign)
        self._afterwards: set[asyncio.Task[None]] = set()
        self._username = ""

    @property
    def bot_id(self) -> str:
        """The bot's own user id."""
        return self._api.bot_id

    async def stop(self) -> None:
        """Ends what is under way and closes the connections."""
        await self._signs.stop()
        if self._afterwards:
            await asyncio.wait(self._afterwards, timeout=STOP_TIMEOUT_S)
        await self._pictures.close()
        await self._api.close()

    async def send(self, message: OutboundMessage) -> SendResult:
        """See `Sender`."""
        self._signs.turn_off(message.user_external_id)
        return await self._sender.send(message)

    async def show_typing(self, user_external_id: str, on: bool, who: str) -> None:
        """A sign that somebody writes."""
        if on:
            self._signs.turn_on(user_external_id)
        else:
            self._signs.turn_off(user_external_id)

    async def show_state(self, user_external_id: str, state: str, agent_name: str) -> None:
        """Nothing: who writes stands above an agent's messages."""

    async def show_read(self, user_external_id: str, up_to_id: int) -> None:
        """Nothing: a bot's chat has no such sign."""

    async def fetch_media(self, attachment: Attachment, sink: MediaSink) -> None:
        """A file that somebody sent (getFile: at most 20 MB, CHANNELS 2.5). Raises: MediaUnavailable, MediaRefused."""
        try:
            file = await self._api.call("getFile", {"file_id": attachment.reference})
            async for chunk in self._api.download(str(file["file_path"])):
                sink.write(chunk)
        except ApiUnanswered as error:
            raise MediaUnavailable(str(error)) from None
        except ApiRefused as error:
            if is_gone(error):
                raise MediaRefused("too_large" if "too big" in error.description.lower() else "gone") from None
            raise MediaUnavailable(str(error), error.retry_after_s or 30.0) from None
        except (KeyError, TypeError):
            raise MediaRefused("gone") from None

    async def find_username(self) -> str:
        """The bot's public name, asked once. Raises: ApiRefused, ApiUnanswered."""
        if not self._username:
            self._username = str((await self._api.call("getMe")).get("username") or "")
        return self._username

    def end_tap(self, tap: Tap, taken: bool) -> None:
        """Ends a pressed button's waiting sign, and takes the keyboard away if the press counted; soon, best effort."""
        self._begin(self._end_tap(tap, taken))

    def refuse_group(self, group: str, language: str) -> None:
        """Says to a group where we do answer; soon, best effort."""
        self._begin(self._refuse_group(group, language))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._afterwards.add(task)
        task.add_done_callback(self._afterwards.discard)

    async def _end_tap(self, tap: Tap, taken: bool) -> None:
        """First the waiting sign, with the choice as a short word, then the keyboard (CHANNELS 2.6)."""
        toast = {"text": tap.title[:TOAST_MAX]} if taken and tap.title else {}
        await self._try("answerCallbackQuery", {"callback_query_id": tap.query, **toast})
        if taken and tap.message:
            await self._try("editMessageReplyMarkup", {"chat_id": tap.chat, "message_id": tap.message})

    async def _refuse_group(self, group: str, language: str) -> None:
        try:
            username = await self.find_username()
        except (ApiRefused, ApiUnanswered):
            return
        known = language if language in LANGUAGES else DEFAULT_LANGUAGE
        text = say("system.telegram.group", known, link=f"https://t.me/{username}")
        await self._try("sendMessage", {"chat_id": group, "text": text})

    async def _show_sign(self, chat: str) -> None:
        await self._try("sendChatAction", {"chat_id": chat, "action": "typing"})

    async def _try(self, method: str, params: dict[str, Any]) -> None:
        """A call that nobody depends on."""
        try:
            await self._api.call(method, params)
        except (ApiRefused, ApiUnanswered) as error:
            _log.debug("%s: %s", method, error)
