"""The gate's decisions from made-up understandings."""

import dataclasses
import math

import pytest

from bot.nlu.gate import FEATURES, Gate, build_signals, load_gate
from bot.nlu.model import Ranking
from bot.nlu.person import PersonGate
from bot.nlu.understanding import Understanding

SURE = Understanding(
    Ranking(["faq/refund.time", "refund_status"], [0.97, 0.01], [0.9, 0.05], [("faq/refund.time", 0.9)], 0.0),
    "faq/refund.time",
    5,
    frozenset(),
    False,
    False,
)
TORN = dataclasses.replace(
    SURE,
    ranking=Ranking(["faq/refund.time", "refund_status"], [0.3, 0.28], [0.3, 0.3], [("refund_status", 0.5)], 0.1),
)
LOST = dataclasses.replace(
    SURE, ranking=Ranking(["faq/gift.wrap", "out_of_scope"], [0.03, 0.03], [0.0, 0.0], [("bye", 0.1)], 0.9)
)


def judge(found: Understanding, gate: Gate | None = None) -> str:
    return (gate or load_gate()).judge(found, "en", "Latn", 0.99).decision


def test_a_sure_message_is_answered_with_route_and_topic() -> None:
    verdict = load_gate().judge(SURE, "en", "Latn", 0.99)
    assert verdict.decision == "answer"
    assert (verdict.first.route, verdict.first.topic) == ("faq", "refund.time")


def test_a_torn_message_is_asked_back_and_offers_both() -> None:
    verdict = Gate({"log_first": 1.0}, 0.7, 0.5, 0.25).judge(TORN, "en", "Latn", 0.99)
    assert verdict.decision == "ask_back"
    assert [one.route for one in verdict.alternatives] == ["faq", "refund_status"]


def test_a_lost_message_is_not_understood() -> None:
    assert judge(LOST) == "not_understood"


def test_nonsense_is_not_understood_however_sure_the_model_is() -> None:
    ranking = dataclasses.replace(SURE.ranking, unknown_share=1.0, nearest=[("faq/refund.time", 0.3)])
    assert judge(dataclasses.replace(SURE, ranking=ranking)) == "not_understood"


def test_a_message_without_words_is_not_understood() -> None:
    assert judge(dataclasses.replace(SURE, words=0)) == "not_understood"


def offered(ranking: Ranking) -> list[str]:
    verdict = Gate({}, 0.0, 0.9, 0.1).judge(dataclasses.replace(SURE, ranking=ranking), "en", "Latn", 0.99)
    return [one.route for one in verdict.alternatives]


def test_something_else_is_the_last_choice_where_it_may_be_meant() -> None:
    labels = ["order_change", "out_of_scope", "return_request", "refund_status"]
    probabilities = [0.3, 0.2, 0.1, 0.05]
    ranking = Ranking(labels, probabilities, probabilities, [("order_change", 0.5)], 0.0)
    assert offered(ranking) == ["order_change", "return_request", "out_of_scope"]
    first_foreign = dataclasses.replace(ranking, labels=["out_of_scope", "order_change", "return_request", "greet"])
    assert offered(first_foreign) == ["order_change", "return_request", "out_of_scope"]


def test_three_wishes_are_offered_where_nothing_else_is_likely() -> None:
    labels = ["order_change", "return_request", "refund_status", "order_status", "order_cancel", "faq/refund.time"]
    probabilities = [0.3, 0.2, 0.1, 0.05, 0.04, 0.03, 0.02]
    ranking = Ranking([*labels, "out_of_scope"], probabilities, probabilities, [("order_change", 0.5)], 0.0)
    assert offered(ranking) == ["order_change", "return_request", "refund_status"]


# A complaint first, and beside it somebody who wants to tell it to a person.
BESIDE = dataclasses.replace(
    SURE,
    ranking=Ranking(["complaint", "human", "greet"], [0.4, 0.3, 0.01], [0.5, 0.4, 0.1], [("complaint", 0.6)], 0.0),
)
PERSON = PersonGate({"score": 10.0, "log_probability": 0.0, "margin": 0.0}, -3.0, 0.5)


def test_a_wish_for_a_person_is_granted_though_it_is_not_the_first_thing_said() -> None:
    verdict = Gate({}, 5.0, 0.9, 0.1, PERSON).judge(BESIDE, "en", "Latn", 0.99)
    assert (verdict.first.route, verdict.decision) == ("human", "answer")
    assert verdict.first.confidence == pytest.approx(1 / (1 + math.exp(-1)), abs=1e-4)
    assert [one.route for one in verdict.alternatives] == ["human", "complaint"]


@pytest.mark.parametrize("found", [SURE, dataclasses.replace(BESIDE, words=0)])
def test_nobody_gets_a_person_without_a_wish_for_one(found: Understanding) -> None:
    assert Gate({}, 5.0, 0.9, 0.1, PERSON).judge(found, "en", "Latn", 0.99).first.route != "human"


@pytest.mark.parametrize("found", [SURE, TORN, LOST])
def test_signals_are_finite_and_complete(found: Understanding) -> None:
    signals = build_signals(found, "gu", "Latn", 0.5)
    assert set(signals) == set(FEATURES)
    assert all(math.isfinite(value) for value in signals.values())


def test_the_shipped_gate_knows_every_signal_and_its_measurement() -> None:
    gate = load_gate()
    assert set(gate.weights) == set(FEATURES)
    assert 0 < gate.ask_back_min < gate.answer_min < 1
