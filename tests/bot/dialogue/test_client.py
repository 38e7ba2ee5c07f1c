"""The gateway's client: what each answer of Rasa becomes, where a conversation goes, how many turns run at once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.dialogue.client import DialogueClient, choose_address
from bot.dialogue.protocol import Button, Said, TurnContext, TurnRequest
from bot.errors import DialogueBadReply, DialogueUnavailable

RECORD = {"route": "faq", "decision": "answer", "confidence": 0.93, "language": "gu", "script": "Gujr"}
ANSWER = {
    "message_id": "1",
    "replayed": False,
    "replies": [{"text": "5 days", "buttons": [{"title": "Yes", "payload": "/helped", "kind": "feedback"}]}],
    "turn": RECORD | {"topic": "refund.time", "ms": {"nlu": 13, "total": 30.5}},
}


@dataclass(frozen=True)
class Asked:
    """One request as it came over the wire; header names in lower case."""

    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Say:
    """What to answer."""

    status: int = 200
    json: object = field(default_factory=lambda: ANSWER)
    text: str | None = None


# None breaks the connection off without an answer.
Handler = Callable[[Asked], Awaitable[Say | None]]


@asynccontextmanager
async def client(rasa: Handler, **more: Any) -> AsyncIterator[DialogueClient]:
    """A client of a Rasa that speaks real HTTP and answers what `rasa` says."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:  # the end of the test cancels who still waits
            while asked := await _read_request(reader):
                said = await rasa(asked)
                if said is None:
                    break
                body = (json.dumps(said.json) if said.text is None else said.text).encode()
                writer.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (said.status, len(body), body))
        except asyncio.CancelledError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with DialogueClient((f"http://127.0.0.1:{port}",), "token", **more) as dialogue:
            yield dialogue
    finally:
        server.close()
        await server.wait_closed()


async def _read_request(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    lines = [line.partition(": ") for line in head.splitlines()[1:]]
    headers = {name.lower(): value for name, _, value in lines}
    return Asked(headers, await reader.readexactly(int(headers.get("content-length", 0))))


def always(said: Say | None) -> Handler:
    async def rasa(asked: Asked) -> Say | None:
        return said

    return rasa


async def test_an_answer_comes_back_typed() -> None:
    heard: list[Asked] = []

    async def rasa(asked: Asked) -> Say:
        heard.append(asked)
        return Say()

    context = TurnContext(language="gu", history=(Said("customer", "hi"),))
    async with client(rasa) as dialogue:
        result = await dialogue.ask(TurnRequest("c1", "1", text="refund?", context=context))
    assert result.replies[0].buttons == (Button("Yes", "/helped", "feedback"),)
    assert (result.turn.topic, result.turn.confidence, result.replayed) == ("refund.time", 0.93, False)
    assert heard[0].headers["authorization"] == "Bearer token"
    assert json.loads(heard[0].body)["context"]["history"] == [{"from": "customer", "text": "hi"}]


@pytest.mark.parametrize("status", [401, 404, 500, 502, 503])
async def test_a_failure_that_may_pass_is_unavailable(status: int) -> None:
    async with client(always(Say(status, {"error": {"code": "turn_failed"}}))) as dialogue:
        with pytest.raises(DialogueUnavailable) as raised:
            await dialogue.ask(TurnRequest("c1", "1", text="x"))
    assert raised.value.remote_code == "turn_failed"


@pytest.mark.parametrize(
    "said",
    [
        Say(400, {"error": {"code": "malformed"}}),
        Say(text="[]"),
        Say(text="not json"),
        Say(json=ANSWER | {"message_id": "2"}),
        Say(json=ANSWER | {"turn": RECORD | {"decision": "maybe"}}),
        Say(json=ANSWER | {"turn": RECORD | {"confidence": "high"}}),
        Say(json=ANSWER | {"replies": [{"text": 5}]}),
        Say(json=ANSWER | {"replies": [{"buttons": [{"title": "x"}]}]}),
        Say(302),
    ],
    ids=lambda said: f"{said.status}-{said.text or len(str(said.json))}",
)
async def test_an_answer_out_of_shape_is_a_bad_reply(said: Say) -> None:
    async with client(always(said)) as dialogue:
        with pytest.raises(DialogueBadReply):
            await dialogue.ask(TurnRequest("c1", "1", text="x"))


async def _never(asked: Asked) -> Say:
    await asyncio.Event().wait()
    return Say()


@pytest.mark.parametrize("rasa", [always(None), _never], ids=["broken off", "silent"])
async def test_a_rasa_that_does_not_answer_is_unavailable(rasa: Handler) -> None:
    async with client(rasa, timeout_s=0.3) as dialogue:
        with pytest.raises(DialogueUnavailable):
            await dialogue.ask(TurnRequest("c1", "1", text="x"))
        if rasa is not _never:
            assert list((await dialogue.check_health()).values()) == [False]


async def test_a_rasa_that_is_not_there_is_unavailable() -> None:
    address = "http://127.0.0.1:9"
    async with DialogueClient((address,), "token") as dialogue:
        with pytest.raises(DialogueUnavailable, match="not reached"):
            await dialogue.ask(TurnRequest("c1", "1", text="x"))
        assert await dialogue.check_health() == {address: False}


async def test_a_connection_that_broke_once_is_tried_again_at_once() -> None:
    tries = 0

    async def rasa(asked: Asked) -> Say | None:
        nonlocal tries
        tries += 1
        return None if tries == 1 else Say()

    async with client(rasa) as dialogue:
        result = await dialogue.ask(TurnRequest("c1", "1", text="x"))
    assert (result.message_id, tries) == ("1", 2)


async def test_a_connection_serves_many_turns() -> None:
    async with client(always(Say())) as dialogue:
        for _ in range(3):
            assert (await dialogue.ask(TurnRequest("c1", "1", text="x"))).message_id == "1"
        assert list((await dialogue.check_health()).values()) == [True]


async def test_no_more_turns_run_at_once_than_allowed() -> None:
    running, most = 0, 0
    full, release = asyncio.Event(), asyncio.Event()

    async def rasa(asked: Asked) -> Say:
        nonlocal running, most
        if not asked.body:
            return Say()
        running += 1
        most = max(most, running)
        if running == 2:
            full.set()
        await release.wait()
        running -= 1
        return Say()

    async with client(rasa, turns_in_flight=2) as dialogue:
        turns = [asyncio.create_task(dialogue.ask(TurnRequest("c1", "1", text="x"))) for _ in range(5)]
        await asyncio.wait_for(full.wait(), 10)
        # A third turn would have got there before these.
        for _ in range(5):
            await dialogue.check_health()
        release.set()
        assert len(await asyncio.gather(*turns)) == 5
    assert most == 2


async def test_waiting_for_a_place_ends() -> None:
    release = asyncio.Event()

    async def rasa(asked: Asked) -> Say:
        await release.wait()
        return Say()

    async with client(rasa, turns_in_flight=2, timeout_s=0.3) as dialogue:
        turns = [dialogue.ask(TurnRequest("c1", "1", text="x")) for _ in range(5)]
        results = await asyncio.gather(*turns, return_exceptions=True)
        release.set()
    assert all(isinstance(result, DialogueUnavailable) for result in results)


def test_conversations_spread_evenly_and_stay_when_a_process_joins() -> None:
    three = ("http://a", "http://b", "http://c")
    conversations = [f"conversation-{number}" for number in range(3000)]
    before = {one: choose_address(one, three) for one in conversations}
    after = {one: choose_address(one, (*three, "http://d")) for one in conversations}
    assert min(Counter(before.values()).values()) > 850
    moved = [one for one in conversations if before[one] != after[one]]
    assert {after[one] for one in moved} == {"http://d"}
    assert len(moved) < 900
