"""Where updates come in, by webhook or from the poller: verified, read, recorded, then answered (CHANNELS 2.2).

Everything that takes a call to Telegram (ending a button's waiting sign, refusing a group) is left to the channel
afterwards; nobody waits for it.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from bot.channels.contract import Inbox
from bot.channels.recording import record_message
from bot.channels.reports import ChannelEvent
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.keyboards import ChoiceSigner
from bot.channels.telegram.updates import NAME, Arrival, keep_update, name_update, parse_update, read_update
from bot.channels.webhooks import Request, Response
from bot.config import Secret
from bot.errors import MessageUnstorable, PayloadMalformed

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - its name

_log = logging.getLogger(__name__)
# Remembers a phone number that this person has shown to be theirs (`bot.shop.known`).
RecordPhone = Callable[[str, str], Awaitable[object]]


class TelegramWebhook:
    """One per gateway process."""

    def __init__(
        self, inbox: Inbox, channel: Telegram, secret: Secret, signer: ChoiceSigner, record_phone: RecordPhone
    ) -> None:
        self._inbox = inbox
        self._channel = channel
        self._secret = secret
        self._signer = signer
        self._record_phone = record_phone

    async def answer(self, request: Request) -> Response:
        """See `bot.channels.webhooks.Webhook`. Safe to repeat."""
        if request.method != "POST":
            return Response(HTTPStatus.METHOD_NOT_ALLOWED, "only POST", {"allow": "POST"})
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.reveal().encode()):
            return Response(HTTPStatus.FORBIDDEN, "wrong secret token")
        try:
            update = read_update(request.body)
        except PayloadMalformed as error:
            return Response(HTTPStatus.BAD_REQUEST, str(error))
        bot_id = self._channel.bot_id
        try:
            arrival = parse_update(update, bot_id, self._signer)
        except RecursionError:
            return Response(HTTPStatus.BAD_REQUEST, "nested too deeply")
        except Exception:
            # Answered with an error it would block its chat for a day.
            _log.exception("an update of Telegram is put aside")
            arrival = keep_update(update, bot_id, "unreadable")
        try:
            await self._record(arrival)
        except MessageUnstorable as error:
            # Repeated for a day, it would hold up all that this person writes.
            _log.warning("an update of Telegram is kept aside: %s", error)
            await self._inbox.record_events([ChannelEvent(NAME, name_update(update, bot_id), error.code)])
        if arrival.tap:
            self._channel.end_tap(arrival.tap, arrival.message is not None)
        return Response()

    async def _record(self, arrival: Arrival) -> None:
        """Commit A. What a number proves is remembered first: the answer may need it."""
        if arrival.message:
            if arrival.phone:
                await self._record_phone(arrival.user, arrival.phone)
            await record_message(self._inbox, arrival.message)
        elif arrival.event and arrival.edit:
            await self._inbox.record_edit(arrival.event, arrival.edit)
        elif arrival.event and arrival.reachable is not None:
            await self._inbox.record_reach(arrival.event, arrival.user, arrival.reachable)
        elif arrival.event and arrival.group:
            if await self._inbox.record_group(arrival.event):
                self._channel.refuse_group(arrival.group, arrival.language)
        elif arrival.event:
            await self._inbox.record_events([arrival.event])
