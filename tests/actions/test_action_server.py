"""The action server: every action of the domain is there, and no failure tells anything of the customer."""

from __future__ import annotations

import logging
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from django.db import OperationalError
from rasa_sdk import Action
from rasa_sdk.interfaces import ActionExecutionRejection

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from sanic import Sanic

    from actions.__main__ import GuardedExecutor, make_app

pytestmark = pytest.mark.filterwarnings("ignore")

ROOT = Path(__file__).resolve().parents[2]
SECRET = "4111111111111111 hetal@example.com"


class Failing(Action):
    def name(self) -> str:
        return "action_fails"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        raise ValueError(f"cannot read {tracker.latest_message['text']}")


class Stranded(Action):
    def name(self) -> str:
        return "action_without_database"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        raise OperationalError("database is locked")


class Refusing(Action):
    def name(self) -> str:
        return "action_refuses"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        raise ActionExecutionRejection(self.name(), SECRET)


class Plain(Action):
    def name(self) -> str:
        return "action_plain"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(text="done", buttons=[], turn={"topic": "refund.time"})
        return []


def read_domain(part: str) -> set[str]:
    """The names under one key of all domain files."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "domain").glob("*.yml")]
    return {name if isinstance(name, str) else next(iter(name)) for file in files for name in file.get(part) or ()}


def call(action: str) -> dict[str, Any]:
    tracker = {"sender_id": "c1", "slots": {}, "latest_message": {"text": SECRET}, "events": [], "paused": False}
    return {"next_action": action, "tracker": tracker | {"followup_action": None, "active_loop": {}}}


@pytest.fixture
async def server() -> AsyncIterator[httpx.AsyncClient]:
    """The real server with all actions of the project and those of this file."""
    Sanic._app_registry.clear()
    Sanic.test_mode = True
    app = make_app()
    await app._startup()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://actions") as client:
        yield client


def test_domain_and_code_name_the_same_actions() -> None:
    executor = GuardedExecutor()
    executor.register_package("actions")
    of_this_file = {"action_fails", "action_refuses", "action_plain", "action_without_database"}
    assert set(executor.actions) - of_this_file == read_domain("actions")


def test_every_intent_leads_to_an_action() -> None:
    rules = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "data" / "rules").glob("*.yml")]
    steps = [step for file in rules for rule in file["rules"] for step in rule["steps"]]
    assert {step["intent"] for step in steps if "intent" in step} == read_domain("intents")
    named = {step["action"] for step in steps if "action" in step} - {"action_deactivate_loop"}
    assert named <= read_domain("actions") | read_domain("forms")


async def test_a_failure_tells_nothing_of_the_customer(
    server: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        response = await server.post("/webhook", json=call("action_fails"))
    number = response.json()["error"].rpartition(" ")[2]
    assert (response.status_code, "4111" in response.text) == (500, False)
    assert number in caplog.text
    assert "4111" not in caplog.text
    assert "hetal" not in caplog.text


async def test_a_missing_database_is_no_fault_of_the_action(server: httpx.AsyncClient) -> None:
    response = await server.post("/webhook", json=call("action_without_database"))
    assert response.status_code == 503


async def test_a_refusal_reaches_the_form_without_its_text(server: httpx.AsyncClient) -> None:
    response = await server.post("/webhook", json=call("action_refuses"))
    assert (response.status_code, response.json()) == (400, {"error": "refused", "action_name": "action_refuses"})


async def test_a_plain_function_runs_and_its_record_arrives(server: httpx.AsyncClient) -> None:
    response = await server.post("/webhook", json=call("action_plain"))
    assert response.json()["responses"][0]["turn"] == {"topic": "refund.time"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"next_action": "action_nobody_knows", "tracker": {}}'])
async def test_a_call_that_is_none_is_refused(server: httpx.AsyncClient, body: bytes) -> None:
    response = await server.post("/webhook", content=body)
    assert response.status_code in (404, 422)
