"""Conversations as the desk finds them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bot.conversations.models import ChannelIdentity, Contact, Conversation, HandOff, Message
from bot.conversations.states import Author, Direction, Handling, Reason, State

Make = Callable[..., Conversation]


@pytest.fixture
def meera(db: None) -> User:
    """An agent."""
    return User.objects.create_user("meera", first_name="Meera", last_name="Joshi", is_staff=True)


@pytest.fixture
def desk(client: Client, meera: User) -> Client:
    """Meera's browser, signed in."""
    client.force_login(meera, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def make(db: None) -> Make:
    """Makes a conversation with one message of the customer."""

    def made(text: str = "hello", state: State = State.WAITING, agent: User | None = None) -> Conversation:
        contact = Contact.objects.create()
        identity = ChannelIdentity.objects.create(contact=contact, channel="webchat", external_id=f"user-{contact.pk}")
        found = Conversation.objects.create(
            contact=contact, identity=identity, channel="webchat", state=state, agent=agent, language="en"
        )
        Message.objects.create(
            conversation=found,
            channel="webchat",
            direction=Direction.INBOUND,
            author=Author.CONTACT,
            text=text,
            handling=Handling.DONE,
        )
        if state == State.WAITING:
            HandOff.objects.create(conversation=found, reason=Reason.ASKED, summary={"topics": ["refund.time"]})
        found.refresh_from_db()
        return found

    return made
