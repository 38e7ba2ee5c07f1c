"""Wishes about orders that live in WooCommerce: the same words, from the first wish to the shop's own data."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from asgiref.sync import sync_to_async

from bot.config import Secret, config
from bot.language.texts import say
from bot.shop import shops
from bot.shop.models import ShownCode
from tests.actions.conftest import Customer, says
from tests.fakes.running import Running, run_app
from tests.fakes.woo_demo import build_state
from tests.fakes.woo_server import KEY, SECRET, FakeWoo, Fault
from tests.fakes.woo_state import Json

SURESH, JIGNESH = ("TT-10466", "suresh.t@example.org"), ("TT-10453", "jignesh.shah@example.in")
CANCEL, RETURN = "action_answer_order_cancel", "action_answer_return_request"
YES, LOST = "action_answer_affirm", "action_ask_back"


@pytest.fixture
async def woo(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running[FakeWoo]]:
    """The demo shop's orders in a WooCommerce, which the settings name until the test ends."""
    async with run_app(FakeWoo(await sync_to_async(build_state)())) as running:
        settings = replace(
            config(), shop="woocommerce", woocommerce_url=running.url, woocommerce_key=Secret(KEY),
            woocommerce_secret=Secret(SECRET),
        )  # fmt: skip
        for module in ("bot.shop.shops", "bot.shop.woocommerce.shop"):
            monkeypatch.setattr(f"{module}.config", lambda: settings)
        # A process opens its shop once; the address of this one is new.
        shops._make.cache_clear()
        yield running
        shops.open_shop().close()  # type: ignore[attr-defined]
        shops._make.cache_clear()


def raw(woo: Running[FakeWoo], number: str) -> Json:
    return next(one for one in woo.app.state.orders.values() if one["number"] == number)


async def wish(customer: Customer, action: str, number: str, address: str) -> str:
    return await customer.say(action, f"please {number} {address}", {"email": address}, order=number)


async def type_code(customer: Customer) -> str:
    shown = await sync_to_async(ShownCode.objects.first)()
    found = re.search(r"\d{6}", shown.text if shown else "")
    assert found is not None
    return await customer.say(LOST, found.group(0))


async def test_an_order_is_told(customer: Customer, woo: Running[FakeWoo]) -> None:
    assert says(await customer.look_up("10432", "hetal.patel@example.com"), "orders.state.delivered")


async def test_a_wrong_address_opens_nothing(customer: Customer, woo: Running[FakeWoo]) -> None:
    wrong = await customer.look_up("TT-10432", "nobody@example.com")
    assert await customer.look_up("TT-99999", "nobody@example.com") == wrong


async def test_an_order_is_cancelled_after_a_yes_and_the_code(customer: Customer, woo: Running[FakeWoo]) -> None:
    assert says(await wish(customer, CANCEL, *SURESH), "order_tasks.cancel.confirm")
    await customer.say(YES, "yes do it")
    assert woo.app.writes() == []
    assert says(await type_code(customer), "order_tasks.cancel.done")
    assert raw(woo, SURESH[0])["status"] == "refunded"
    writes = woo.app.writes()
    await customer.run(LOST)
    assert woo.app.writes() == writes


async def test_an_item_is_returned(customer: Customer, woo: Running[FakeWoo]) -> None:
    text = await wish(customer, RETURN, *JIGNESH)
    for answer in ("1", "it came broken", "a new one please", "1"):
        assert "?" in text, text
        text = await customer.say(LOST, answer)
    assert says(text, "order_tasks.return.confirm"), text
    await customer.say(YES, "ok")
    assert "RET-10453-1" in await type_code(customer)
    assert any("RET-10453-1" in note["note"] for note in woo.app.state.notes[raw(woo, JIGNESH[0])["id"]])


async def test_a_shop_that_fails_is_said_and_then_handed_over(customer: Customer, woo: Running[FakeWoo]) -> None:
    woo.app.faults = [Fault(status=500, times=99)]
    assert await wish(customer, CANCEL, *SURESH) == say("order_tasks.away", "en")
    await wish(customer, CANCEL, *SURESH)
    assert (customer.turn["decision"], customer.turn["reason"]) == ("hand_off", "action_failed")
