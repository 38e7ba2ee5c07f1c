"""While a wish's question is open, an answer is heard as one, whatever route the message was taken for."""

from __future__ import annotations

import pytest

from bot.language.texts import say
from tests.actions.conftest import Customer, Json, says
from tests.actions.test_order_tasks import JEANS, LOST, RETURN, wish

# A route that the words only resemble.
FAQ: Json = {"route": "faq", "topic": "product.new", "decision": "answer", "confidence": 0.7}
ELSEWHERE: Json = {"route": "faq", "topic": "account.change_email", "decision": "answer", "confidence": 0.7}
NEW_ONE = {"en": "I want a new one", "gu": "નવું જોઈએ છે", "ta": "புதுசு வேணும்"}
BROKEN = {"en": "it came broken", "gu": "તૂટેલું આવ્યું", "ta": "உடைஞ்சு வந்துச்சு"}
LANGUAGES = pytest.mark.parametrize("language", NEW_ONE)
TOPICS = pytest.mark.parametrize("gate", [FAQ, ELSEWHERE], ids=["near", "elsewhere"])


async def begin(customer: Customer, language: str) -> None:
    """A return whose item is asked for."""
    customer.language = language
    assert says(await wish(customer, RETURN, *JEANS, text="return"), "order_tasks.line.ask", language)


@LANGUAGES
@TOPICS
async def test_what_is_wanted_may_be_said_before_the_item(customer: Customer, language: str, gate: Json) -> None:
    await begin(customer, language)
    text = await customer.say("action_answer_faq", NEW_ONE[language], gate=gate)
    assert text.startswith(say("order_tasks.line.ask", language, order=JEANS[0])), text
    assert customer.turn["route"] is None
    await customer.say(LOST, "1")
    text = await customer.say(LOST, BROKEN[language])
    assert says(text, "order_tasks.handover.ask", language), text
    assert customer.slots["orders_task"]["data"]["way"] == "replacement"


@LANGUAGES
async def test_what_turns_out_not_to_be_possible_is_asked(customer: Customer, language: str) -> None:
    await begin(customer, language)
    await customer.say("action_answer_faq", NEW_ONE[language], gate=ELSEWHERE)
    await customer.say(LOST, "1")
    text = await customer.say(LOST, say("order_tasks.reason.disliked", language))
    assert customer.slots["orders_task"]["data"].get("way") != "replacement", text
    assert customer.slots["orders_task"]["step"] in ("way", "variant", "handover")


@LANGUAGES
@TOPICS
async def test_the_answer_to_the_open_question_is_taken(customer: Customer, language: str, gate: Json) -> None:
    await begin(customer, language)
    await customer.say(LOST, "1")
    assert says(await customer.say(LOST, BROKEN[language]), "order_tasks.way.ask", language)
    text = await customer.say("action_answer_faq", NEW_ONE[language], gate=gate)
    assert says(text, "order_tasks.handover.ask", language), text


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "return policy"),
        ("en", "can I get a new one?"),
        ("en", "how do I change my e-mail"),
        ("gu", "રિફંડના નિયમો"),
        ("gu", "નવું ક્યારે મળે"),
        ("ta", "ரிஃபண்ட் விதி"),
        ("ta", "புதுசு எப்ப வரும்"),
    ],
)
async def test_a_question_in_between_stays_one(customer: Customer, language: str, question: str) -> None:
    await begin(customer, language)
    text = await customer.say("action_answer_faq", question, gate={**ELSEWHERE, "topic": "refund.time"})
    assert says(text, "order_tasks.back", language), text
    assert customer.slots["orders_task"]["data"] == {}
