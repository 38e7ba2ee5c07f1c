"""The gateway's client: what each answer of Rasa becomes, where a conversation goes, how many turns run at once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

import httpx
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


def client(handler: Any, addresses: tuple[str, ...] = ("http://rasa",), **more: Any) -> DialogueClient:
    return DialogueClient(addresses, "token", transport=httpx.MockTransport(handler), **more)


async def test_an_answer_comes_back_typed() -> None:
    asked: list[httpx.Request] = []

    def rasa(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=ANSWER)

    context = TurnContext(language="gu", history=(Said("customer", "hi"),))
    async with client(rasa) as dialogue:
        result = await dialogue.ask(TurnRequest("c1", "1", text="refund?", context=context))
    assert result.replies[0].buttons == (Button("Yes", "/helped", "feedback"),)
    assert (result.turn.topic, result.turn.confidence, result.replayed) == ("refund.time", 0.93, False)
    assert asked[0].headers["authorization"] == "Bearer token"
    assert json.loads(asked[0].content)["context"]["history"] == [{"from": "customer", "text": "hi"}]


@pytest.mark.parametrize("status", [401, 404, 500, 502, 503])
async def test_a_failure_that_may_pass_is_unavailable(status: int) -> None:
    async with client(lambda request: httpx.Response(status, json={"error": {"code": "turn_failed"}})) as dialogue:
        with pytest.raises(DialogueUnavailable):
            await dialogue.ask(TurnRequest("c1", "1", text="x"))


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(400, json={"error": {"code": "malformed"}}),
        httpx.Response(200, text="[]"),
        httpx.Response(200, text="not json"),
        httpx.Response(200, json=ANSWER | {"message_id": "2"}),
        httpx.Response(200, json=ANSWER | {"turn": RECORD | {"decision": "maybe"}}),
        httpx.Response(200, json=ANSWER | {"turn": RECORD | {"confidence": "high"}}),
        httpx.Response(200, json=ANSWER | {"replies": [{"text": 5}]}),
        httpx.Response(200, json=ANSWER | {"replies": [{"buttons": [{"title": "x"}]}]}),
        httpx.Response(302),
    ],
    ids=lambda response: f"{response.status_code}-{len(response.content)}",
)
async def test_an_answer_out_of_shape_is_a_bad_reply(response: httpx.Response) -> None:
    async with client(lambda request: response) as dialogue:
        with pytest.raises(DialogueBadReply):
            await dialogue.ask(TurnRequest("c1", "1", text="x"))


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
async def test_a_rasa_that_is_not_reached_is_unavailable(error: type[httpx.TransportError]) -> None:
    def rasa(request: httpx.Request) -> httpx.Response:
        raise error("x")

    async with client(rasa) as dialogue:
        with pytest.raises(DialogueUnavailable):
            await dialogue.ask(TurnRequest("c1", "1", text="x"))
        assert await dialogue.check_health() == {"http://rasa": False}


@pytest.mark.parametrize("error", [httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError])
async def test_a_connection_that_broke_once_is_tried_again_at_once(error: type[httpx.TransportError]) -> None:
    tries = 0

    def rasa(request: httpx.Request) -> httpx.Response:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise error("x")
        return httpx.Response(200, json=ANSWER)

    async with client(rasa) as dialogue:
        result = await dialogue.ask(TurnRequest("c1", "1", text="x"))
    assert (result.message_id, tries) == ("1", 2)


async def test_no_more_turns_run_at_once_than_allowed_and_waiting_ends() -> None:
    running, most = 0, 0
    release = asyncio.Event()

    async def rasa(request: httpx.Request) -> httpx.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            await release.wait()
        finally:
            running -= 1
        return httpx.Response(200, json=ANSWER)

    async with client(rasa, turns_in_flight=2, timeout_s=0.3) as dialogue:
        turns = [dialogue.ask(TurnRequest("c1", "1", text="x")) for _ in range(5)]
        results = await asyncio.gather(*turns, return_exceptions=True)
    assert most == 2
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
