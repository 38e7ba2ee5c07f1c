"""Commit A: duplicates are quiet, people and conversations are made once, also when everything comes at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from bot.channels.contract import InboundMessage, Profile
from bot.conversations.inbox import Accepted, record_inbound
from bot.conversations.models import ChannelIdentity, Contact, Conversation, Message
from bot.errors import EmptyMessage
from tests.bot.conversations.conftest import Say
from tests.environment import DATABASE_URL


def record_together(messages: list[InboundMessage]) -> list[Accepted]:
    """All at the same moment, each on a connection of its own."""

    def record(message: InboundMessage) -> Accepted:
        try:
            return record_inbound(message)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(messages)) as pool:
        return list(pool.map(record, messages))


def test_a_second_delivery_is_ignored(say: Say) -> None:
    first = say("hello", external_id="x")
    again = say("hello", external_id="x", owner="one")
    assert (again.recorded.id, again.recorded.duplicate, again.claim) == (first.recorded.id, True, None)
    assert again.recorded.at == first.recorded.at


@pytest.mark.parametrize("same", [True, False], ids=["one message eight times", "eight messages of a new person"])
def test_everything_at_once(transactional_db: None, same: bool) -> None:
    messages = [InboundMessage("whatsapp", "m" if same else f"m{i}", "911", f"text {i}") for i in range(8)]
    accepted = record_together(messages)
    assert Message.objects.count() == (1 if same else 8)
    assert sum(not one.recorded.duplicate for one in accepted) == (1 if same else 8)
    assert (Conversation.objects.count(), ChannelIdentity.objects.count(), Contact.objects.count()) == (1, 1, 1)


def test_the_same_person_on_two_channels_is_two_identities(transactional_db: None) -> None:
    for channel in ("whatsapp", "telegram"):
        record_inbound(InboundMessage(channel, "1", "42", "hello"))
    assert (ChannelIdentity.objects.count(), Message.objects.count()) == (2, 2)


@pytest.mark.parametrize("text", ["", "\x00", " \u200b "])
def test_nothing_to_read_is_refused(say: Say, text: str) -> None:
    with pytest.raises(EmptyMessage):
        say(text)
    assert not Conversation.objects.exists()


def test_hints_of_a_channel_fill_only_gaps(transactional_db: None) -> None:
    profile = Profile(name="Hetal\x00", language="gu", page={"product": "kurta"})
    record_inbound(InboundMessage("webchat", "1", "u", "hi", profile=profile))
    other = Profile(name="Somebody", language="xx", page={"product": "saree"})
    record_inbound(InboundMessage("webchat", "2", "u", "hi", profile=other))
    contact = Contact.objects.get()
    assert contact.name == "Hetal"
    assert Conversation.objects.get().page == {"product": "saree"}


def test_the_database_is_the_one_that_was_asked_for(transactional_db: None) -> None:
    assert (connections["default"].vendor == "postgresql") == bool(DATABASE_URL)
