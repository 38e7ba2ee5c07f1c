"""A customer on the web chat, for commands: speaks Socket.IO to the running gateway like any widget.

What came of a message is read from the database, because only the rows say when a turn is finished.
"""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import socketio
from asgiref.sync import sync_to_async

from bot.config import config
from bot.errors import DialogueUnavailable

# Long enough for a Rasa that is started again meanwhile.
ANSWER_TIMEOUT_S = 180.0
POLL_S = 0.01
CODE = "{code}"


@dataclass(frozen=True)
class Answer:
    """What came back for one message.

    `replies`: `{"text", "author", "buttons": [{"id", "title", "kind"}], "cards", "image"}` in the order they were sent.
    `turn`: the turn record of DESIGN section 5, or None if the bot did not speak. `state`: who owns it now.
    """

    text: str
    replies: list[dict[str, Any]]
    turn: dict[str, Any] | None
    state: str


class Chat:
    """One conversation. Use as an async context manager."""

    def __init__(self, language: str | None = None) -> None:
        self._language = language
        self._client = socketio.AsyncClient(reconnection=False)
        self._session = ""

    async def __aenter__(self) -> Chat:
        settings = config()
        url = f"http://127.0.0.1:{settings.gateway_port}"
        confirmed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def on_confirm(session: str) -> None:
            if not confirmed.done():
                confirmed.set_result(session)

        self._client.on("session_confirm", on_confirm)
        try:
            await self._client.connect(url, headers={"Origin": settings.base_url}, transports=["websocket", "polling"])
            await self._client.emit("session_request", {"locale": self._language} if self._language else {})
            self._session = await asyncio.wait_for(confirmed, 10)
        except (socketio.exceptions.SocketIOError, TimeoutError) as error:
            raise DialogueUnavailable(f"the gateway at {url} does not answer ({error})") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.disconnect()

    async def say(self, text: str) -> Answer:
        """Sends one message and waits until its turn is finished. Raises DialogueUnavailable after ANSWER_TIMEOUT_S.

        `{code}` in the text stands for the one-time code that the demo's sender showed last.
        """
        if CODE in text:
            text = text.replace(CODE, await sync_to_async(_read_code)(self._session))
        cid = str(uuid.uuid4())
        ack = await self._emit_acked({"message": text, "session_id": self._session, "cid": cid})
        while ack.get("error") == "rate_limited" or ack.get("code") == "rate_limited":
            await asyncio.sleep(float(ack.get("retry_after_s") or 1))
            ack = await self._emit_acked({"message": text, "session_id": self._session, "cid": cid})
        if not ack.get("ok"):
            return Answer(text, [], None, str(ack.get("code") or ack))
        return await self._wait_for_answer(text, int(ack["id"]))

    async def _emit_acked(self, body: dict[str, Any]) -> dict[str, Any]:
        return dict(await self._client.call("user_uttered", body, timeout=30) or {})

    async def _wait_for_answer(self, text: str, message_id: int) -> Answer:
        deadline = time.monotonic() + ANSWER_TIMEOUT_S
        read: Callable[[str, int], Awaitable[Answer | None]] = sync_to_async(_read_answer)
        while time.monotonic() < deadline:
            answer = await read(text, message_id)
            if answer is not None:
                return answer
            await asyncio.sleep(POLL_S)
        raise DialogueUnavailable(f"no answer to {text!r} after {ANSWER_TIMEOUT_S:g} s")


def _read_code(session: str) -> str:
    """The code that was sent in this conversation, found among those shown by its hash; empty if there is none."""
    from bot.channels.webchat.sessions import hash_session
    from bot.conversations.models import Conversation
    from bot.shop.identity import digest
    from bot.shop.models import OneTimeCode, ShownCode

    talks = Conversation.objects.filter(identity__external_id=hash_session(session)).values_list("pk", flat=True)
    sent = OneTimeCode.objects.filter(conversation__in=[str(pk) for pk in talks]).first()
    shown = [code for one in ShownCode.objects.all() for code in re.findall(r"\d{6}", one.text)]
    right = (code for code in shown if sent and digest(sent.conversation, sent.order, code) == sent.digest)
    return next(right, "")


def _read_answer(text: str, message_id: int) -> Answer | None:
    from bot.conversations.models import Message
    from bot.conversations.states import UNSENT, Direction, Handling

    inbound = Message.objects.select_related("conversation", "turn").get(pk=message_id)
    if inbound.handling == Handling.PENDING:
        return None
    replies = Message.objects.filter(
        conversation=inbound.conversation, direction=Direction.OUTBOUND, pk__gt=message_id
    ).order_by("pk")
    if replies.filter(delivery__in=UNSENT).exists():
        return None
    shown = [
        {"text": r.text, "author": r.author, "buttons": r.build_public_buttons(), "cards": r.cards, "image": r.image}
        for r in replies
    ]
    return Answer(text, shown, inbound.turn.record if inbound.turn else None, inbound.conversation.state)
