"""The input channel with a real model and a real HTTP action server: at most once, honest, and closed to commands."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.dialogue import turns
from tests.fakes.action_server import ActionServer, Answer, says
from tests.fakes.keyword_gate import KeywordGate

pytestmark = [pytest.mark.rasa, pytest.mark.filterwarnings("ignore")]

TURN = "/webhooks/seva/turn"
ASK_NUMBER, ASK_CONTACT = "action_ask_orders_number", "action_ask_orders_contact"


def turn(message_id: str, text: str | None = None, conversation: str = "c1", **more: Any) -> dict[str, Any]:
    return {"conversation": conversation, "message_id": message_id, "text": text, **more}


async def texts(client: httpx.AsyncClient, *messages: dict[str, Any]) -> list[list[str]]:
    """The bubbles' texts of each answer in turn."""
    answers = [(await client.post(TURN, json=message)).json() for message in messages]
    return [[reply["text"] for reply in answer["replies"]] for answer in answers]


def button(message_id: str, payload: str) -> dict[str, Any]:
    return turn(message_id, payload=payload)


async def test_a_turn_is_answered_with_replies_and_record(rasa_http: httpx.AsyncClient, actions: ActionServer) -> None:
    shown = {"title": "Yes", "payload": "/helped", "kind": "feedback"}
    card = {"title": "Kurta", "price": "₹999", "link": "/p/kurta"}
    actions.answer = lambda name, tracker: says(name, buttons=[shown], cards=[card], turn={"topic": "refund.time"})
    response = await rasa_http.post(TURN, json=turn("1", "refund", context={"language": "gu", "contact": "12"}))
    answer = response.json()
    assert response.status_code == 200
    assert answer["replayed"] is False
    assert answer["replies"][0]["buttons"] == [shown]
    assert answer["replies"][0]["cards"][0]["price"] == "₹999"
    record = answer["turn"]
    assert (record["route"], record["topic"], record["decision"]) == ("faq", "refund.time", "answer")
    assert set(record["ms"]) == {"nlu", "actions", "total"}
    assert actions.calls[0]["tracker"]["latest_message"]["metadata"]["contact"] == "12"


async def test_a_repeated_message_gets_the_recorded_answer_and_runs_nothing(
    rasa_http: httpx.AsyncClient, actions: ActionServer
) -> None:
    first = (await rasa_http.post(TURN, json=turn("1", "hello"))).json()
    await rasa_http.post(TURN, json=turn("2", "refund"))
    again = (await rasa_http.post(TURN, json=turn("1", "hello"))).json()
    assert again == first | {"replayed": True}
    assert actions.names() == ["action_answer_greet", "action_answer_faq"]


async def test_the_same_message_at_the_same_time_runs_once(rasa_http: httpx.AsyncClient, actions: ActionServer) -> None:
    actions.delay_s = 0.05
    answers = await asyncio.gather(*(rasa_http.post(TURN, json=turn("1", "hello")) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert sorted(answer.json()["replayed"] for answer in answers) == [False] + [True] * 4
    assert actions.names() == ["action_answer_greet"]


@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer wrong", "bearer a token of the tests"])
async def test_a_wrong_token_is_refused(rasa_http: httpx.AsyncClient, actions: ActionServer, token: str | None) -> None:
    headers = {"Authorization": token} if token is not None else {"Authorization": "Basic x"}
    response = await rasa_http.post(TURN, json=turn("1", "hello"), headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "unauthorized")
    assert actions.calls == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"conversation": "c"}',
        b'{"conversation": "c", "message_id": "1"}',
        b'{"conversation": "c", "message_id": "1", "text": "x", "payload": "/greet"}',
        b'{"conversation": "c", "message_id": "1", "text": 5}',
        b'{"conversation": "c", "message_id": "1", "payload": "/restart"}',
        b'{"conversation": "c", "message_id": "1", "payload": "/unknown_intent"}',
        b'{"conversation": "c", "message_id": "1", "payload": "greet"}',
        b'{"conversation": "c", "message_id": "1", "payload": "/faq{\\"topic\\": {\\"a\\": 1}}"}',
        b"[" * 100_000,
    ],
)
async def test_a_malformed_turn_is_refused(rasa_http: httpx.AsyncClient, actions: ActionServer, body: bytes) -> None:
    response = await rasa_http.post(TURN, content=body)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "malformed")
    assert actions.calls == []


@pytest.mark.parametrize("slash", ["/", " /", "／", "\u200b/", "//", "\n/"])
@pytest.mark.parametrize("command", ["restart", 'order_status{"order":"TT-1"}', "human", "session_start"])
async def test_text_never_becomes_a_command(
    rasa_http: httpx.AsyncClient, actions: ActionServer, slash: str, command: str
) -> None:
    answer = (await rasa_http.post(TURN, json=turn("1", slash + command))).json()
    assert answer["turn"]["decision"] == "not_understood"
    assert actions.names() == ["action_ask_back"]
    assert actions.calls[0]["tracker"]["slots"]["orders_number"] is None


async def test_a_form_asks_takes_and_tells(rasa_http: httpx.AsyncClient, actions: ActionServer) -> None:
    said = await texts(
        rasa_http,
        turn("1", "my order"),
        button("2", '/affirm{"order": "TT-10432"}'),
        button("3", '/affirm{"email": "a@example.com"}'),
        turn("4", "hello"),
    )
    assert [bubbles[-1] for bubbles in said] == [
        ASK_NUMBER,
        ASK_CONTACT,
        "action_tell_order_status",
        "action_answer_greet",
    ]


async def test_a_turn_inside_a_form_has_no_route_of_its_own(
    rasa_http: httpx.AsyncClient, actions: ActionServer
) -> None:
    opened = (await rasa_http.post(TURN, json=turn("1", "my order"))).json()
    inside = (await rasa_http.post(TURN, json=button("2", '/affirm{"order": "TT-10432"}'))).json()
    assert (opened["turn"]["route"], inside["turn"]["route"]) == ("order_status", None)
    assert (inside["turn"]["decision"], inside["turn"]["order"]) == ("answer", "TT-10432")


async def test_what_a_form_takes_keeps_the_wish_that_it_tells(rasa_http: httpx.AsyncClient) -> None:
    await rasa_http.post(TURN, json=turn("1", "my order"))
    inside = (await rasa_http.post(TURN, json=turn("2", "my order TT-10432"))).json()
    assert (inside["turn"]["route"], inside["turn"]["decision"]) == ("order_status", "answer")


async def test_a_question_inside_a_form_is_answered_and_the_form_goes_on(
    rasa_http: httpx.AsyncClient, actions: ActionServer
) -> None:
    actions.answer = lambda name, tracker: (
        says(name) if not name.startswith("validate") else {"events": [], "responses": []}
    )
    said = await texts(
        rasa_http, turn("1", "my order"), *(turn(str(i), "refund") for i in range(2, 8)), turn("9", "my order")
    )
    assert said[1:7] == [["action_answer_faq", ASK_NUMBER]] * 6
    assert said[7] == [ASK_NUMBER]


@pytest.mark.parametrize(("text", "action"), [("never mind", "action_answer_deny"), ("a person", "action_hand_off")])
async def test_a_form_is_left(rasa_http: httpx.AsyncClient, actions: ActionServer, text: str, action: str) -> None:
    said = await texts(rasa_http, turn("1", "my order"), turn("2", text), turn("3", "hello"))
    assert said[1:] == [[action], ["action_answer_greet"]]


async def test_a_form_survives_a_restart_and_many_digressions(
    rasa_http: httpx.AsyncClient, actions: ActionServer
) -> None:
    actions.answer = lambda name, tracker: (
        says(name) if not name.startswith("validate") else {"events": [], "responses": []}
    )
    await texts(rasa_http, turn("a", "my order"), button("b", '/affirm{"order": "TT-10432"}'))
    await texts(rasa_http, *(turn(str(i), "refund") for i in range(30)))
    slots = actions.calls[-1]["tracker"]["slots"]
    assert (slots["orders_number"], slots["requested_slot"]) == ("TT-10432", "orders_contact")
    sizes = [len(json.dumps(call)) for call in actions.calls]
    assert sizes[-1] < 1.2 * sizes[12]


FAILURES: dict[str, tuple[Callable[[str, Answer], Answer | int], str]] = {
    "the action raised": (lambda name, tracker: 500, "turn_failed"),
    "the action is missing": (lambda name, tracker: 404, "turn_failed"),
    "the answer is no answer": (lambda name, tracker: {"events": "none", "responses": []}, "turn_failed"),
    "the action server has no database": (lambda name, tracker: 503, "action_unavailable"),
    "a proxy finds no action server": (lambda name, tracker: 502, "action_unavailable"),
}


@pytest.mark.parametrize("why", FAILURES)
async def test_a_failing_action_saves_nothing_and_says_so(
    rasa_http: httpx.AsyncClient, actions: ActionServer, why: str
) -> None:
    good = actions.answer
    actions.answer, code = FAILURES[why]
    failed = await rasa_http.post(TURN, json=turn("1", "hello"))
    assert (failed.status_code, failed.json()["error"]["code"]) == (503, code)
    actions.answer = good
    again = await rasa_http.post(TURN, json=turn("1", "hello"))
    assert (again.status_code, again.json()["replayed"]) == (200, False)
    assert len([event for event in actions.calls[-1]["tracker"]["events"] if event["event"] == "user"]) == 1


async def test_a_slow_action_ends_in_an_honest_failure(
    rasa_http: httpx.AsyncClient, actions: ActionServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "TURN_TIMEOUT_S", 0.05)
    actions.delay_s = 5.0
    response = await rasa_http.post(TURN, json=turn("1", "hello"))
    assert (response.status_code, response.json()["error"]["code"]) == (503, "action_unavailable")


async def test_an_action_without_a_word_is_a_failure_not_silence(
    rasa_http: httpx.AsyncClient, actions: ActionServer
) -> None:
    actions.answer = lambda name, tracker: {"events": [], "responses": []}
    response = await rasa_http.post(TURN, json=turn("1", "hello"))
    assert (response.status_code, response.json()["error"]["code"]) == (503, "turn_failed")


async def test_a_locked_database_is_a_failure_and_the_repeat_is_right(
    rasa_http: httpx.AsyncClient, actions: ActionServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await texts(rasa_http, turn("1", "hello"))
    holder = sqlite3.connect(tmp_path / "rasa.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    locked = await rasa_http.post(TURN, json=turn("2", "refund"))
    holder.execute("ROLLBACK")
    holder.close()
    assert (locked.status_code, locked.json()["error"]["code"]) == (503, "turn_failed")
    again = (await rasa_http.post(TURN, json=turn("2", "refund"))).json()
    assert again["replayed"] is False
    users = [event["text"] for event in actions.calls[-1]["tracker"]["events"] if event["event"] == "user"]
    assert users == ["hello", "refund"]


async def test_logs_carry_no_word_of_the_customer(
    rasa_http: httpx.AsyncClient, actions: ActionServer, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "4111111111111111 hetal@example.com refund"
    with caplog.at_level(logging.DEBUG):
        await rasa_http.post(TURN, json=turn("1", secret))
        actions.answer = lambda name, tracker: 500
        await rasa_http.post(TURN, json=turn("2", secret))
        actions.answer = lambda name, tracker: says(name, buttons=[{"title": secret}])
        await rasa_http.post(TURN, json=turn("3", secret))
    logged = [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO]
    assert any("turn not taken" in line for line in logged)
    assert not any("4111" in line or "hetal" in line for line in logged)


async def test_history_is_replayed_before_the_message(rasa_http: httpx.AsyncClient, actions: ActionServer) -> None:
    history = [{"from": "customer", "text": "my order"}, {"from": "bot", "text": "Which one?"}]
    answer = await rasa_http.post(
        TURN, json=button("1", '/affirm{"order": "TT-10432"}') | {"context": {"history": history}}
    )
    assert [reply["text"] for reply in answer.json()["replies"]][-1] == ASK_CONTACT


async def test_health_names_the_model(rasa_http: httpx.AsyncClient) -> None:
    response = await rasa_http.get("/webhooks/seva/")
    assert response.json()["status"] == "ok"


async def test_messages_are_read_ahead_of_the_first_customer(
    rasa_http: httpx.AsyncClient, actions: ActionServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KeywordGate, "read", [])
    await texts(rasa_http, turn("1", "hello"), turn("2", "hello"))
    assert KeywordGate.read == [*turns.WARM_UP, "hello", "hello"]
    assert len(actions.calls) == 2


async def test_what_cannot_be_read_ahead_stops_nothing(
    rasa_http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(KeywordGate, "broken", {turns.WARM_UP[0]})
    assert (await rasa_http.post(TURN, json=turn("1", "hello"))).status_code == 200
    assert "nothing could be read yet" in caplog.text
