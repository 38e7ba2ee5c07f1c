"""Orders are cancelled and returned over the API by the desk's rules: once for each key, and with a name to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from bot.accounts.models import AuditEntry
from bot.care.models import OrderAct
from bot.config import config
from bot.conversations.models import Conversation
from bot.conversations.states import State
from bot.shop.models import NotedReturn, Order
from bot.shop.proofs import VerifiedOrder
from tests.bot.api.conftest import Api
from tests.bot.desk.conftest import Make
from tests.fakes.silent_shop import SILENT_SHOP
from tests.shop_rows import load_demo_shop

pytestmark = pytest.mark.django_db
OPEN, SENT, UNPROVED = "TT-10469", "TT-10453", "TT-10415"
KEY = {"Idempotency-Key": "case-7"}
BACK = {"agent": "meera", "position": 1, "reason": "size", "way": "refund"}
MEERA = {"agent": "meera"}


@pytest.fixture
def talk(make: Make, meera: User) -> Conversation:
    """Meera has it, and its customer has proved two orders."""
    load_demo_shop()
    found = make(state=State.AGENT, agent=meera)
    for order in (OPEN, SENT):
        VerifiedOrder.objects.create(conversation=str(found.pk), order=order, until=timezone.now() + timedelta(hours=1))
    return found


def orders_of(talk: Conversation) -> str:
    return f"conversations/{talk.pk}/orders"


def test_what_may_be_done_is_listed_and_cancelling_happens_once(api: Api, talk: Conversation) -> None:
    listed = {one["number"]: one for one in api.get(orders_of(talk)).json()["results"]}
    assert {name: one["cancel_refused"] for name, one in listed.items()} == {OPEN: "", SENT: "sent"}
    assert listed[SENT]["return_refused"] == ""
    assert listed[SENT]["lines"][0]["position"] == 1
    before = Order.objects.get(name=OPEN).notes.count("Cancelled")
    first, again = (api.post(f"{orders_of(talk)}/{OPEN}/cancel", MEERA, **KEY) for _ in range(2))
    assert first.json() == again.json()
    assert (first.json()["outcome"], first.json()["agent_name"]) == ("done", "Meera Joshi")
    assert Order.objects.get(name=OPEN).cancelled_at is not None
    assert Order.objects.get(name=OPEN).notes.count("Cancelled") == before + 1
    rows = AuditEntry.objects.filter(action="order.changed").values_list("who", "conversation", "target")
    assert list(rows) == [("CRM", str(talk.pk), f"{OPEN} cancel")] * 2


def test_a_return_has_its_number_and_the_shops_no_its_reason(api: Api, talk: Conversation) -> None:
    done = api.post(f"{orders_of(talk)}/{SENT}/return", BACK, **KEY).json()
    assert done["result"] == NotedReturn.objects.get().number
    other = {"Idempotency-Key": "case-8"}
    refused = api.post(f"{orders_of(talk)}/{SENT}/return", BACK, **other)
    assert (refused.status_code, refused.json()["code"], refused.json()["reason"]) == (
        409,
        "shop_refused",
        "already_returned",
    )
    refused = api.post(f"{orders_of(talk)}/{SENT}/cancel", MEERA, **{"Idempotency-Key": "case-9"})
    assert refused.json()["reason"] == "sent"
    assert NotedReturn.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "body", "headers", "status", "code"),
    [
        (f"{OPEN}/cancel", MEERA, {}, 422, "invalid"),
        (f"{OPEN}/cancel", {}, KEY, 409, "transition_refused"),
        (f"{UNPROVED}/cancel", MEERA, KEY, 404, "not_found"),
        ("nothing/cancel", MEERA, KEY, 404, "not_found"),
        (f"{SENT}/return", MEERA, KEY, 422, "invalid"),
        (f"{SENT}/return", BACK | {"reason": "whim"}, KEY, 422, "invalid"),
        (f"{SENT}/return", BACK | {"position": 99}, KEY, 409, "shop_refused"),
    ],
)
def test_what_is_refused_changes_no_order(
    api: Api, talk: Conversation, path: str, body: dict[str, object], headers: dict[str, str], status: int, code: str
) -> None:
    answer = api.post(f"{orders_of(talk)}/{path}", body, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not NotedReturn.objects.exists()
    assert Order.objects.get(name=OPEN).cancelled_at is None
    assert not OrderAct.objects.filter(outcome="done").exists()


def test_a_key_is_one_act_only(api: Api, talk: Conversation) -> None:
    api.post(f"{orders_of(talk)}/{SENT}/return", BACK, **KEY)
    for path, body in ((f"{OPEN}/cancel", MEERA), (f"{SENT}/return", BACK | {"reason": "damaged"})):
        answer = api.post(f"{orders_of(talk)}/{path}", body, **KEY)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert (NotedReturn.objects.get().reason, OrderAct.objects.count()) == ("size", 1)


def test_only_with_the_scope(with_scopes: Callable[..., Api], talk: Conversation) -> None:
    narrow = with_scopes("conversations:read", "conversations:write", "contacts:read", "agents:act")
    assert narrow.get(orders_of(talk)).status_code == 403
    assert narrow.post(f"{orders_of(talk)}/{OPEN}/cancel", MEERA, **KEY).status_code == 403


def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    api: Api, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{orders_of(talk)}/{OPEN}/cancel"
    with monkeypatch.context() as lost:
        lost.setitem(config().__dict__, "shop", SILENT_SHOP)
        answer = api.post(path, MEERA, **KEY)
    assert (answer.status_code, answer.json()["code"]) == (503, "shop_unavailable")
    assert api.post(path, MEERA, **KEY).json()["outcome"] == "done"
    assert Order.objects.get(name=OPEN).notes.count("Cancelled by") == 1
