"""The photo of a damaged item: asked for in a return, taken whenever it comes, and never in the way."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from bot.conversations.photos import PHOTO
from bot.shop.models import NotedReturn, ReturnTalk
from tests.actions.conftest import Customer, says
from tests.actions.test_order_tasks import CANCEL, JIGNESH, LOST, NO, RETURN, SURESH, YES, type_code, wish


async def send_photo(customer: Customer) -> str:
    """As the gateway passes a picture on."""
    assert PHOTO == '/return_request{"choice":"photo:here"}'
    return await customer.say(RETURN, PHOTO, choice="photo:here")


async def report_damage(customer: Customer) -> str:
    """A return up to the question what the customer would like instead."""
    text = await wish(customer, RETURN, *JIGNESH, text="want to return")
    if says(text, "order_tasks.line.ask"):
        await customer.say(LOST, "1")
    return await customer.say("action_answer_complaint", "it came broken")


async def finish(customer: Customer) -> str:
    """The rest of it."""
    await customer.say(LOST, "a new one please")
    await customer.say(LOST, "1")
    await customer.say(YES, "ok")
    return await type_code(customer)


async def read_talk() -> ReturnTalk:
    return await sync_to_async(ReturnTalk.objects.get)()


async def test_a_photo_is_taken_and_the_return_goes_on(customer: Customer) -> None:
    text = await report_damage(customer)
    assert says(text, "order_tasks.photo.wanted"), text
    assert customer.turn["awaits"] == "photo"
    text = await send_photo(customer)
    assert says(text, "order_tasks.photo.taken"), text
    assert says(text, "order_tasks.way.ask"), text
    assert not says(text, "order_tasks.photo.wanted")
    assert (customer.turn["route"], customer.turn["awaits"]) == (None, "photo")
    sent_at = len(customer.users) - 1
    text = await finish(customer)
    assert says(text, "order_tasks.photo.kept"), text
    assert not says(text, "order_tasks.return.photo")
    talk, case = await read_talk(), await sync_to_async(NotedReturn.objects.get)()
    assert (talk.number, talk.order, talk.conversation) == (case.number, "TT-10453", customer.conversation)
    assert talk.since < sent_at < talk.until


async def test_a_photo_after_the_return_is_added_to_it(customer: Customer) -> None:
    await report_damage(customer)
    assert says(await finish(customer), "order_tasks.return.photo")
    assert customer.turn["awaits"] == "photo"
    text = await send_photo(customer)
    assert says(text, "order_tasks.photo.added"), text
    assert (await read_talk()).until == len(customer.users) - 1


@pytest.mark.parametrize(
    "said", ["no photo", "I don't have a photo", "photo nathi", "ફોટો નથી", "போட்டோ இல்லை", "photo illa"]
)
async def test_a_return_goes_on_without_a_photo(customer: Customer, said: str) -> None:
    await report_damage(customer)
    text = await customer.say(NO, said, gate={"route": "deny"})
    assert says(text, "order_tasks.way.ask"), text
    text = await finish(customer)
    assert says(text, "order_tasks.return.done"), text


async def test_no_photo_is_no_answer_to_whether_it_shall_be_arranged(customer: Customer) -> None:
    await report_damage(customer)
    await customer.say(LOST, "a new one please")
    await customer.say(LOST, "1")
    text = await customer.say(NO, "no photo", gate={"route": "deny"})
    assert says(text, "order_tasks.return.confirm"), text


async def test_no_photo_and_an_answer_are_both_heard(customer: Customer) -> None:
    await report_damage(customer)
    text = await customer.say(LOST, "no photo, a refund please")
    assert customer.slots["orders_task"]["data"]["way"] == "refund"
    assert says(text, "order_tasks.handover.ask"), text


async def test_a_photo_while_the_code_is_awaited_is_no_wrong_code(customer: Customer) -> None:
    await report_damage(customer)
    await customer.say(LOST, "a new one please")
    await customer.say(LOST, "1")
    await customer.say(YES, "ok")
    text = await send_photo(customer)
    assert says(text, "order_tasks.photo.taken"), text
    assert says(await type_code(customer), "order_tasks.photo.kept")


async def test_a_photo_in_another_wish_is_for_a_person_and_the_wish_goes_on(customer: Customer) -> None:
    await wish(customer, CANCEL, *SURESH)
    text = await send_photo(customer)
    assert says(text, "system.unread.image"), text
    assert says(text, "order_tasks.cancel.confirm"), text


async def test_a_photo_without_a_return_is_for_a_person(customer: Customer) -> None:
    text = await send_photo(customer)
    assert says(text, "system.unread.image"), text
    assert [button["payload"] for button in customer.buttons] == ["/human"]
