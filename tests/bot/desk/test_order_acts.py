"""An agent cancels an order or notes a return: by the shop's rules, once, and with a name to it."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bot.care.models import OrderAct
from bot.config import config
from bot.conversations.models import Conversation
from bot.conversations.states import State
from bot.desk import orders
from bot.page_texts import LANGUAGE_NAMES, area_texts
from bot.shop.models import NotedReturn, Order, OrderLine
from bot.shop.proofs import VerifiedOrder
from tests.bot.desk.conftest import Make
from tests.fakes.silent_shop import SILENT_SHOP
from tests.shop_rows import load_demo_shop

HTMX = {"HX-Request": "true"}
WORDS = area_texts("desk_story", "en")
OPEN, SENT, LATE = "TT-10469", "TT-10453", "TT-10402"
KEY = "0123456789abcdef" * 2


@pytest.fixture
def talk(make: Make, meera: User, monkeypatch: pytest.MonkeyPatch) -> Conversation:
    """Meera has it, and its customer has proved some orders."""
    monkeypatch.setattr(orders, "_kept", {})
    load_demo_shop()
    found = make(state=State.AGENT, agent=meera)
    for order in (OPEN, SENT, LATE):
        VerifiedOrder.objects.create(conversation=str(found.pk), order=order, until=timezone.now() + timedelta(hours=1))
    return found


def address(found: Conversation, order: str, what: str) -> str:
    return f"/desk/c/{found.pk}/orders/{order}/{what}"


def post(desk: Client, found: Conversation, order: str, what: str, **given: Any) -> str:
    answer = desk.post(address(found, order, what), {"key": KEY, **given}, headers=HTMX)
    return html.unescape(answer.content.decode())


def test_the_form_shows_the_rule_and_cancels_once(desk: Client, talk: Conversation) -> None:
    form = html.unescape(desk.get(address(talk, OPEN, "cancel"), headers=HTMX).content.decode())
    assert WORDS["act.cancel_rule"] in form
    key = re.search(r'name="key" value="(\w{32})"', form)
    assert key is not None
    before = Order.objects.get(name=OPEN)
    for _ in range(2):
        page = post(desk, talk, OPEN, "cancel", key=key[1])
        assert WORDS["act.cancelled"].format(order=OPEN) in page
    after = Order.objects.get(name=OPEN)
    assert after.cancelled_at is not None
    assert after.notes.count("Cancelled") == before.notes.count("Cancelled") + 1
    assert "Cancelled by Meera Joshi at the desk, " in after.notes
    assert [(one.agent, one.what, one.outcome) for one in OrderAct.objects.all()] == [("meera", "cancel", "done")]
    said = WORDS["act.said_cancelled"].format(name="Meera Joshi", order=OPEN)
    assert said in html.unescape(desk.get(f"/desk/c/{talk.pk}/story", headers=HTMX).content.decode())


def test_what_was_sent_is_not_cancelled_and_the_page_says_why(desk: Client, talk: Conversation) -> None:
    for language in LANGUAGE_NAMES:
        words = area_texts("desk_story", language)["act.problem.sent"]
        form = desk.get(address(talk, SENT, "cancel") + f"?lang={language}", headers=HTMX).content.decode()
        assert words in html.unescape(form)
        assert "<form" not in form
    # Asked all the same, the shop says no, and that is kept too.
    post(desk, talk, SENT, "cancel")
    assert [one.outcome for one in OrderAct.objects.all()] == ["sent"]
    assert Order.objects.get(name=SENT).cancelled_at is None


def test_a_return_is_noted_with_its_number_and_stands_beside_the_story(desk: Client, talk: Conversation) -> None:
    for _ in range(2):
        page = post(desk, talk, SENT, "return", position="1", reason="size", way="refund", handover="post")
    noted = NotedReturn.objects.get()
    assert (noted.order.name, noted.position, noted.reason, noted.way) == (SENT, 1, "size", "refund")
    assert noted.number in page
    assert noted.order.notes.count(f"Return {noted.number} noted by Meera Joshi at the desk") == 1
    assert noted.number in desk.get(f"/desk/c/{talk.pk}/card").content.decode()
    again = desk.post(
        address(talk, SENT, "return"),
        {"key": "f" * 32, "position": "1", "reason": "size", "way": "refund"}, headers=HTMX,
    )  # fmt: skip
    assert WORDS["act.problem.already_returned"] in html.unescape(again.content.decode())


def test_after_the_days_an_agent_takes_back_only_what_is_faulty(desk: Client, talk: Conversation) -> None:
    page = post(desk, talk, LATE, "return", position="1", reason="disliked", way="refund")
    assert WORDS["act.problem.too_late"] in page
    assert not NotedReturn.objects.exists()
    post(desk, talk, LATE, "return", key="e" * 32, position="1", reason="defective", way="replacement")
    assert NotedReturn.objects.get().reason == "defective"


def test_what_may_never_come_back_does_not(desk: Client, talk: Conversation) -> None:
    line = OrderLine.objects.get(order__name=SENT, position=1)
    product = line.variant.product if line.variant else None
    assert product is not None
    product.tags = [*product.tags, "innerwear"]
    product.save()
    page = post(desk, talk, SENT, "return", position="1", reason="size", way="refund")
    assert WORDS["act.problem.not_returnable"] in page
    assert not NotedReturn.objects.exists()


def test_a_form_that_was_tampered_with_does_nothing(desk: Client, talk: Conversation) -> None:
    right = {"position": "1", "reason": "size", "way": "refund"}
    for number, given in enumerate(({"position": "99"}, {"reason": "x"}, {"way": "points"}, {"key": "short"})):
        post(desk, talk, SENT, "return", **{"key": f"{number:032x}", **right, **given})
    assert not NotedReturn.objects.exists()


def test_a_key_is_one_act_only(desk: Client, talk: Conversation) -> None:
    post(desk, talk, OPEN, "cancel")
    page = post(desk, talk, SENT, "return", position="1", reason="size", way="refund")
    assert WORDS["act.problem.unknown"] in page
    assert not NotedReturn.objects.exists()


def test_only_who_has_the_conversation_and_only_proved_orders(desk: Client, talk: Conversation) -> None:
    assert WORDS["act.problem.unknown"] in post(desk, talk, "TT-10415", "cancel")
    ravi = User.objects.create_user("ravi", is_staff=True)
    Conversation.objects.filter(pk=talk.pk).update(agent=ravi)
    assert WORDS["act.problem.not_mine"] in post(desk, talk, OPEN, "cancel")
    assert not OrderAct.objects.exists()
    assert Client().get(address(talk, OPEN, "cancel")).headers["Location"].startswith("/desk/sign-in")
    assert Order.objects.get(name=OPEN).cancelled_at is None


def test_an_answer_that_got_lost_is_asked_for_again_with_the_same_key(
    desk: Client, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as lost:
        lost.setitem(config().__dict__, "shop", SILENT_SHOP)
        page = post(desk, talk, OPEN, "cancel")
    assert WORDS["act.problem.away"] in page
    assert f'name="key" value="{KEY}"' in page
    assert OrderAct.objects.get().outcome == "begun"
    assert WORDS["act.cancelled"].format(order=OPEN) in post(desk, talk, OPEN, "cancel")
    assert (OrderAct.objects.get().outcome, Order.objects.get(name=OPEN).notes.count("Cancelled by")) == ("done", 1)


def test_without_javascript_there_is_a_page(desk: Client, talk: Conversation) -> None:
    assert b"<h1>" + OPEN.encode() in desk.get(address(talk, OPEN, "cancel")).content
    answer = desk.post(address(talk, OPEN, "cancel"), {"key": KEY})
    assert answer.headers["Location"] == f"/desk/c/{talk.pk}"
