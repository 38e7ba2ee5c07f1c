"""Wishes about orders, from the first word to the last confirmation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from asgiref.sync import sync_to_async

from bot.config import config
from bot.language.texts import say
from bot.shop.models import NotedReturn, Order, ShopEffect, ShownCode
from tests.actions.conftest import Customer, says

SURESH = ("TT-10466", "suresh.t@example.org")
CANCEL, CHANGE, RETURN = "action_answer_order_cancel", "action_answer_order_change", "action_answer_return_request"
YES, NO, LOST = "action_answer_affirm", "action_answer_deny", "action_ask_back"


async def wish(customer: Customer, action: str, number: str, address: str, text: str = "please") -> str:
    """Says the wish with number and e-mail in one message."""
    return await customer.say(action, f"{text} {number} {address}", {"email": address}, order=number)


async def read_code() -> str:
    """The code as the operator's page shows it."""
    shown = await sync_to_async(lambda: ShownCode.objects.first())()
    assert shown is not None
    found = re.search(r"\d{6}", shown.text)
    assert found is not None
    return found.group(0)


async def type_code(customer: Customer) -> str:
    """The customer types the code that was sent."""
    return await customer.say(LOST, await read_code())


async def order_of(number: str) -> Order:
    return await sync_to_async(Order.objects.get)(name=number)


async def test_an_order_is_cancelled_after_a_yes_and_the_code(customer: Customer) -> None:
    text = await wish(customer, CANCEL, *SURESH)
    assert says(text, "order_tasks.cancel.confirm"), text
    text = await customer.say(YES, "yes do it")
    assert says(text, "order_tasks.code.sent_phone"), text
    assert customer.turn["route"] is None
    assert (await order_of("TT-10466")).cancelled_at is None
    text = await type_code(customer)
    assert says(text, "order_tasks.cancel.done"), text
    assert "₹" in text
    order = await order_of("TT-10466")
    assert order.cancelled_at is not None
    assert order.refunded == order.total
    assert customer.slots["orders_task"] is None


async def test_a_turn_that_runs_twice_cancels_once(customer: Customer) -> None:
    await wish(customer, CANCEL, *SURESH)
    await customer.say(YES, "yes")
    before = dict(customer.slots)
    first = await type_code(customer)
    customer.slots = before
    assert await customer.run(LOST) == first
    assert await sync_to_async(ShopEffect.objects.count)() == 1
    order = await order_of("TT-10466")
    assert order.refunded == order.total


async def test_a_wrong_code_changes_nothing_and_five_end_it(customer: Customer) -> None:
    await wish(customer, CANCEL, *SURESH)
    await customer.say(YES, "yes")
    right = await read_code()
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(4):
        assert says(await customer.say(LOST, wrong), "order_tasks.code.wrong")
    assert says(await customer.say(LOST, wrong), "order_tasks.code.over")
    assert says(await customer.say(LOST, right), "order_tasks.code.over")
    assert (await order_of("TT-10466")).cancelled_at is None


async def test_the_code_is_not_sent_twice_in_a_moment(customer: Customer) -> None:
    await wish(customer, CANCEL, *SURESH)
    await customer.say(YES, "yes")
    assert says(await customer.say(LOST, "please send again"), "order_tasks.code.too_soon")
    assert await sync_to_async(ShownCode.objects.count)() == 1


async def test_no_keeps_the_order(customer: Customer) -> None:
    await wish(customer, CANCEL, *SURESH)
    assert says(await customer.say(NO, "no"), "order_tasks.stopped")
    assert customer.slots["orders_task"] is None


async def test_a_question_in_between_is_answered_and_the_wish_goes_on(customer: Customer) -> None:
    await wish(customer, CANCEL, *SURESH)
    gate = {"route": "faq", "topic": "refund.time", "decision": "answer"}
    text = await customer.say("action_answer_faq", "how long does a refund take?", gate=gate)
    assert "3" in text
    assert says(text, "order_tasks.back"), text
    assert says(await customer.say(YES, "yes"), "order_tasks.code.sent_phone")


async def test_another_language_goes_on_in_it(customer: Customer) -> None:
    await wish(customer, CANCEL, *SURESH)
    customer.language, customer.script = "gu", "Gujr"
    assert says(await customer.say(YES, "હા, કરી દો"), "order_tasks.code.sent_phone", "gu")
    assert says(await type_code(customer), "order_tasks.cancel.done", "gu")


async def test_a_person_asked_for_leaves_the_wish(customer: Customer) -> None:
    await wish(customer, CANCEL, *SURESH)
    await customer.say("action_hand_off", "I want to talk to a person")
    assert customer.turn["decision"] == "hand_off"
    assert customer.slots["orders_task"] is None


async def test_what_is_not_understood_brings_a_person_in_the_end(customer: Customer) -> None:
    await wish(customer, CANCEL, *SURESH)
    assert says(await customer.say(LOST, "blue elephants"), "order_tasks.hint.choice")
    await customer.say(LOST, "green ones")
    await customer.say(LOST, "purple")
    assert customer.turn["reason"] == "low_confidence"


async def test_the_address_is_changed(customer: Customer) -> None:
    text = await wish(customer, CHANGE, *SURESH, text="change the address of")
    assert says(text, "order_tasks.address.ask"), text
    assert says(await customer.say(LOST, "Surat"), "order_tasks.hint.address")
    text = await customer.say("action_answer_faq", "12 Rose Villa, Ring Road, Surat 395003")
    assert "395003" in text
    await customer.say(YES, "yes")
    assert says(await type_code(customer), "order_tasks.change.done_address")
    order = await order_of("TT-10466")
    assert (order.street, order.city, order.zip_code) == ("12 Rose Villa, Ring Road", "Surat", "395003")


async def test_an_address_is_corrected_before_it_is_confirmed(customer: Customer) -> None:
    await wish(customer, CHANGE, *SURESH, text="change the address of")
    await customer.say(LOST, "12 Rose Villa, Ring Road, Surat 395003")
    text = await customer.say(LOST, "sorry, 14 Rose Villa, Ring Road, Surat 395003")
    assert "14 Rose Villa" in text


JIGNESH = ("TT-10453", "jignesh.shah@example.in")


async def test_a_damaged_item_is_returned(customer: Customer) -> None:
    text = await wish(customer, RETURN, *JIGNESH, text="want to return")
    if says(text, "order_tasks.line.ask"):
        text = await customer.say(LOST, "1")
    assert says(text, "order_tasks.reason.ask"), text
    text = await customer.say("action_answer_complaint", "it came broken")
    assert says(text, "order_tasks.way.ask"), text
    text = await customer.say(LOST, "a new one please")
    assert says(text, "order_tasks.handover.ask"), text
    text = await customer.say(LOST, "1")
    assert says(text, "order_tasks.return.confirm"), text
    await customer.say(YES, "ok")
    text = await type_code(customer)
    assert says(text, "order_tasks.return.done"), text
    assert "RET-10453-1" in text
    case = await sync_to_async(NotedReturn.objects.get)()
    assert (case.reason, case.way, case.handover) == ("damaged", "replacement", "pickup")
    text = await wish(customer, "action_answer_order_status", *JIGNESH)
    assert says(text, "orders.state.return_requested")


async def test_a_reason_is_corrected_later(customer: Customer) -> None:
    await wish(customer, RETURN, *JIGNESH, text="want to return, I do not like it")
    if customer.slots["orders_task"]["step"] == "line":
        await customer.say(LOST, "1")
    await customer.say(LOST, "actually it is torn")
    assert customer.slots["orders_task"]["data"]["reason"] == "damaged"
    assert customer.slots["orders_task"]["step"] == "way"


async def test_an_invoice_is_a_link(customer: Customer) -> None:
    text = await wish(customer, "action_answer_invoice_request", "TT-10401", "hetal.patel@example.com")
    assert says(text, "order_tasks.invoice.ready"), text
    assert customer.cards[0]["link"] in text


async def test_all_orders_of_the_person_are_listed_and_no_others(customer: Customer) -> None:
    await customer.look_up("TT-10469", "hetal.patel@example.com")
    text = await customer.say("action_answer_order_status", "show all my orders")
    assert {"TT-10469", "TT-10432", "TT-10401"} <= set(re.findall(r"TT-\d+", text))
    mine = await sync_to_async(
        lambda: set(Order.objects.filter(email="hetal.patel@example.com").values_list("name", flat=True))
    )()
    assert set(re.findall(r"TT-\d+", text)) <= mine


@pytest.fixture
def shop_away(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The shop's orders cannot be reached until the test ends."""
    away = replace(config(), shop="tests.fakes.away_shop:AwayShop")
    with monkeypatch.context() as patched:
        patched.setattr("bot.shop.shops.config", lambda: away)
        yield


@pytest.mark.usefixtures("shop_away")
@pytest.mark.parametrize(
    "action", [CANCEL, CHANGE, RETURN, "action_answer_refund_status", "action_answer_invoice_request"]
)
async def test_a_shop_that_is_away_is_said_and_then_handed_over(customer: Customer, action: str) -> None:
    assert await wish(customer, action, *SURESH) == say("order_tasks.away", "en")
    assert customer.buttons[-1]["payload"] == "/human"
    await wish(customer, action, *SURESH)
    assert (customer.turn["decision"], customer.turn["reason"]) == ("hand_off", "action_failed")


@pytest.mark.usefixtures("shop_away")
async def test_a_shop_that_is_away_ends_the_form_kindly(customer: Customer) -> None:
    assert await customer.look_up(*SURESH) == say("order_tasks.away", "en")


JEANS = ("TT-10453", "jignesh.shah@example.in")
DAMAGED = {"route": "faq", "topic": "return.damaged", "decision": "answer"}


async def test_the_reason_told_before_the_item_is_kept(customer: Customer) -> None:
    assert says(await wish(customer, RETURN, *JEANS, text="I want to return"), "order_tasks.line.ask")
    assert says(await customer.say("action_answer_faq", "it came broken", gate=DAMAGED), "order_tasks.line.ask")
    assert says(await customer.say(LOST, "the first one"), "order_tasks.way.ask")
    assert customer.slots["orders_task"]["data"]["reason"] == "damaged"


async def test_item_and_reason_may_be_told_at_once(customer: Customer) -> None:
    await wish(customer, RETURN, *JEANS, text="I want to return")
    gate = {"route": "product_info", "decision": "answer"}
    text = await customer.say("action_answer_product", "the jeans are too small", gate=gate)
    assert customer.slots["orders_task"]["data"] == {"line": "1", "reason": "size"}, text


async def test_an_answer_that_sounds_like_another_wish_is_still_the_answer(customer: Customer) -> None:
    await wish(customer, RETURN, *JEANS, text="the jeans came torn, return")
    gate = {"route": "refund_status", "decision": "answer"}
    text = await customer.say("action_answer_refund_status", "my money back", gate=gate)
    assert says(text, "order_tasks.handover.ask"), text


async def test_a_question_with_the_words_of_an_answer_is_a_question(customer: Customer) -> None:
    await wish(customer, RETURN, *JEANS, text="return the jeans")
    text = await customer.say("action_answer_faq", "how do you handle damaged things", gate=DAMAGED)
    assert says(text, "order_tasks.back"), text
    assert customer.slots["orders_task"]["data"] == {"line": "1"}


async def test_a_bare_no_after_a_question_in_between_keeps_the_order(customer: Customer) -> None:
    await wish(customer, CANCEL, *SURESH)
    await customer.say("action_answer_faq", "how long does a refund take?", gate={"topic": "refund.time"})
    customer.language, customer.script = "ta", "Taml"
    assert says(await customer.say(NO, "வேண்டாம்"), "order_tasks.stopped", "ta")


async def test_danger_leaves_the_wish_at_once(customer: Customer) -> None:
    await wish(customer, RETURN, *JEANS, text="I want to return")
    await customer.say("action_answer_complaint", "it gave me an electric shock")
    assert (customer.turn["decision"], customer.turn["reason"]) == ("hand_off", "sensitive")
    assert customer.slots["orders_task"] is None


async def test_the_record_keeps_the_route_of_the_wish_itself(customer: Customer) -> None:
    await wish(customer, RETURN, *JEANS, text="I want to return")
    gate = {"route": "return_request", "decision": "answer"}
    await customer.say(RETURN, "return the jeans please", gate=gate)
    assert customer.turn["route"] == "return_request"
