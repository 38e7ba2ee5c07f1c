"""The gateway's way to Rasa: asks one turn and gets its typed answer. Called by `bot.conversations` only.

A conversation goes to one Rasa process by rendezvous hash, so that its rows are warm there; correctness does not hang
on that but on the conversation's lease. Knows nothing of Django.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from http import HTTPStatus
from types import TracebackType
from typing import Self

from bot.dialogue.exchange import Answer, Exchange, NotReached
from bot.dialogue.protocol import TurnRequest, TurnResult, as_json
from bot.dialogue.wire import Misshapen, parse_result
from bot.errors import DialogueBadReply, DialogueUnavailable

TURN_PATH = "/webhooks/seva/turn"
HEALTH_PATH = "/webhooks/seva/"
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
    ) -> None:
        if not addresses:
            raise ValueError("no Rasa process to talk to")
        self._addresses = tuple(address.rstrip("/") for address in addresses)
        self._timeout_s = timeout_s
        self._places = {address: asyncio.Semaphore(turns_in_flight) for address in self._addresses}
        self._exchange = Exchange(token)

    async def ask(self, turn: TurnRequest) -> TurnResult:
        """The answer to one turn. Safe to repeat: a message_id that was answered gets the recorded answer.

        Raises DialogueUnavailable (nothing was saved, repeating helps) or DialogueBadReply (repeating does not help).
        """
        address = choose_address(turn.conversation, self._addresses)
        body = json.dumps(as_json(turn), ensure_ascii=False).encode()
        try:
            async with asyncio.timeout(self._timeout_s), self._places[address]:
                # Sent again if it broke off, which is safe: Rasa answers a message once.
                answer = await self._exchange.post(address + TURN_PATH, body)
        except TimeoutError as error:
            raise DialogueUnavailable("no answer in time") from error
        except NotReached as error:
            raise DialogueUnavailable(f"not reached: {error}") from error
        return _read(answer, turn.message_id)

    async def check_health(self) -> dict[str, bool]:
        """Every Rasa process with whether it is ready for turns."""
        ready = await asyncio.gather(*(self._is_ready(address) for address in self._addresses))
        return dict(zip(self._addresses, ready, strict=True))

    async def close(self) -> None:
        """Ends the open connections."""
        await self._exchange.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _is_ready(self, address: str) -> bool:
        try:
            async with asyncio.timeout(HEALTH_TIMEOUT_S):
                answer = await self._exchange.get(address + HEALTH_PATH)
        except (TimeoutError, NotReached):
            return False
        return answer.status == HTTPStatus.OK


def choose_address(conversation: str, addresses: Sequence[str]) -> str:
    """The Rasa process of a conversation (rendezvous hash): one more process moves only its share of conversations."""
    return max(addresses, key=lambda address: hashlib.blake2b(f"{address}\n{conversation}".encode()).digest())


def _read(answer: Answer, message_id: str) -> TurnResult:
    status = answer.status
    # A wrong token or address is the operator's to mend: the message waits for that and is answered then.
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND):
        code = _error_code(answer)
        raise DialogueUnavailable(f"status {status}: {code}", remote_code=code)
    if status != HTTPStatus.OK:
        raise DialogueBadReply(f"status {status}: {_error_code(answer)}")
    try:
        result = parse_result(json.loads(answer.body))
    except (Misshapen, ValueError) as error:
        raise DialogueBadReply(f"not an answer: {error if isinstance(error, Misshapen) else 'no JSON'}") from error
    if result.message_id != message_id:
        raise DialogueBadReply("answer to another message")
    return result


def _error_code(answer: Answer) -> str:
    try:
        return str(json.loads(answer.body)["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return "no code"
