"""How the benchmark talks to each system: one message in, wait for its answer."""

from __future__ import annotations

import asyncio
import uuid
from types import TracebackType
from typing import Any, Protocol, Self

import httpx
import socketio

from bot.dialogue.client import DialogueClient
from bot.dialogue.protocol import TurnRequest

ANSWER_TIMEOUT_S = 60.0


class Talker(Protocol):
    """One conversation with one system."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *error: object) -> None: ...

    async def say(self, text: str) -> None:
        """Sends a message and returns when its answer is there."""


class RestTalker:
    """Vanilla Rasa's REST channel."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
        self._http = httpx.AsyncClient(timeout=ANSWER_TIMEOUT_S)
        self._sender = str(uuid.uuid4())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._http.aclose()

    async def say(self, text: str) -> None:
        """The answer is in the response."""
        response = await self._http.post(self._url, json={"sender": self._sender, "message": text})
        if response.status_code != 200 or not response.json():
            raise RuntimeError(f"vanilla Rasa did not answer: {response.status_code}")


class ChannelTalker:
    """Seva's input channel inside Rasa, without the gateway."""

    def __init__(self, port: int, token: str) -> None:
        self._client = DialogueClient((f"http://127.0.0.1:{port}",), token, timeout_s=ANSWER_TIMEOUT_S)
        self._conversation = str(uuid.uuid4())
        self._count = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._client.close()

    async def say(self, text: str) -> None:
        """The answer is in the response."""
        await self.decide(text)

    async def decide(self, text: str) -> str:
        """What the turn's record says was decided."""
        self._count += 1
        return (await self._client.ask(TurnRequest(self._conversation, str(self._count), text))).turn.decision


class WebchatTalker:
    """Seva as a browser sees it: Socket.IO to the gateway, answered when the bubble arrives."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self._client = socketio.AsyncClient(reconnection=False)
        self._shown: asyncio.Queue[int] = asyncio.Queue()
        self._session = ""

    async def __aenter__(self) -> Self:
        confirmed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def on_confirm(session: str) -> None:
            if not confirmed.done():
                confirmed.set_result(session)

        async def on_bubble(frame: dict[str, Any]) -> None:
            await self._shown.put(int(frame["metadata"]["id"]))

        self._client.on("session_confirm", on_confirm)
        self._client.on("bot_uttered", on_bubble)
        await self._client.connect(self._url, headers={"Origin": self._url}, transports=["websocket"])
        await self._client.emit("session_request", {})
        self._session = await asyncio.wait_for(confirmed, ANSWER_TIMEOUT_S)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self._client.disconnect()

    async def say(self, text: str) -> None:
        """Ids rise within a conversation: the first bubble above the message's own id is its answer."""
        body = {"message": text, "session_id": self._session, "cid": str(uuid.uuid4())}
        acknowledged = await self._client.call("user_uttered", body, timeout=ANSWER_TIMEOUT_S)
        if not acknowledged or not acknowledged.get("ok"):
            raise RuntimeError(f"the gateway did not take a message: {acknowledged}")
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            while await self._shown.get() <= int(acknowledged["id"]):
                pass
