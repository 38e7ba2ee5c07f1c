"""A real, tiny Rasa model of the project's own domain and rules, and the channel around it, in this process."""

from __future__ import annotations

import logging
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

# Rasa and what it brings warn at import in ways that are not ours to mend; here they are imported before any test.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import rasa.core.agent
    import rasa.core.tracker_store
    import rasa.engine.recipes.default_components

    from bot.dialogue.channel import TurnChannel
    from bot.dialogue.tracker_store import BoundedTrackerStore

from tests.fakes.action_server import ActionServer, running_action_server

if TYPE_CHECKING:
    from rasa.core.agent import Agent

TOKEN = "a token of the tests"
ROOT = Path(__file__).resolve().parents[3]

CONFIG = """
recipe: default.v1
language: en
assistant_id: test
pipeline:
  - name: KeywordIntentClassifier
  - name: tests.fakes.keyword_gate.KeywordGate
policies:
  - name: RulePolicy
    enable_fallback_prediction: false
"""
NLU = """
version: "3.1"
nlu:
  - intent: faq
    examples: |
      - refund
  - intent: greet
    examples: |
      - hello
  - intent: order_status
    examples: |
      - my order
  - intent: human
    examples: |
      - a person
  - intent: order_cancel
    examples: |
      - cancel
  - intent: deny
    examples: |
      - never mind
"""


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's domain and rules under keywords instead of the real pipeline: trained in seconds."""
    folder = tmp_path_factory.mktemp("model")
    (folder / "config.yml").write_text(CONFIG)
    (folder / "nlu.yml").write_text(NLU)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from rasa.model_training import train

        files = [str(folder / "nlu.yml"), str(ROOT / "data" / "rules")]
        result = train(str(ROOT / "domain"), str(folder / "config.yml"), files, str(folder), fixed_model_name="tiny")
    assert result.model is not None
    return Path(result.model)


@pytest.fixture(scope="session")
def agent(model: Path) -> Agent:
    """The model loaded once; each test gives it its own tracker store."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return rasa.core.agent.Agent.load(str(model))


@pytest.fixture
async def actions() -> AsyncIterator[ActionServer]:
    """The action server of this test."""
    async with running_action_server() as server:
        yield server


@pytest.fixture
def store(agent: Agent, tmp_path: Path) -> BoundedTrackerStore:
    """A tracker store on a new file."""
    return BoundedTrackerStore(agent.domain, host=f"sqlite:///{tmp_path / 'rasa.db'}")


@pytest.fixture
async def rasa_http(
    agent: Agent, store: BoundedTrackerStore, actions: ActionServer
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of Rasa's HTTP side with our channel on it, token included."""
    from sanic import Sanic

    # As Rasa does it: every store is wrapped, ours has to be found under the wrapper.
    agent.tracker_store = rasa.core.tracker_store.FailSafeTrackerStore(store)
    Sanic._app_registry.clear()
    app = Sanic("rasa_of_the_tests", configure_logging=False)
    logging.getLogger("sanic.root").setLevel(logging.ERROR)
    app.ctx.agent = agent
    channel = TurnChannel(TOKEN, actions.url)
    app.blueprint(channel.blueprint(_unused), url_prefix="/webhooks/seva")
    # Sanic rewrites its own code at each start; in test mode it can do so twice in one process.
    Sanic.test_mode = True
    await app._startup()
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://rasa", headers=headers) as client:
        yield client


async def _unused(message: object) -> None:
    raise AssertionError("Rasa's own handler swallows failures and must stay unused")
