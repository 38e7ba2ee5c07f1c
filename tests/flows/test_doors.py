"""Floods from one address: too many sockets or new sessions are refused kindly, and nobody else is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import socketio

from bot.language.texts import say
from tests.fakes.crashing import GatewayProcess, OwnDatabase
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.running import Running
from tests.fakes.visitor import close_client

LIMITS = {"SOCKETS_PER_ADDRESS": "3", "SESSIONS_PER_ADDRESS": "2"}
OFFICE, HOME = "203.0.113.7", "198.51.100.9"


class Crowd:
    """Sockets of one gateway; each names an address as a proxy would."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.clients: list[socketio.AsyncClient] = []
        self.refused: list[Any] = []

    async def connect(self, address: str) -> socketio.AsyncClient:
        client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        self.clients.append(client)
        client.on("connect_error", self.refused.append)
        await client.connect(self.url, transports=["websocket"], headers={"X-Forwarded-For": address}, wait_timeout=5)
        return client


@pytest.fixture
async def crowd(
    request: pytest.FixtureRequest, own_database: OwnDatabase, rasa: Running[FakeRasa]
) -> AsyncIterator[Crowd]:
    """A gateway process with small limits; the parameter says whether it is told of a proxy."""
    process = GatewayProcess(own_database, rasa.url, None, BEHIND_PROXY=request.param, **LIMITS)
    await process.start()
    crowd = Crowd(process.url)
    yield crowd
    for client in crowd.clients:
        await close_client(client)
    await process.end()


@pytest.mark.parametrize("crowd", ["true"], indirect=True)
async def test_sockets_of_one_address_are_counted(crowd: Crowd) -> None:
    office = [await crowd.connect(OFFICE) for _ in range(3)]
    with pytest.raises(socketio.exceptions.ConnectionError):
        await crowd.connect(OFFICE)
    refused = crowd.refused[0]["data"] if "data" in crowd.refused[0] else crowd.refused[0]
    assert (refused["code"], refused["text"]) == ("busy", say("system.refused.busy", "en"))
    assert refused["retry_after_s"] > 0
    await crowd.connect(HOME)
    await close_client(office[0])
    await crowd.connect(OFFICE)


@pytest.mark.parametrize("crowd", ["true"], indirect=True)
async def test_new_sessions_of_one_address_are_counted_and_known_ones_are_not(crowd: Crowd) -> None:
    client = await crowd.connect(OFFICE)
    confirmed: list[str] = []
    client.on("session_confirm", confirmed.append)
    acks = [await client.call("session_request", {})]
    other = await crowd.connect(OFFICE)
    acks.append(await other.call("session_request", {}))
    third = await crowd.connect(OFFICE)
    refused = await third.call("session_request", {})
    assert [ack["ok"] for ack in acks] == [True, True]
    assert (refused["ok"], refused["code"]) == (False, "busy")
    assert 0 < refused["retry_after_s"] <= 60
    assert (await third.call("user_uttered", {"message": "hello", "cid": "c"}))["code"] == "busy"
    assert (await third.call("session_request", {"session_id": confirmed[0]}))["ok"]
    assert (await (await crowd.connect(HOME)).call("session_request", {}))["ok"]


@pytest.mark.parametrize("crowd", ["false"], indirect=True)
async def test_the_header_means_nothing_without_a_proxy_in_the_settings(crowd: Crowd) -> None:
    clients = [await crowd.connect(OFFICE) for _ in range(5)]
    acks = [await client.call("session_request", {}) for client in clients]
    assert all(ack["ok"] for ack in acks)
