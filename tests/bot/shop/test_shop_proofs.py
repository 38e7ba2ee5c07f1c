"""One-time codes, people known by their channel, the shop's token, and links to invoices."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bot.channels.webchat.sessions import SessionIds, hash_session
from bot.config import Secret, config
from bot.conversations.models import ChannelIdentity, Contact, Conversation
from bot.shop.codes import Sending, Trying, check_code, mask, send_code
from bot.shop.embedded import EmbeddedShop
from bot.shop.identity import find_verified, is_confirmed, list_own_orders
from bot.shop.invoice_links import build_link
from bot.shop.known import Known, record_known
from bot.shop.models import OneTimeCode, ShownCode
from bot.shop.port import Order
from bot.shop.tokens import build_token

pytestmark = pytest.mark.usefixtures("demo_shop")
SECRET = "s" * 40


def order_of(number: str) -> Order:
    order = EmbeddedShop().find_order(number)
    assert order is not None
    return order


def read_code() -> str:
    found = re.search(r"\d{6}", ShownCode.objects.first().text)  # type: ignore[union-attr]
    assert found is not None
    return found.group(0)


def talk(channel: str, external_id: str) -> str:
    identity = ChannelIdentity.objects.create(
        contact=Contact.objects.create(), channel=channel, external_id=external_id
    )
    return str(Conversation.objects.create(contact=identity.contact, identity=identity, channel=channel).pk)


def test_the_right_code_confirms_all_orders_of_that_person_only() -> None:
    order = order_of("TT-10469")
    assert send_code("c1", "", order, "en", "m1").outcome == Sending.SENT
    assert not is_confirmed("c1", order)
    assert check_code("c1", order, read_code(), "m2") == Trying.RIGHT
    assert is_confirmed("c1", order)
    assert is_confirmed("c1", order_of("TT-10432"))
    assert not is_confirmed("c1", order_of("TT-10466"))
    assert not is_confirmed("c2", order)


def test_a_code_counts_in_its_conversation_and_once() -> None:
    order = order_of("TT-10469")
    send_code("c1", "", order, "en", "m1")
    code = read_code()
    assert check_code("c2", order, code, "m2") == Trying.OVER
    assert check_code("c1", order, code, "m2") == Trying.RIGHT
    assert check_code("c1", order, code, "m3") == Trying.OVER
    assert check_code("c1", order, code, "m2") == Trying.RIGHT


def test_a_code_ends_after_ten_minutes() -> None:
    order = order_of("TT-10469")
    send_code("c1", "", order, "en", "m1")
    OneTimeCode.objects.update(made_at=timezone.now() - timedelta(minutes=11))
    assert check_code("c1", order, read_code(), "m2") == Trying.OVER


def test_codes_are_limited_over_conversations() -> None:
    order = order_of("TT-10469")
    for number in range(5):
        assert send_code(f"c{number}", "", order, "en", "m1").outcome == Sending.SENT
    assert send_code("c9", "", order, "en", "m1").outcome == Sending.TOO_MANY


def test_a_turn_that_runs_again_sends_no_second_code() -> None:
    order = order_of("TT-10469")
    assert send_code("c1", "", order, "en", "m1") == send_code("c1", "", order, "en", "m1")
    assert ShownCode.objects.count() == 1


def test_the_code_is_not_kept_where_it_is_checked() -> None:
    send_code("c1", "", order_of("TT-10469"), "en", "m1")
    assert read_code() not in str(OneTimeCode.objects.values().get())
    assert mask("hetal.patel@example.com") == "h•••@example.com"
    assert mask("+919999910001") == "•••••001"


def test_whom_whatsapp_knows_is_not_asked() -> None:
    conversation = talk("whatsapp", "919999910001")
    order = find_verified(conversation, "10432")
    assert order is not None
    assert is_confirmed(conversation, order)
    assert find_verified(conversation, "TT-10466") is None
    assert {one.phone for one in list_own_orders(conversation)} == {"+919999910001"}


def test_a_telegram_contact_counts_when_it_was_shared() -> None:
    conversation = talk("telegram", "4711")
    assert find_verified(conversation, "TT-10432") is None
    assert record_known("telegram", "4711", "contact", phone="+91 99999 10001")
    assert find_verified(conversation, "TT-10432") is not None
    assert find_verified(str(uuid.uuid4()), "TT-10432") is None


def make_token(
    secret: str = SECRET, alg: str = "HS256", ends_in_s: float = 600, email: str = "hetal.patel@example.com"
) -> str:
    def encode(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    said = {"email": email, "exp": time.time() + ends_in_s}
    body = f"{encode({'alg': alg})}.{encode(said)}"
    code = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(code).decode().rstrip('=')}"


@pytest.fixture
def token_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop's page and this installation share a secret."""
    shared = replace(config(), shop_token_secret=Secret(SECRET))
    monkeypatch.setattr("bot.shop.tokens.config", lambda: shared)


def issue_session() -> str:
    return SessionIds(config().secret_key.reveal()).issue()


def send(client: Client, method: str, **body: str) -> Any:
    """What the chat sends about who is signed in on the page around it."""
    return client.generic(method, "/shop-token", json.dumps(body), content_type="application/json")


@pytest.mark.usefixtures("token_secret")
def test_the_shops_token_vouches_for_a_visitor(client: Client) -> None:
    session = issue_session()
    assert send(client, "POST", session=session, token=make_token()).status_code == 200
    conversation = talk("webchat", hash_session(session))
    assert find_verified(conversation, "TT-10432") is not None
    assert find_verified(conversation, "TT-10466") is None


@pytest.mark.usefixtures("token_secret")
def test_who_signs_out_is_a_stranger_again(client: Client) -> None:
    session = issue_session()
    send(client, "POST", session=session, token=make_token())
    assert send(client, "DELETE", session=session).status_code == 204
    assert find_verified(talk("webchat", hash_session(session)), "TT-10432") is None


@pytest.mark.usefixtures("token_secret")
def test_another_person_does_not_take_over_a_session(client: Client) -> None:
    session = issue_session()
    person = json.loads(send(client, "POST", session=session, token=make_token()).content)["person"]
    other = make_token(email="suresh.t@example.org")
    assert json.loads(send(client, "POST", session=session, token=other, person=person).content) == {"person": ""}
    conversation = talk("webchat", hash_session(session))
    assert find_verified(conversation, "TT-10432") is not None
    assert find_verified(conversation, "TT-10466") is None
    assert send(client, "POST", session=session, token=make_token(), person=person).status_code == 200


@pytest.mark.usefixtures("token_secret")
def test_our_own_pages_token_counts(client: Client) -> None:
    token = build_token(Known("hetal.patel@example.com", ""))
    assert send(client, "POST", session=issue_session(), token=token).status_code == 200


@pytest.mark.usefixtures("token_secret")
def test_a_session_not_issued_here_is_refused(client: Client) -> None:
    assert send(client, "POST", session="made-up", token=make_token()).status_code == 403
    assert send(client, "DELETE", session="made-up").status_code == 403


WRONG = {
    "another secret": make_token("x" * 40), "no algorithm": make_token(alg="none"), "over": make_token(ends_in_s=-5),
    "too long": make_token(ends_in_s=7200), "cut": make_token()[:-4], "nothing": "", "no token": "a.b.c",
}  # fmt: skip


@pytest.mark.usefixtures("token_secret")
@pytest.mark.parametrize("token", WRONG.values(), ids=WRONG)
def test_a_wrong_token_is_refused(client: Client, token: str) -> None:
    assert send(client, "POST", session=issue_session(), token=token).status_code == 403


def test_an_invoice_is_a_pdf_behind_a_link_that_cannot_be_guessed(client: Client) -> None:
    path = build_link("TT-10401").removeprefix(config().base_url)
    paper = client.get(path)
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    assert b"INV-TT-10401" in paper.content
    assert b"Cotton Kurti" in paper.content
    assert client.get(path.replace(".pdf", "x.pdf")).status_code == 404
    assert client.get("/invoices/TT-10401.pdf").status_code == 404


def test_a_link_to_an_invoice_ends(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    path = build_link("TT-10401").removeprefix(config().base_url)
    monkeypatch.setattr("bot.shop.invoice_links.LINK_FOR", timedelta(seconds=-1))
    assert client.get(path).status_code == 404
