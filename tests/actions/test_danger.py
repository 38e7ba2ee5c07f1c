"""Danger and damage are heard whatever a message was taken for."""

from __future__ import annotations

import pytest

from bot.language.texts import say
from tests.actions.conftest import Customer

ALTERNATIVES = [
    {"route": "complaint", "topic": None, "confidence": 0.4},
    {"route": "return_request", "topic": None, "confidence": 0.3},
    {"route": "faq", "topic": "return.damaged", "confidence": 0.2},
]
UNSURE = {"route": "complaint", "topic": None, "decision": "ask_back", "alternatives": ALTERNATIVES}
ASK, FAQ = "action_ask_back", "action_answer_faq"


async def test_damage_is_answered_where_all_choices_mean_it(customer: Customer) -> None:
    text = await customer.say(ASK, "the lamp came broken, very disappointed", gate=UNSURE)
    assert say("care.complaint.ways.damaged", "en") in text
    assert (customer.turn["route"], customer.turn["decision"]) == ("complaint", "answer")
    await customer.say("action_answer_affirm", "yes")
    assert customer.turn["decision"] == "hand_off"


async def test_where_another_wish_is_possible_it_is_asked_back(customer: Customer) -> None:
    other = {**UNSURE, "alternatives": [{"route": "order_status", "topic": None, "confidence": 0.3}, *ALTERNATIVES]}
    assert await customer.say(ASK, "my lamp broken order", gate=other) == say("handoff.ask_back", "en")


HEARD_BY = [(ASK, "complaint"), (FAQ, "faq"), ("action_answer_feedback", "feedback")]


@pytest.mark.parametrize(("action", "route"), HEARD_BY)
async def test_danger_brings_a_person_at_once(customer: Customer, action: str, route: str) -> None:
    gate = {**UNSURE, "route": route, "decision": "ask_back" if action == ASK else "answer", "topic": "return.damaged"}
    text = await customer.say(action, "terrible, the iron gave me an electric shock", gate=gate)
    assert "112" in text
    assert (customer.turn["decision"], customer.turn["reason"]) == ("hand_off", "sensitive")


async def test_a_question_about_safety_is_answered(customer: Customer) -> None:
    gate = {"route": "faq", "topic": "product.warranty", "decision": "answer"}
    await customer.say(FAQ, "is a lamp on fire covered by the warranty?", gate=gate)
    assert customer.turn.get("decision") is None
