"""The gateway's way to Rasa: asks one turn and gets its typed answer. Called by `bot.conversations` only.

A conversation goes to one Rasa process by rendezvous hash, so that its rows are warm there; correctness does not hang
on that but on the conversation's lease. Knows nothing of Django.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx

from bot.dialogue.protocol import Json, TurnRequest, TurnResult, as_json
from bot.dialogue.wire import Misshapen, parse_result
from bot.errors import DialogueBadReply, DialogueUnavailable

TURN_PATH = "/webhooks/seva/turn"
HEALTH_PATH = "/webhooks/seva/"
CONNECT_TIMEOUT_S = 2.0
HEALTH_TIMEOUT_S = 2.0


class DialogueClient:
    """Asks Rasa. One per event loop; safe for any number of tasks; at most `turns_in_flight` turns per Rasa process.

    Waiting for a free place is part of `timeout_s`, so that a queue of waiting turns cannot grow without end.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        token: str,
        timeout_s: float = 15.0,
        turns_in_flight: int = 4,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        if not addresses:
            raise ValueError("no Rasa process to talk to")
        self._addresses = tuple(address.rstrip("/") for address in addresses)
        self._timeout_s = timeout_s
        self._places = {address: asyncio.Semaphore(turns_in_flight) for address in self._addresses}
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S),
            transport=transport,
            trust_env=False,
        )

    async def ask(self, turn: TurnRequest) -> TurnResult:
        """The answer to one turn. Safe to repeat: a message_id that was answered gets the recorded answer.

        Raises DialogueUnavailable (nothing was saved, repeating helps) or DialogueBadReply (repeating does not help).
        """
        address = choose_address(turn.conversation, self._addresses)
        try:
            async with asyncio.timeout(self._timeout_s), self._places[address]:
                response = await self._post(address + TURN_PATH, as_json(turn))
        except TimeoutError as error:
            raise DialogueUnavailable("no answer in time") from error
        except httpx.HTTPError as error:
            raise DialogueUnavailable(f"not reached: {type(error).__name__}") from error
        return _read(response, turn.message_id)

    async def check_health(self) -> dict[str, bool]:
        """Every Rasa process with whether it is ready for turns."""
        ready = await asyncio.gather(*(self._is_ready(address) for address in self._addresses))
        return dict(zip(self._addresses, ready, strict=True))

    async def close(self) -> None:
        """Ends the open connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _post(self, url: str, body: Json) -> httpx.Response:
        try:
            return await self._http.post(url, json=body)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            # An idle connection was closed in the moment we used it. Asking again is safe: Rasa answers a message once.
            return await self._http.post(url, json=body)

    async def _is_ready(self, address: str) -> bool:
        try:
            response = await self._http.get(address + HEALTH_PATH, timeout=HEALTH_TIMEOUT_S)
        except httpx.HTTPError:
            return False
        return response.status_code == HTTPStatus.OK


def choose_address(conversation: str, addresses: Sequence[str]) -> str:
    """The Rasa process of a conversation (rendezvous hash): one more process moves only its share of conversations."""
    return max(addresses, key=lambda address: hashlib.blake2b(f"{address}\n{conversation}".encode()).digest())


def _read(response: httpx.Response, message_id: str) -> TurnResult:
    status = response.status_code
    # A wrong token or address is the operator's to mend: the message waits for that and is answered then.
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND):
        code = _error_code(response)
        raise DialogueUnavailable(f"status {status}: {code}", remote_code=code)
    if status != HTTPStatus.OK:
        raise DialogueBadReply(f"status {status}: {_error_code(response)}")
    try:
        result = parse_result(response.json())
    except (Misshapen, ValueError) as error:
        raise DialogueBadReply(f"not an answer: {error if isinstance(error, Misshapen) else 'no JSON'}") from error
    if result.message_id != message_id:
        raise DialogueBadReply("answer to another message")
    return result


def _error_code(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return "no code"
