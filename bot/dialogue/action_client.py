"""Rasa's way to the action server: one open connection, short patience, failures that nobody can swallow.

Rasa opens a new HTTP session for every action, waits up to 300 s, and turns most failures into an empty success.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import aiohttp
import ujson
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

ACTION_TIMEOUT_S = 10.0
# Below the 5 s after which the action server closes an idle connection.
KEEP_ALIVE_S = 4.0
TRIES = 2


# What a server says that cannot serve anybody now; everything else is said of this one call.
AWAY = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


class ActionUnavailable(Exception):
    """The action server is down, slow or without its database. Not a RasaException on purpose: Rasa swallows those."""


class ActionBroken(Exception):
    """The action server is well and this action is not: it raised, is missing, or answered nonsense."""


class ActionEndpoint(EndpointConfig):
    """Takes the place of Rasa's action endpoint inside the input channel."""

    def __init__(self, url: str, timeout_s: float = ACTION_TIMEOUT_S) -> None:
        # No action of ours asks for the domain; Rasa would build and send it with every call.
        super().__init__(url, enable_selective_domain=True)
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._open: aiohttp.ClientSession | None = None

    async def request(self, method: str = "post", subpath: str | None = None, **kwargs: Any) -> Any:
        """The action server's answer. Runs an action twice at most, when the connection broke: actions bear that.

        Raises ActionUnavailable (repeating helps in the end), ActionBroken (it may not), or ClientResponseError with
        status 400 when the action refused to run (forms need it).
        """
        body = ujson.dumps(kwargs["json"], ensure_ascii=False).encode()
        try:
            status, answer = await self._post(body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ActionUnavailable(type(error).__name__) from None
        if status == HTTPStatus.BAD_REQUEST:
            raise ClientResponseError(status, "refused", answer)
        if status in AWAY:
            raise ActionUnavailable(f"status {status}")
        if status != HTTPStatus.OK:
            raise ActionBroken(f"status {status}")
        try:
            return json.loads(answer)
        except ValueError:
            raise ActionBroken("answer is not JSON") from None

    async def close(self) -> None:
        """Ends the open connection."""
        if self._open is not None:
            await self._open.close()
            self._open = None

    async def _post(self, body: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json"}
        for attempt in range(TRIES):
            try:
                async with self._session().post(self.url, data=body, headers=headers) as response:
                    return response.status, await response.read()
            except aiohttp.ServerDisconnectedError:
                # The server closed the idle connection in the moment we used it.
                if attempt == TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def _session(self) -> aiohttp.ClientSession:
        if self._open is None or self._open.closed:
            connector = aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE_S, limit=32)
            self._open = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        return self._open


class ServerAction(RemoteAction):
    """A custom action. Its answer is checked by hand: Rasa compiles a JSON schema for each (20 ms)."""

    def _validate_action_result(self, result: dict[str, Any]) -> bool:
        well = isinstance(result, dict) and all(
            isinstance(result.get(part, []), list) for part in ("events", "responses")
        )
        if not well:
            raise ActionBroken("answer has no events and responses")
        return True
