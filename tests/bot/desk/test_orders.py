"""Confirmed orders at the desk: in the agent's language, and honest when the shop does not answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bot.config import config
from bot.conversations.models import Conversation
from bot.conversations.states import State
from bot.desk import orders
from bot.errors import ShopUnavailable
from bot.page_texts import LANGUAGE_NAMES, area_texts
from bot.shop.port import Order
from bot.shop.proofs import VerifiedOrder
from tests.bot.desk.conftest import Make
from tests.shop_rows import load_demo_shop

ORDER = "TT-10402"


class AwayShop:
    """A shop whose system does not answer."""

    def find_order(self, number: str) -> Order | None:
        raise ShopUnavailable("down")


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a slow shop said in another test is not taken again in this one."""
    monkeypatch.setattr(orders, "_kept", {})


@pytest.fixture
def confirmed(make: Make, meera: User) -> Conversation:
    load_demo_shop()
    found = make(state=State.AGENT, agent=meera)
    VerifiedOrder.objects.create(conversation=str(found.pk), order=ORDER, until=timezone.now() + timedelta(hours=1))
    return found


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_a_confirmed_order_is_shown_in_the_agents_words(desk: Client, confirmed: Conversation, language: str) -> None:
    page = desk.get(f"/desk/c/{confirmed.pk}?lang={language}", headers={"HX-Request": "true"}).content.decode()
    assert ORDER in page
    assert area_texts("desk", language)["order_state.paid"] in page


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_a_shop_that_is_away_is_said_and_hides_nothing_else(
    desk: Client, confirmed: Conversation, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(config().__dict__, "shop", f"{__name__}:AwayShop")
    page = desk.get(f"/desk/c/{confirmed.pk}?lang={language}", headers={"HX-Request": "true"}).content.decode()
    assert ORDER in page
    assert area_texts("desk", language)["summary.shop_away"] in page.replace("&#x27;", "'")
