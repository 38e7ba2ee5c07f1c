"""How the conversation itself is steered: back, anew, in another language, twice the same, signs; and complaints,
opinions and data wishes as they are written down."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from bot.care.models import Complaint, Opinion, PrivacyRequest
from bot.language.texts import LANGUAGES, say
from tests.actions.conftest import Customer, says


async def only(kind: Any) -> Any:
    """The one row there is."""
    return await sync_to_async(kind.objects.get)()


async def count(kind: Any) -> int:
    """How many rows there are."""
    return int(await sync_to_async(kind.objects.count)())


FAQ = {"route": "faq", "topic": "refund.time", "decision": "answer"}
COMPLAINT = {"route": "complaint", "decision": "answer"}
LOST = {"route": "nlu_fallback", "decision": "not_understood", "alternatives": []}
PRIVACY = {"route": "privacy_request", "decision": "answer"}

STEERED = [
    ("start over", "start_over"), ("let's start again please", "start_over"), ("ફરીથી શરૂ કરીએ", "start_over"),
    ("farithi sharu karo", "start_over"), ("முதலில் இருந்து தொடங்கலாம்", "start_over"),
    ("mudhalla irundhu", "start_over"), ("never mind", "never_mind"), ("ok forget it", "never_mind"),
    ("રહેવા દો", "never_mind"), ("rehva do ne", "never_mind"), ("விட்டுடுங்க", "never_mind"),
    ("adhellam venam", "never_mind"), ("what can you do?", "menu"), ("તમે શું કરી શકો", "menu"),
    ("enna panna mudiyum", "menu"), ("go back", "go_back_start"), ("પાછા જાઓ", "go_back_start"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key"), STEERED)
async def test_words_that_steer_are_heard_whatever_the_route(customer: Customer, text: str, key: str) -> None:
    customer.slots |= {"orders_number": "TT-1", "orders_task": None, "requested_slot": "orders_number"}
    said = await customer.say("action_ask_back", text, gate=LOST)
    assert said == say(f"manners.{key}", "en")
    assert customer.turn["decision"] == "answer"
    assert customer.buttons
    if key in ("start_over", "never_mind"):
        assert (customer.slots["orders_number"], customer.slots["requested_slot"]) == (None, None)


async def test_go_back_gives_the_answer_before(customer: Customer) -> None:
    first = await customer.say("action_answer_faq", "refund time?", gate=FAQ)
    await customer.say("action_answer_faq", "gift wrap?", gate={**FAQ, "topic": "gift.wrap"})
    said = await customer.say("action_ask_back", "go back", gate=LOST)
    assert said == say("manners.go_back", "en", answer=first)


async def test_a_longer_message_keeps_its_own_wish(customer: Customer) -> None:
    text = "never mind the colour, how long does a refund to my card take?"
    assert "3 to 7" in await customer.say("action_answer_faq", text, gate=FAQ)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_same_wish_is_never_answered_twice_in_the_same_words(customer: Customer, language: str) -> None:
    customer.language = language
    for action in ("action_answer_faq", "action_answer_greet", "action_answer_thanks",
                   "action_answer_bye", "action_answer_affirm", "action_answer_bot_challenge",
                   "action_answer_out_of_scope"):  # fmt: skip
        customer.slots, customer.users = {}, []
        said = [await customer.say(action, "hm hm", gate=FAQ if action.endswith("faq") else None) for _ in range(4)]
        assert all(one != after for one, after in pairwise(said)), action


SWITCHES = [
    ("please reply in Gujarati", "gu"), ("tamil la pesunga", "ta"), ("can we talk in english", "en"),
    ("ગુજરાતીમાં વાત કરો", "gu"), ("gujarati ma bolo", "gu"), ("தமிழில் பேசுங்கள்", "ta"), ("English", "en"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language"), SWITCHES)
async def test_a_language_asked_for_in_words_is_spoken_from_then_on(
    customer: Customer, text: str, language: str
) -> None:
    customer.language, customer.script = ("ta", "Taml") if language != "ta" else ("gu", "Gujr")
    before = await customer.say("action_answer_faq", "refund?", gate=FAQ)
    said = await customer.say("action_answer_out_of_scope", text, gate={"route": "out_of_scope", "decision": "answer"})
    assert said != before
    assert customer.turn["language"] == language
    assert customer.slots["chosen_language"] == language
    pressed = await customer.say("action_answer_faq", '/faq{"topic": "gift.wrap"}', topic="gift.wrap")
    low = {"gu": "\u0a80", "ta": "\u0b80"}.get(language, "a")
    assert any(low <= char <= chr(ord(low) + 0x7F) for char in pressed)


NOT_SWITCHES = ["is there anyone who speaks Tamil", "suggest a good Gujarati movie", "do you sell tamil sarees"]


@pytest.mark.parametrize("text", NOT_SWITCHES)
async def test_a_language_that_is_only_mentioned_is_not_spoken(customer: Customer, text: str) -> None:
    await customer.say("action_answer_out_of_scope", text, gate={"route": "out_of_scope", "decision": "answer"})
    assert customer.slots["chosen_language"] is None


SIGNS = [
    ("👍", "smile"),
    ("😡😡", "frown"),
    ("??", "still_here_new"),
    ("...", "still_here_new"),
    ("🎂🐘", "picture_only"),
]


@pytest.mark.parametrize(("text", "key"), SIGNS)
async def test_signs_alone_are_answered_kindly(customer: Customer, text: str, key: str) -> None:
    assert await customer.say("action_ask_back", text, gate=LOST) == say(f"manners.{key}", "en")
    assert customer.buttons


async def test_a_thumb_after_an_answer_means_that_it_helped(customer: Customer) -> None:
    await customer.say("action_answer_faq", "refund?", gate=FAQ)
    assert await customer.say("action_ask_back", "👍", gate=LOST) == say("faq.helped", "en")


async def test_not_understood_by_the_customer_gets_a_shorter_answer(customer: Customer) -> None:
    first = await customer.say("action_answer_faq", "refund?", gate=FAQ)
    said = await customer.say("action_answer_feedback", "I don't understand", gate={"route": "feedback"})
    assert says(said, "manners.explain")
    assert first.split(".")[0] in said


async def test_a_complaint_is_written_once_though_the_turn_runs_twice(customer: Customer) -> None:
    first = await customer.say("action_answer_complaint", "the lamp came broken", gate=COMPLAINT)
    again = await customer.run("action_answer_complaint")
    found = await only(Complaint)
    assert (found.kind, found.severity, found.text) == ("damaged", 1, "the lamp came broken")
    assert found.number in first
    assert found.number in again


async def test_another_language_repeats_the_complaint_and_writes_nothing(customer: Customer) -> None:
    await customer.say("action_answer_complaint", "the lamp came broken", gate=COMPLAINT)
    said = await customer.say("action_switch_language", '/switch_language{"language": "gu"}', language="gu")
    assert say("care.complaint.problems.damaged", "gu") in said
    assert await count(Complaint) == 1


async def test_what_happened_is_asked_once_and_belongs_to_the_same_complaint(customer: Customer) -> None:
    said = await customer.say("action_answer_complaint", "I am not pleased at all", gate=COMPLAINT)
    number = (await only(Complaint)).number
    assert said == say("care.complaint.tell_more", "en", number=number)
    pressed = await customer.say("action_answer_complaint", '/complaint{"kind": "late"}', kind="late")
    assert say("care.complaint.ways.late", "en") in pressed
    assert customer.turn.get("decision") is None
    assert ((await only(Complaint)).kind, (await only(Complaint)).number) == ("late", number)


async def test_the_furious_go_before_others(customer: Customer) -> None:
    await customer.say("action_answer_complaint", "you are thieves and frauds", gate=COMPLAINT)
    assert (customer.turn["summary"]["priority"], (await only(Complaint)).severity) == (2, 3)


DANGERS = ["the iron gave me a shock", "મિક્સરમાંથી ધુમાડો નીકળ્યો", "charger vedichu", "கிரைண்டர்ல ஷாக் அடிக்குது"]


@pytest.mark.parametrize("text", DANGERS)
async def test_danger_comes_before_everything(customer: Customer, text: str) -> None:
    said = await customer.say("action_answer_complaint", text, gate=COMPLAINT)
    assert "112" in said
    assert (customer.turn["reason"], customer.turn["summary"]["priority"]) == ("sensitive", 3)


OPINIONS = [("super service, loved it", "good"), ("delivery was slow and not good", "mixed"), ("5 stars", "good")]


@pytest.mark.parametrize(("text", "mood"), OPINIONS)
async def test_an_opinion_is_thanked_for_and_kept(customer: Customer, text: str, mood: str) -> None:
    said = await customer.say("action_answer_feedback", text, gate={"route": "feedback", "decision": "answer"})
    assert (await only(Opinion)).mood == mood
    assert said == say(f"care.opinion.{mood}", "en")


async def test_erasing_is_asked_for_twice_and_started_once(customer: Customer) -> None:
    said = await customer.say("action_answer_privacy_request", "delete all my data", gate=PRIVACY)
    assert said == say("care.privacy.erase_sure", "en")
    assert await count(PrivacyRequest) == 0
    started = await customer.say("action_answer_affirm", "yes")
    request = await only(PrivacyRequest)
    assert request.number in started
    assert "Mon, 21 December" in started
    await customer.say("action_answer_privacy_request", '/privacy_request{"kind": "erase_sure"}', kind="erase_sure")
    assert await count(PrivacyRequest) == 1


async def test_no_keeps_the_data(customer: Customer) -> None:
    await customer.say("action_answer_privacy_request", "delete all my data", gate=PRIVACY)
    assert await customer.say("action_answer_deny", "no") == say("care.privacy.erase_kept", "en")
    assert await count(PrivacyRequest) == 0


async def test_what_to_correct_is_taken_from_the_next_message(customer: Customer) -> None:
    await customer.say("action_answer_privacy_request", "my name is misspelt, correct it", gate=PRIVACY)
    said = await customer.say("action_ask_back", "It is Hetal, not Hital", gate=LOST)
    assert says(said, "care.privacy.corrected_words")
    assert (await only(PrivacyRequest)).words == "It is Hetal, not Hital"


async def test_whoever_has_proved_an_order_need_not_prove_more(customer: Customer) -> None:
    await customer.look_up("TT-10445", "murugan.s@example.in")
    said = await customer.say("action_answer_privacy_request", "show me my data", gate=PRIVACY)
    assert say("care.privacy.proof_known", "en") in said
    assert (await only(PrivacyRequest)).proof == "TT-10445"


ALL = (
    "action_answer_greet", "action_answer_thanks", "action_answer_bye", "action_answer_affirm", "action_answer_deny",
    "action_answer_bot_challenge", "action_answer_feedback", "action_answer_out_of_scope", "action_answer_complaint",
    "action_ask_back", "action_hand_off", "action_not_helped", "action_thank_helped", "action_search_products",
    "action_answer_product", "action_answer_privacy_request", "action_answer_faq", "action_switch_language",
)  # fmt: skip
MESSAGES = (
    "?",
    "hm",
    "never mind",
    "english",
    "😡",
    "start over",
    "I don't understand",
    "qwxz plk",
    "my order is late",
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("action", ALL)
async def test_every_reply_has_a_next_step(customer: Customer, action: str, language: str) -> None:
    customer.language = language
    for text in MESSAGES:
        said = await customer.say(action, text, gate=FAQ if action.endswith("faq") else LOST)
        person = customer.turn.get("decision") == "hand_off"
        assert customer.buttons or customer.cards or "?" in said or person, (action, text, said)
        assert said.strip()


async def test_never_mind_is_heard_though_a_thing_seems_named(customer: Customer) -> None:
    customer.language, customer.script = "ta", "Taml"
    text = await customer.say("action_answer_deny", "விட்டுடுங்க", gate={"route": "deny"}, kind="lights")
    assert says(text, "manners.never_mind", "ta"), text
