"""The promise to tell when something is back: kept once, through the outbox, in the customer's language."""

from __future__ import annotations

import pytest

from bot.back_in_stock import tell_back
from bot.conversations.models import ChannelIdentity, Contact, Conversation, Message
from bot.conversations.states import Delivery, State
from bot.shop.catalogue import load_catalogue
from bot.shop.models import Product, RestockWatch, Variant
from bot.shop.restock import record_watch, stop_watches
from bot.shop.search import Wish
from tests.shop_rows import load_demo_shop

HANDLE = "oxford-formal-shirt"


@pytest.fixture
def conversation(transactional_db: None) -> Conversation:
    load_demo_shop()
    contact = Contact.objects.create()
    identity = ChannelIdentity.objects.create(contact=contact, channel="webchat", external_id="x" * 64)
    return Conversation.objects.create(contact=contact, identity=identity, channel="webchat", language="gu")


def watch(conversation: Conversation, size: str = "44", language: str = "gu") -> RestockWatch:
    wish = Wish(sizes=(size,) if size else ())
    item = load_catalogue()[HANDLE]
    made = record_watch(str(conversation.pk), str(conversation.contact_id), "m1", item, wish, language)
    assert made is not None
    return made


def restock(size: str = "44") -> None:
    for variant in Variant.objects.filter(product__handle=HANDLE):
        if size in variant.options:
            variant.stock = 4
            variant.save()
    Product.objects.get(handle=HANDLE).save()


def test_nothing_is_said_while_it_is_away(conversation: Conversation) -> None:
    watch(conversation)
    assert tell_back() == 0
    assert not Message.objects.exists()


def test_it_is_told_once_when_it_is_back(conversation: Conversation) -> None:
    watch(conversation)
    restock()
    assert (tell_back(), tell_back()) == (1, 0)
    message = Message.objects.get()
    assert message.delivery == Delivery.QUEUED
    assert "ઓક્સફર્ડ ફોર્મલ શર્ટ" in message.text
    assert "44" in message.text
    assert f"/products/{HANDLE}" in message.text
    assert message.buttons[0]["payload"] == f'/product_info{{"product": "{HANDLE}"}}'
    conversation.refresh_from_db()
    assert conversation.ready_at is not None, "a worker finds it"


def test_another_size_that_is_back_is_not_what_was_asked(conversation: Conversation) -> None:
    watch(conversation)
    restock("40")
    assert tell_back() == 0


def test_after_stop_nothing_is_told(conversation: Conversation) -> None:
    watch(conversation)
    assert stop_watches(str(conversation.pk), "") == [HANDLE]
    restock()
    assert tell_back() == 0


def test_it_reaches_the_customer_after_the_conversation_was_closed(conversation: Conversation) -> None:
    watch(conversation)
    Conversation.objects.filter(pk=conversation.pk).update(state=State.CLOSED)
    restock()
    assert tell_back() == 1
    message = Message.objects.get()
    assert message.conversation_id != conversation.pk
    assert message.conversation.identity_id == conversation.identity_id


def test_an_erased_customer_is_left_in_peace(conversation: Conversation) -> None:
    made = watch(conversation)
    Conversation.objects.filter(pk=conversation.pk).delete()
    restock()
    assert tell_back() == 0
    made.refresh_from_db()
    assert (made.outcome, made.ended_at is None) == ("gone", False)
