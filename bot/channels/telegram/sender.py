"""Carries one message of ours out, call after call, and says what became of it.

The calls of a message are numbered; a try that stopped in the middle is continued there. One message of a chat is under
way at a time (the lease of its conversation), so order is kept by waiting for each answer.
"""

from __future__ import annotations

import asyncio
import logging
import mimetypes
import time
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from bot.channels.contract import Delayed, OutboundMessage, SendResult, Sent
from bot.channels.media import File
from bot.channels.telegram.api import ApiRefused, ApiUnanswered, BotApi
from bot.channels.telegram.keyboards import ChoiceSigner
from bot.channels.telegram.pictures import Pictures
from bot.channels.telegram.rendering import Call, build_calls
from bot.channels.telegram.results import BOT_WIDE_S, is_unwelcome, judge
from bot.channels.telegram.updates import NAME
from bot.channels.troubles import end_trouble, report_trouble

Json = dict[str, Any]
# What a bot may upload (CHANNELS 2.5).
FILE_BYTES_MAX = 50_000_000

_log = logging.getLogger(__name__)


class Sender:
    """One per channel."""

    def __init__(self, api: BotApi, signer: ChoiceSigner, pictures: Pictures) -> None:
        self._api = api
        self._signer = signer
        self._pictures = pictures
        self._quiet_until = 0.0

    async def send(self, message: OutboundMessage) -> SendResult:
        """Hands over what has not gone out yet. Raises nothing that Telegram answers."""
        wait_s = self._quiet_until - time.monotonic()
        if wait_s > 0:
            return Delayed(wait_s, "Telegram asks all of the bot to wait", parts_sent=message.parts_sent, counted=False)
        calls = build_calls(message, self._signer)
        external_id: str | None = None
        for number in range(message.parts_sent, len(calls)):
            try:
                shown = await self._carry_out(calls[number])
            except (ApiRefused, ApiUnanswered) as error:
                self._heed(error)
                return replace(judge(error, message.attempts, message.maybe_repeated, number), parts_sent=number)
            end_trouble(NAME)
            external_id = _name(shown, message.id) or external_id
        return Sent(external_id)

    async def _carry_out(self, call: Call) -> Any:
        if call.file:
            return await self._send_file(call, call.file)
        if not call.picture:
            return await self._api.call(call.method, call.params)
        known = self._pictures.find_id(call.picture)
        if known:
            try:
                return await self._api.call(call.method, {**call.params, "photo": known})
            except ApiRefused as error:
                if error.error_code != HTTPStatus.BAD_REQUEST:
                    raise
                self._pictures.forget(call.picture)
        return await self._upload(call)

    async def _upload(self, call: Call) -> Any:
        found = await self._pictures.fetch(call.picture)
        if found is None:
            return await self._api.call(*_plain(call))
        try:
            shown = await self._api.call(call.method, call.params, {"photo": found})
        except ApiRefused as error:
            if error.error_code != HTTPStatus.BAD_REQUEST or error.moved_to:
                raise
            _log.warning("Telegram does not take a picture, its words are sent: %s", error.description)
            return await self._api.call(*_plain(call))
        sizes = shown.get("photo") if isinstance(shown, dict) else None
        if isinstance(sizes, list) and sizes and isinstance(sizes[-1], dict) and sizes[-1].get("file_id"):
            self._pictures.remember(call.picture, str(sizes[-1]["file_id"]))
        return shown

    async def _send_file(self, call: Call, file: File) -> Any:
        """A file of the store, by its own name, under the field that the method wants."""
        content = await asyncio.to_thread(_read_file, file)
        if content is None:
            raise ApiRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{file.file_name or 'the file'} cannot be sent")
        name = file.file_name or f"file{mimetypes.guess_extension(file.mime_type) or ''}"
        field = call.method.removeprefix("send").lower()
        return await self._api.call(call.method, call.params, {field: (name, content, file.mime_type)})

    def _heed(self, error: ApiRefused | ApiUnanswered) -> None:
        if not isinstance(error, ApiRefused):
            return
        if error.retry_after_s is not None and error.retry_after_s >= BOT_WIDE_S:
            self._quiet_until = time.monotonic() + error.retry_after_s
        if is_unwelcome(error):
            report_trouble(NAME, "Telegram refuses TELEGRAM_BOT_TOKEN; messages wait")


def _plain(call: Call) -> tuple[str, Json]:
    plain = call.without_picture()
    return plain.method, plain.params


def _read_file(file: File) -> bytes | None:
    try:
        return file.path.read_bytes() if file.path.stat().st_size <= FILE_BYTES_MAX else None
    except OSError:
        return None


def _name(shown: object, message_id: int) -> str | None:
    """Our number and Telegram's: it numbers messages for each chat alone."""
    number = shown.get("message_id") if isinstance(shown, dict) else None
    return f"{message_id}/{number}" if isinstance(number, int) else None
