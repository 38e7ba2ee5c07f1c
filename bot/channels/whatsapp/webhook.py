"""The address Meta calls: its verification, the check of signatures, and recording before anything else is done.

CHANNELS 1.2 to 1.4 and 1.9: success only after the commit, 503 while nothing can be stored, never an error for what is
genuine and only unknown.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

from bot.channels.contract import InboundMessage, Inbox
from bot.channels.recording import record_message
from bot.channels.reports import ChannelEvent
from bot.channels.webhooks import Request, Response
from bot.channels.whatsapp.parse import NAME, Batch, parse
from bot.errors import MessageUnstorable, PayloadMalformed

PATH = "/webhooks/whatsapp"
SIGNATURE = "x-hub-signature-256"

_log = logging.getLogger(__name__)


class WhatsAppWebhook:
    """`app_secrets`: the current one, and the previous while it changes. `heard` is told of each new message."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        phone_number_id: str,
        app_secrets: tuple[str, ...],
        verify_token: str,
        heard: Callable[[InboundMessage], None] = lambda message: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._inbox = inbox
        self._phone_number_id = phone_number_id
        self._app_secrets = app_secrets
        self._verify_token = verify_token
        self._heard = heard
        self._clock = clock

    async def answer(self, request: Request) -> Response:
        """See `bot.channels.webhooks.Webhook`."""
        if request.method == "GET":
            return self._verify(request)
        signature = request.headers.get(SIGNATURE, "")
        if not signature:
            return Response(HTTPStatus.UNAUTHORIZED, "not signed")
        if not is_signed(request.body, signature, self._app_secrets):
            return Response(HTTPStatus.FORBIDDEN, "wrong signature")
        try:
            batch = parse(request.body, self._phone_number_id, self._clock())
        except PayloadMalformed:
            return Response(HTTPStatus.BAD_REQUEST, "no JSON")
        await self._record(batch)
        return Response()

    def _verify(self, request: Request) -> Response:
        """CHANNELS 1.2: the challenge comes back only to whoever knows our own word."""
        word = request.query.get("hub.verify_token", "")
        known = hmac.compare_digest(word.encode(), self._verify_token.encode())
        if request.query.get("hub.mode") != "subscribe" or not known:
            return Response(HTTPStatus.FORBIDDEN, "wrong word")
        return Response(text=request.query.get("hub.challenge", ""), headers={"x-content-type-options": "nosniff"})

    async def _record(self, batch: Batch) -> None:
        """Each message is a commit of its own, in order; what was recorded before a failure is quiet the next time."""
        aside: list[ChannelEvent] = []
        for message in batch.messages:
            try:
                recorded = await record_message(self._inbox, message)
            except MessageUnstorable as error:
                # Repeating would fail for seven days and hold up what comes with it.
                _log.warning("a message is kept aside: %s", error)
                aside.append(ChannelEvent(NAME, message.external_id, "unstorable"))
            else:
                if not recorded.duplicate:
                    self._heard(message)
        if batch.reports:
            await self._inbox.record_reports(batch.reports)
        if batch.events or aside:
            await self._inbox.record_events([*batch.events, *aside])


def is_signed(body: bytes, signature: str, secrets: tuple[str, ...]) -> bool:
    """Whether one of the secrets made `sha256=<hex>` over exactly these bytes (CHANNELS 1.3); in constant time."""
    found = False
    for secret in secrets:
        expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        found |= hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
    return found
