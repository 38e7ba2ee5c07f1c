"""A gateway with WhatsApp on, a Graph API of our own behind it, and Meta's side of the webhook."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.assembly import Gateway, build_gateway
from bot.channels.whatsapp import outcomes, pace
from bot.config import Secret, config
from tests.environment import QUICK
from tests.fakes.crashing import OwnDatabase
from tests.fakes.graph_server import FakeGraph
from tests.fakes.meta import SETTINGS, Meta
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.running import Running, run_app


@dataclass
class Line:
    """The way from a customer's phone to the gateway and back."""

    gateway: Gateway
    graph: FakeGraph
    meta: Meta


@pytest.fixture
def own_database(transactional_db: None) -> Iterator[OwnDatabase]:
    """For processes that outlive their transactions badly. In memory: a killed process leaves it as a disk would."""
    with tempfile.TemporaryDirectory(dir=QUICK) as folder:
        yield OwnDatabase(Path(folder))


@pytest.fixture
async def graph() -> AsyncIterator[Running[FakeGraph]]:
    """The Graph API over real HTTP."""
    async with run_app(FakeGraph()) as running:
        yield running


@pytest.fixture
def quick_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Meta's own waiting times are seconds and minutes; here nobody waits for them."""
    monkeypatch.setattr(outcomes, "RETRY_S", (0.02,) * 5)
    monkeypatch.setattr(outcomes, "UNREACHED_S", (0.02,) * 6)
    monkeypatch.setattr(outcomes, "STOP_S", 0.1)
    monkeypatch.setattr(outcomes, "REST_S", 0.05)
    monkeypatch.setattr(pace, "NUMBER_PAUSE_S", 0.02)
    monkeypatch.setattr(pace, "PAIR_PAUSE_S", 0.02)


@pytest.fixture
def whatsapp_settings() -> dict[str, object]:
    """What a test may add to."""
    return {}


@pytest.fixture
async def line(
    transactional_db: None,
    quick_pauses: None,
    rasa: Running[FakeRasa],
    graph: Running[FakeGraph],
    whatsapp_settings: dict[str, object],
) -> AsyncIterator[Line]:
    """Everything in this process: real database, worker, fetcher, webhook; Rasa and Graph are fakes."""
    secrets = {name: Secret(value) if name != "whatsapp_phone_number_id" else value for name, value in SETTINGS.items()}
    settings = replace(
        config(),
        rasa_urls=(rasa.url,),
        whatsapp_api_url=f"{graph.url}/v25.0",
        **secrets,  # type: ignore[arg-type]
        **whatsapp_settings,  # type: ignore[arg-type]
    )
    built = build_gateway(settings)
    await built.start()
    async with run_app(built.webhooks) as webhooks:
        meta = Meta(webhooks.url)
        yield Line(built, graph.app, meta)
        await meta.close()
    await built.stop()
