"""FAQ answers, feedback on them, and the way to a person when they do not help."""

from __future__ import annotations

import json

import pytest

from actions import _faq_answers
from bot.language.texts import say
from knowledge.index import MANIFEST, index_folder
from tests.actions.conftest import Customer

GATE = {"route": "faq", "topic": "refund.time", "decision": "answer"}


async def test_an_answer_comes_with_related_topics_and_feedback(customer: Customer) -> None:
    text = await customer.say("action_answer_faq", "when do i get my money", gate=GATE)
    assert "3 to 7" in text
    kinds = [button["kind"] for button in customer.buttons]
    assert kinds.count("related") <= 3
    assert kinds[-2:] == ["feedback", "feedback"]
    assert customer.buttons[-1]["payload"] == '/not_helped{"topic": "refund.time"}'
    assert customer.turn == {"topic": "refund.time"}
    assert all(len(button["title"]) <= 20 for button in customer.buttons)


WRITINGS = [("gu", "Gujr", False), ("gu", "Latn", True), ("en", "Latn", False)]


@pytest.mark.parametrize(("language", "script", "switch"), WRITINGS)
async def test_romanised_customers_are_offered_english(
    customer: Customer, language: str, script: str, switch: bool
) -> None:
    customer.language, customer.script = language, script
    text = await customer.say("action_answer_faq", "refund kyare", gate=GATE)
    assert any("\u0a80" <= char <= "\u0aff" for char in text) == (language == "gu")
    switches = [button["payload"] for button in customer.buttons if button["kind"] == "switch"]
    assert switches == (['/switch_language{"language": "en"}'] if switch else [])


async def test_the_button_says_the_answer_in_english_and_english_stays(customer: Customer) -> None:
    customer.language, customer.script = "gu", "Latn"
    gujarati = await customer.say("action_answer_faq", "refund kyare", gate=GATE)
    english = await customer.say("action_switch_language", '/switch_language{"language": "en"}', language="en")
    assert english.isascii() or "₹" in english
    assert english != gujarati
    # The next button is still answered in English, a clearly Gujarati message no longer.
    pressed = await customer.say("action_answer_faq", '/faq{"topic": "gift.wrap"}', topic="gift.wrap")
    assert "49" in pressed
    assert not any("\u0a80" <= char <= "\u0aff" for char in pressed)
    again = await customer.say("action_answer_faq", "refund kyare malse mane kaho", gate=GATE)
    assert gujarati.split(".")[0] in again
    assert customer.slots["chosen_language"] is None


@pytest.mark.parametrize(
    ("language", "asked"),
    [("en", "and what does it cost abroad?"), ("gu", "અને વિદેશ મોકલવું હોય તો?"), ("gu", "ane videsh mokalvu hoy to?")],
)
async def test_asked_again_the_answer_is_shorter_but_tells_what_is_new(
    customer: Customer, language: str, asked: str
) -> None:
    customer.language = language
    gate = {"topic": "delivery.cost"}
    whole = await customer.say("action_answer_faq", "delivery?", gate=gate)
    shorter = await customer.say("action_answer_faq", "delivery??", gate=gate)
    assert "1,499" in whole
    assert "1,499" not in shorter
    assert "1,499" in await customer.say("action_answer_faq", asked, gate=gate)


async def test_a_switch_with_nothing_to_repeat_goes_on_kindly(customer: Customer) -> None:
    text = await customer.say("action_switch_language", '/switch_language{"language": "ta"}', language="ta")
    assert text == say("manners.language.done", "ta")


async def test_an_edited_faq_does_not_silence_a_fresh_action_server(customer: Customer) -> None:
    path = index_folder() / MANIFEST
    before = path.read_text()
    path.write_text(json.dumps({**json.loads(before), "sources": "those of yesterday"}))
    _faq_answers._live.cache_clear()
    try:
        assert "3 to 7" in await customer.say("action_answer_faq", "when do i get my money", gate=GATE)
    finally:
        path.write_text(before)
        _faq_answers._live.cache_clear()


async def test_the_same_question_twice_gets_more_than_the_same_text(customer: Customer) -> None:
    first = await customer.say("action_answer_faq", "refund time", gate=GATE)
    second = await customer.say("action_answer_faq", "refund time", gate=GATE)
    third = await customer.say("action_answer_faq", "refund time", gate=GATE)
    assert first.split(".")[0] in second
    assert len({first, second, third}) == 3
    assert "/human" in [button["payload"] for button in customer.buttons]


async def test_a_topic_that_does_not_exist_asks_back(customer: Customer) -> None:
    text = await customer.say("action_answer_faq", "x", gate={**GATE, "topic": "no.such"})
    assert text == say("handoff.not_understood", "en")


async def test_no_then_no_again_brings_a_person(customer: Customer) -> None:
    await customer.say("action_answer_faq", "refund time", gate=GATE)
    payload = '/not_helped{"topic": "refund.time"}'
    text = await customer.say("action_not_helped", payload, gate={"route": "not_helped"}, topic="refund.time")
    assert text == say("faq.not_helped", "en")
    assert customer.turn.get("decision") != "hand_off"
    assert customer.buttons[-1]["payload"] == payload
    assert customer.buttons[-1]["kind"] == "person"
    await customer.say("action_not_helped", payload, gate={"route": "not_helped"}, topic="refund.time")
    assert (customer.turn["decision"], customer.turn["reason"]) == ("hand_off", "not_helped")
    assert customer.turn["summary"]["tried_topics"] == ["refund.time"]


async def test_a_bare_no_after_an_answer_means_that_it_did_not_help(customer: Customer) -> None:
    await customer.say("action_answer_faq", "refund time", gate=GATE)
    assert await customer.say("action_answer_deny", "no") == say("faq.not_helped", "en")
    await customer.say("action_answer_deny", "no!")
    assert customer.turn["reason"] == "not_helped"


async def test_a_bare_yes_after_an_answer_means_that_it_helped(customer: Customer) -> None:
    await customer.say("action_answer_faq", "refund time", gate=GATE)
    assert await customer.say("action_answer_affirm", "yes") == say("faq.helped", "en")


UNHELPED = [
    ("action_answer_complaint", "that did not help me at all"),
    ("action_answer_feedback", "your answer was not helpful"),
    ("action_ask_back", "this doesn't help"),
    ("action_answer_complaint", "આ જવાબથી મને કંઈ મદદ ન મળી"),
    ("action_answer_faq", "idhu enaku help aagala"),
    ("action_answer_out_of_scope", "இந்த பதில் எனக்கு உதவவில்லை"),
]


@pytest.mark.parametrize(("action", "text"), UNHELPED)
async def test_saying_that_it_did_not_help_brings_a_person(customer: Customer, action: str, text: str) -> None:
    await customer.say("action_answer_faq", "refund time", gate=GATE)
    await customer.say(action, text)
    assert (customer.turn["decision"], customer.turn["reason"]) == ("hand_off", "not_helped")


async def test_a_question_of_care_right_after_a_product_is_about_that_product(customer: Customer) -> None:
    await customer.say("action_answer_product", "price?", product="kanchi-cotton-saree")
    care = {"route": "faq", "topic": "product.care"}
    text = await customer.say("action_answer_faq", "can it go in the washing machine?", gate=care)
    assert text.startswith("Kanchi Cotton Saree\nCare: Hand wash, light starch, dry in shade.\n\n")
    assert "Hand wash" not in (await customer.say("action_answer_faq", "how to wash silk", gate=care))


async def test_thanks_for_help_offers_what_is_near(customer: Customer) -> None:
    await customer.say("action_thank_helped", '/helped{"topic": "refund.time"}', topic="refund.time")
    assert {button["kind"] for button in customer.buttons} == {"related"}
