"""A gateway process is killed (SIGKILL) at every point of a message's way, and at random; one oracle judges all."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import pytest
import socketio

from tests.fakes.crashing import GatewayProcess, OwnDatabase
from tests.fakes.oracle import Evidence, find_faults
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.running import Running
from tests.fakes.visitor import Visitor, wait_until

OFFLINE = (socketio.exceptions.SocketIOError, TimeoutError, asyncio.TimeoutError, AssertionError)
KILLS = 20


@pytest.fixture
async def gateway_process(own_database: OwnDatabase, rasa: Running[FakeRasa]) -> AsyncIterator[GatewayProcess]:
    """A gateway to be killed; whatever is left of it is ended."""
    process = GatewayProcess(own_database, rasa.url)
    yield process
    await process.end()


class Persistent(Visitor):
    """A visitor whose page reconnects and resends until everything is acknowledged, as the widget does."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.acked: list[str] = []

    @property
    def key(self) -> str:
        return hashlib.sha256(str(self.session_id).encode()).hexdigest()

    async def say(self, text: str) -> None:
        """Sends one message, however often the gateway dies meanwhile."""
        cid = f"cid-{text.replace(' ', '-')}"
        while True:
            try:
                if self._client is None or not self._client.connected:
                    await self.open()
                ack = await asyncio.wait_for(self.send(text, cid), 2)
            except OFFLINE:
                await asyncio.sleep(0.05)
                continue
            if ack["ok"]:
                self.acked.append(text)
                return
            await asyncio.sleep(0.05)

    async def settle(self) -> None:
        """Comes back to the page until it can be opened."""
        while True:
            try:
                await self.open()
                return
            except OFFLINE:
                await asyncio.sleep(0.05)


def collect(database: OwnDatabase, rasa: FakeRasa, visitors: list[Persistent]) -> Evidence:
    """Everything that was seen, from all sides."""
    evidence = Evidence(unfinished=find_unfinished(database))
    owners: dict[str, str] = {}
    rows = database.read(
        "SELECT m.id, m.direction, m.text, m.delivery, m.maybe_repeated, i.external_id, c.id"
        " FROM conversations_message m"
        " JOIN conversations_conversation c ON c.id = m.conversation_id"
        " JOIN conversations_channelidentity i ON i.id = c.identity_id ORDER BY m.id"
    )
    inbound, outbound = defaultdict(list), defaultdict(list)
    for key, direction, text, delivery, marked, user, conversation in rows:
        owners[str(conversation).replace("-", "")] = user
        if direction == "inbound":
            inbound[user].append(text)
        else:
            outbound[user].append((key, text, delivery, bool(marked)))
    ran = defaultdict(list)
    for conversation, _, said in rasa.ran:
        ran[owners.get(conversation.replace("-", ""), "nobody")].append(said)
    evidence.inbound, evidence.outbound, evidence.ran = dict(inbound), dict(outbound), dict(ran)
    for visitor in visitors:
        evidence.acked[visitor.key] = visitor.acked
        evidence.received[visitor.key] = [frame["metadata"]["id"] for frame in visitor.received]
        evidence.page[visitor.key] = [
            visitor.shown[key]["text"] for key in sorted(visitor.shown) if visitor.shown[key]["author"] != "contact"
        ]
    return evidence


def find_unfinished(database: OwnDatabase) -> list[str]:
    """Work that is still to be done, a lease that is still held."""
    rows = database.read(
        "SELECT 'message', id FROM conversations_message WHERE handling IN ('pending', 'dead')"
        " OR delivery IN ('queued', 'sending', 'delayed', 'failed')"
    )
    rows += database.read("SELECT 'turn', id FROM conversations_turn WHERE state <> 'answered'")
    rows += database.read("SELECT 'lease', epoch FROM conversations_conversation WHERE lease_until IS NOT NULL")
    return [f"{kind} {key}" for kind, key in rows]


async def finish(database: OwnDatabase, rasa: FakeRasa, visitors: list[Persistent]) -> Evidence:
    """Waits until everything is answered, opens every page once more, and collects."""
    await wait_until(lambda: not find_unfinished(database), "all work to be done", timeout_s=20)
    for visitor in visitors:
        await visitor.settle()
    return collect(database, rasa, visitors)


@pytest.mark.parametrize(
    ("point", "count"),
    [
        ("before_a", 2),
        ("after_a", 2),
        ("before_b", 2),
        ("inside_b", 2),
        ("after_b", 2),
        ("before_c", 2),
        ("after_c", 2),
    ],
)
async def test_a_crash_loses_and_doubles_nothing(
    gateway_process: GatewayProcess, own_database: OwnDatabase, rasa: Running[FakeRasa], point: str, count: int
) -> None:
    await gateway_process.start(point, count)
    visitor = Persistent(gateway_process.url)
    talking = asyncio.create_task(_talk(visitor, [f"{point} {number}" for number in range(4)]))
    await gateway_process.wait_for_death()
    await gateway_process.start()
    await asyncio.wait_for(talking, 30)
    evidence = await finish(own_database, rasa.app, [visitor])
    await visitor.leave()
    assert find_faults(evidence) == []
    marked = sum(marked for rows in evidence.outbound.values() for *_, marked in rows)
    # At the other points the answer before may just have been on its way.
    assert marked in ((1,) if point in ("after_b", "before_c") else (0, 1))


async def test_random_kills_of_two_gateways(own_database: OwnDatabase, rasa: Running[FakeRasa], redis_url: str) -> None:
    """With Redis, as two gateways need it: an answer may be sent by the one that its customer is not connected to."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    rasa.app.delay_s = 0.005
    gateways = [GatewayProcess(own_database, rasa.url, REDIS_URL=redis_url) for _ in range(2)]
    await asyncio.gather(*(process.start() for process in gateways))
    visitors = [Persistent(gateways[number % 2].url) for number in range(4)]
    done = asyncio.gather(*(_talk_on(visitor, number) for number, visitor in enumerate(visitors)))
    try:
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.05, 0.6))
            victim = chance.choice(gateways)
            await victim.kill()
            await victim.start()
        for visitor in visitors:
            visitor.enough = True  # type: ignore[attr-defined]
        await asyncio.wait_for(done, 60)
        evidence = await finish(own_database, rasa.app, visitors)
    finally:
        await asyncio.gather(*(visitor.leave() for visitor in visitors), *(process.end() for process in gateways))
    assert find_faults(evidence) == []
    assert sum(len(acked) for acked in evidence.acked.values()) >= KILLS
    assert rasa.app.side_by_side == 1


async def _talk(visitor: Persistent, texts: list[str]) -> None:
    for text in texts:
        await visitor.say(text)


async def _talk_on(visitor: Persistent, number: int) -> None:
    count = 0
    while not getattr(visitor, "enough", False):
        count += 1
        await visitor.say(f"v{number} m{count}")
        await asyncio.sleep(0.03)


GOOD = Evidence(
    acked={"v": ["a", "b", "c"]},
    inbound={"v": ["a", "b", "c"]},
    ran={"v": ["a", "b\nc"]},
    outbound={"v": [(4, "about: a", "sent", True), (5, "about: b\nc", "sent", False)]},
    received={"v": [4, 4, 5]},
    page={"v": ["about: a", "about: b\nc"]},
)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda e: e.inbound["v"].pop(),
        lambda e: e.inbound["v"].insert(0, "a"),
        lambda e: e.inbound["v"].reverse(),
        lambda e: e.ran["v"].pop(0),
        lambda e: e.ran["v"].append("a"),
        lambda e: e.ran["v"].reverse(),
        lambda e: e.outbound["v"].pop(),
        lambda e: e.outbound["v"].reverse(),
        lambda e: e.outbound["v"].append((9, "about: a", "sent", False)),
        lambda e: e.outbound["v"].__setitem__(1, (5, "about: b\nc", "failed", False)),
        lambda e: e.received["v"].append(5),
        lambda e: e.page["v"].pop(),
        lambda e: e.unfinished.append("message 7"),
    ],
)
def test_the_oracle_notices_what_is_wrong(spoil: Any) -> None:
    assert find_faults(GOOD) == []
    spoilt = copy.deepcopy(GOOD)
    spoil(spoilt)
    assert find_faults(spoilt) != []
