"""A visitor with a page open: a Socket.IO client that keeps what it is shown, resends what was not acknowledged."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import socketio

WAIT_S = 10.0
Json = dict[str, Any]


async def wait_until(condition: Callable[[], Any], what: str, timeout_s: float = WAIT_S) -> Any:
    """The first true value of `condition`; fails with `what` after `timeout_s`."""
    async with asyncio.timeout(timeout_s + 0.5):
        deadline = asyncio.get_running_loop().time() + timeout_s
        while not (value := condition()):
            assert asyncio.get_running_loop().time() < deadline, f"waited in vain for {what}"
            await asyncio.sleep(0.005)
        return value


async def close_client(client: socketio.AsyncClient) -> None:
    """Ends a connection whatever state it is in, and leaves no socket open."""
    http = client.eio.http
    if client.connected:
        await client.disconnect()
    if http and not http.closed:
        await http.close()


class Visitor:
    """`shown`: messages by id, live or from history. `errors` and those after it: frames as they came."""

    def __init__(self, url: str, origin: str | None = None) -> None:
        self.url = url
        self.session_id: str | None = None
        self.session_states: list[Json] = []
        self.shown: dict[int, Json] = {}
        self.received: list[Json] = []
        self.errors: list[Json] = []
        self.states: list[Json] = []
        self.echoes: list[Json] = []
        self.typing: list[Json] = []
        self.reads: list[Json] = []
        # Up to here nothing is missing; live messages extend it while `_whole` (as the widget has it, talk.js).
        self.known_to = 0
        self._whole = False
        self._origin = origin
        self._client: socketio.AsyncClient | None = None

    async def open(self, **request: Any) -> Json:
        """Opens the page (again) and returns its newest session_state, when nothing is missing any more."""
        await self.leave()
        self._whole = False
        client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        self._client = client
        client.on("session_confirm", self._on_confirm)
        client.on("session_state", self._on_state)
        client.on("bot_uttered", self._on_bot)
        client.on("user_echo", self.echoes.append)
        client.on("error", self.errors.append)
        client.on("typing", self.typing.append)
        client.on("read", self.reads.append)
        client.on("conversation_state", self.states.append)
        headers = {"Origin": self._origin} if self._origin else {}
        await client.connect(self.url, transports=["websocket"], headers=headers, wait_timeout=5)
        if self.session_id:
            request.setdefault("session_id", self.session_id)
            request.setdefault("last_id", self.known_to)
        state = await self._request(request)
        while request.get("last_id") and state["more"]:
            request["last_id"] = state["last_id"]
            state = await self._request(request)
        self._whole = True
        outbound = (key for key, message in self.shown.items() if message["author"] != "contact")
        self.known_to = max(self.known_to, *outbound, 0)
        return state

    async def _request(self, request: Json) -> Json:
        """One `session_request`, and the session_state that answers it."""
        seen = len(self.session_states)
        await self.emit("session_request", request)
        await wait_until(lambda: len(self.session_states) > seen, "session_state")
        return self.session_states[-1]

    async def leave(self) -> None:
        """Closes the page."""
        if self._client:
            await close_client(self._client)
            self._client = None

    async def send(self, message: str, cid: str | None = None, **more: Any) -> Json:
        """Sends once and returns the acknowledgement."""
        assert self._client
        frame = {"message": message, "session_id": self.session_id, "cid": cid or uuid.uuid4().hex, **more}
        return dict(await self._client.call("user_uttered", frame, timeout=WAIT_S))

    async def emit(self, event: str, data: Any) -> None:
        """Any frame at all."""
        assert self._client
        await self._client.emit(event, data)

    async def wait_for_text(self, part: str) -> Json:
        """The shown message that contains `part`."""
        found: Json = await wait_until(
            lambda: next((m for m in self.shown.values() if part in m["text"] and m["author"] != "contact"), None),
            f"a message with {part!r}; shown: {self.texts()}",
        )
        return found

    def texts(self) -> list[str]:
        """What stands on the page, in order."""
        return [self.shown[key]["text"] for key in sorted(self.shown)]

    async def _on_confirm(self, session_id: str) -> None:
        self.session_id = session_id

    async def _on_state(self, state: Json) -> None:
        for message in state["history"]:
            self.shown[message["id"]] = message
        self.known_to = max(self.known_to, state["last_id"])
        self.session_states.append(state)

    async def _on_bot(self, frame: Json) -> None:
        self.received.append(frame)
        meta = frame["metadata"]
        self.shown[meta["id"]] = {**meta, "text": frame["text"]}
        if self._whole:
            self.known_to = max(self.known_to, meta["id"])
