"""Small talk, asking back, complaints and the hand-off, in every language."""

from __future__ import annotations

import pytest

from bot.language.texts import LANGUAGES, say
from tests.actions.conftest import Customer, says

ASK = {
    "route": "faq", "topic": "refund.time", "decision": "ask_back", "confidence": 0.4,
    "alternatives": [
        {"route": "faq", "topic": "refund.time", "confidence": 0.4},
        {"route": "refund_status", "topic": None, "confidence": 0.3},
        {"route": "faq", "topic": "refund.method", "confidence": 0.2},
        {"route": "faq", "topic": "refund.policy", "confidence": 0.05},
        {"route": "out_of_scope", "topic": None, "confidence": 0.05},
    ],
}  # fmt: skip
NOT_UNDERSTOOD = {"route": "nlu_fallback", "decision": "not_understood", "alternatives": []}


async def test_asking_back_offers_the_likeliest_and_a_person(customer: Customer) -> None:
    text = await customer.say("action_ask_back", "refund", gate=ASK)
    assert text == say("handoff.ask_back", "en")
    assert [button["payload"] for button in customer.buttons] == [
        '/faq{"topic": "refund.time"}',
        "/refund_status",
        '/faq{"topic": "refund.method"}',
        "/human",
    ]
    assert customer.turn.get("decision") is None


async def test_a_bare_yes_to_what_was_asked_back_brings_the_same_choices(customer: Customer) -> None:
    await customer.say("action_ask_back", "refund", gate=ASK)
    asked = [button["payload"] for button in customer.buttons]
    for _ in range(2):
        said = await customer.say("action_answer_affirm", "yes")
        assert said == say("smalltalk.affirm.which", "en")
        assert [button["payload"] for button in customer.buttons] == asked
    await customer.say("action_answer_thanks", "thanks")
    await customer.say("action_answer_affirm", "yes")
    assert [button["payload"] for button in customer.buttons] != asked


GUESSES = [
    {"route": "faq", "topic": "refund.time", "confidence": 0.4},
    {"route": "refund_status", "topic": None, "confidence": 0.3},
    {"route": "out_of_scope", "topic": None, "confidence": 0.2},
]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_where_none_of_the_guesses_may_be_meant_there_is_a_way_out_of_them(
    customer: Customer, language: str
) -> None:
    customer.language = language
    await customer.say("action_ask_back", "refund", gate={**ASK, "alternatives": GUESSES})
    payloads = ['/faq{"topic": "refund.time"}', "/refund_status", "/out_of_scope", "/human"]
    assert [button["payload"] for button in customer.buttons] == payloads
    said = await customer.say("action_answer_out_of_scope", "/out_of_scope")
    assert says(said, "smalltalk.out_of_scope.chosen", language)
    # That was no answer: a second turn without one brings a person.
    await customer.say("action_ask_back", "xqzv", gate=NOT_UNDERSTOOD)
    assert customer.turn["reason"] == "low_confidence"


async def test_what_was_not_understood_is_not_called_something_else(customer: Customer) -> None:
    await customer.say("action_ask_back", "hm", gate={**ASK, "decision": "not_understood", "alternatives": GUESSES})
    assert "/out_of_scope" not in [button["payload"] for button in customer.buttons]


async def test_two_turns_without_an_answer_bring_a_person(customer: Customer) -> None:
    assert await customer.say("action_ask_back", "xqzv", gate=NOT_UNDERSTOOD) == say("handoff.not_understood", "en")
    await customer.say("action_ask_back", "plorf", gate=NOT_UNDERSTOOD)
    assert (customer.turn["decision"], customer.turn["reason"]) == ("hand_off", "low_confidence")


FORM = [("orders_number", "orders.bad_number"), ("orders_contact", "orders.bad_contact")]


@pytest.mark.parametrize(("slot", "key"), FORM)
async def test_what_the_form_cannot_read_is_asked_for_with_an_example(customer: Customer, slot: str, key: str) -> None:
    customer.slots["requested_slot"] = slot
    assert await customer.say("action_ask_back", "umm", gate=NOT_UNDERSTOOD) == say(key, "en")
    await customer.say("action_ask_back", "hmm", gate=NOT_UNDERSTOOD)
    assert customer.turn["reason"] == "low_confidence"


async def test_an_answer_between_starts_the_count_anew(customer: Customer) -> None:
    await customer.say("action_ask_back", "xqzv", gate=NOT_UNDERSTOOD)
    await customer.say("action_answer_thanks", "thanks")
    await customer.say("action_ask_back", "plorf", gate=NOT_UNDERSTOOD)
    assert customer.turn.get("decision") is None


async def test_a_person_asked_for_gets_what_is_known(customer: Customer) -> None:
    await customer.say("action_answer_faq", "refund time", gate={"route": "faq", "topic": "refund.time"})
    text = await customer.say("action_hand_off", "let me talk to someone about TT-10432", order="TT-10432")
    assert text == say("handoff.reasons.asked", "en")
    assert customer.turn["reason"] == "asked"
    summary = customer.turn["summary"]
    assert summary["tried_topics"] == ["refund.time"]
    assert summary["order_named"] == "TT-10432"
    assert "orders" not in summary


FURIOUS = [
    "you are thieves and frauds",
    "I will go to consumer court",
    "THIS IS THE WORST SERVICE EVER",
    "where is my money!!!",
    "તમે લોકો ચોર છો",
    "ગ્રાહક કોર્ટમાં જઈશ",
    "tame loot machavi che",
    "நீங்க எல்லாம் திருடங்க",
    "நுகர்வோர் நீதிமன்றத்துக்கு போகப் போறேன்",
    "ivanga ellam fraud pasanga",
]


@pytest.mark.parametrize("text", FURIOUS)
async def test_the_furious_get_a_person_at_once(customer: Customer, text: str) -> None:
    await customer.say("action_answer_complaint", text, gate={"route": "complaint"})
    assert (customer.turn["decision"], customer.turn["reason"]) == ("hand_off", "complaint")


MILD = [
    ("my order is late again", "late"),
    ("the lamp came broken", "damaged"),
    ("i got the wrong size", "wrong_item"),
    ("you show delivered but nothing came", "not_received"),
    ("my refund is not here yet", "refund"),
    ("you debited me twice, charged twice", "payment"),
    ("towels feel thin, bad quality", "quality"),
    ("તૂટેલું આવ્યું", "damaged"),
    ("haji nathi avyu maru parcel", "late"),
    ("பொருள் உடைஞ்சு வந்திருக்கு", "damaged"),
    ("innum varala en parcel", "late"),
]


@pytest.mark.parametrize(("text", "kind"), MILD)
async def test_a_complaint_is_named_and_gets_a_way_out(customer: Customer, text: str, kind: str) -> None:
    said = await customer.say("action_answer_complaint", text, gate={"route": "complaint"})
    assert say(f"care.complaint.problems.{kind}", "en") in said
    assert say(f"care.complaint.ways.{kind}", "en") in said
    assert "/human" in [button["payload"] for button in customer.buttons]
    assert customer.turn.get("decision") is None


async def test_a_second_complaint_brings_a_person(customer: Customer) -> None:
    await customer.say("action_answer_complaint", "my order is late", gate={"route": "complaint"})
    await customer.say("action_answer_complaint", "it is still late", gate={"route": "complaint"})
    assert customer.turn["reason"] == "complaint"


async def test_yes_to_the_offered_person_brings_one(customer: Customer) -> None:
    await customer.say("action_answer_complaint", "my order is late", gate={"route": "complaint"})
    await customer.say("action_answer_affirm", "yes please")
    assert (customer.turn["decision"], customer.turn["reason"]) == ("hand_off", "complaint")


async def test_a_greeting_knows_the_name(customer: Customer) -> None:
    customer.context = {"name": "Hetal Patel"}
    assert "Hello Hetal," in await customer.say("action_answer_greet", "hi")
    assert await customer.say("action_answer_greet", "hi") == say("smalltalk.greet.again", "en")


SMALLTALK = (
    "action_answer_greet", "action_answer_thanks", "action_answer_bye", "action_answer_affirm", "action_answer_deny",
    "action_answer_bot_challenge", "action_answer_feedback", "action_answer_out_of_scope", "action_answer_complaint",
    "action_ask_back", "action_hand_off", "action_not_helped", "action_thank_helped", "action_search_products",
    "action_answer_product", "action_answer_order_cancel", "action_answer_order_change", "action_answer_return_request",
    "action_answer_invoice_request", "action_answer_refund_status", "action_answer_privacy_request",
    "action_tell_order_status", "action_ask_orders_number", "action_ask_orders_contact", "action_answer_faq",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_action_answers_in_every_language(customer: Customer, language: str) -> None:
    customer.language = language
    customer.script = {"gu": "Gujr", "ta": "Taml"}.get(language, "Latn")
    low, high = {"gu": ("\u0a80", "\u0aff"), "ta": ("\u0b80", "\u0bff")}.get(language, ("a", "z"))
    for action in SMALLTALK:
        customer.slots = {}
        text = await customer.say(action, "?")
        assert any(low <= char <= high for char in text), action
        assert len(text) <= 1024, action
        assert all(len(button["title"]) <= 20 for button in customer.buttons), action
