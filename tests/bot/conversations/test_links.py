"""One person over two channels: joined by a token, taken back, forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from bot.conversations.links import forget_links, issue_link, undo_link, use_link
from bot.conversations.models import ChannelIdentity, Contact, Conversation, IdentityMove, LinkToken
from tests.bot.conversations.conftest import Say


def talk_of(channel: str, user: str) -> Conversation:
    return Conversation.objects.select_related("contact", "identity").get(
        identity__channel=channel, identity__external_id=user
    )


@pytest.fixture
def joined(say: Say) -> Conversation:
    """A conversation in Telegram whose person was known on the web before."""
    say("hello", user="web", channel="webchat")
    say("hello", user="4711")
    Contact.objects.filter(identities__channel="telegram").update(name="Hetal", language="gu")
    assert use_link(talk_of("telegram", "4711"), issue_link("webchat", "web")) == "system.link.done"
    return talk_of("telegram", "4711")


def test_what_was_known_on_either_side_is_known_of_the_one(joined: Conversation) -> None:
    contact = talk_of("webchat", "web").contact
    assert joined.contact_id == contact.pk
    assert (contact.name, contact.language) == ("Hetal", "gu")


@pytest.mark.parametrize("token", ["", "short", "x" * 32, "x" * 64, "💥" * 32])
def test_a_token_that_nobody_was_given_joins_nothing(say: Say, token: str) -> None:
    say("hello", user="4711")
    assert use_link(talk_of("telegram", "4711"), token) == "system.link.ended"


def test_a_token_ends_after_its_time_and_is_stored_as_a_hash(say: Say) -> None:
    token = issue_link("webchat", "not written yet")
    assert not LinkToken.objects.filter(digest__contains=token).exists()
    LinkToken.objects.update(until=timezone.now() - timedelta(seconds=1))
    say("hello", user="4711")
    assert use_link(talk_of("telegram", "4711"), token) == "system.link.ended"


def test_a_join_can_be_taken_back_once(joined: Conversation) -> None:
    assert undo_link(joined.identity_id)
    assert talk_of("telegram", "4711").contact_id != talk_of("webchat", "web").contact_id
    assert not undo_link(joined.identity_id)


def test_forgetting_leaves_no_name_of_an_earlier_contact(joined: Conversation) -> None:
    forget_links(joined.contact_id)
    Contact.objects.filter(pk=joined.contact_id).update(name="")
    assert not Contact.objects.exclude(name="").exists()
    assert not IdentityMove.objects.exists()
    assert not LinkToken.objects.exists()
    assert ChannelIdentity.objects.filter(contact_id=joined.contact_id).count() == 2
