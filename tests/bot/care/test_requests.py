"""Wishes about data, finished by the operator: everything is shown, everything goes, and the customer is told once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from django.contrib.auth.models import User
from django.test import Client

from bot.care.forgetting import FORGOTTEN, forget_addresses
from bot.care.models import Audit, Complaint, Opinion, PrivacyRequest, Severity, Wish
from bot.care.personal import ERASED, encode
from bot.care.records import Said, record_complaint, record_opinion, record_privacy_request
from bot.care.requests import erase_request, export_request, finish_request, refuse_request
from bot.config import config
from bot.conversations.handoffs import close, hand_back, hand_off, record_agent_reply, record_note, take
from bot.conversations.models import ChannelIdentity, Contact, Conversation, HandOff, Message
from bot.conversations.states import Reason
from bot.dialogue.storage import STATE, make_engine
from bot.language.texts import say

MARK = "marker-7431"


def make_talk(user: str = "u1", mark: str = MARK) -> tuple[Conversation, Said]:
    """A conversation with a message, a note, a complaint and an opinion, all of which hold the mark."""
    contact = Contact.objects.create(name=f"Hetal {mark}", language="en")
    identity = ChannelIdentity.objects.create(contact=contact, channel="webchat", external_id=user)
    talk = Conversation.objects.create(
        contact=contact, identity=identity, channel="webchat", language="en", page={"url": mark}, last_bot_text=mark
    )
    Message.objects.create(
        conversation=talk,
        channel="webchat",
        direction="inbound",
        author="contact",
        text=f"I am {mark}",
        handling="done",
    )
    said = Said(str(talk.pk), "m1", str(contact.pk), f"late {mark}", "en")
    record_complaint(said, "late", Severity.NORMAL)
    record_opinion(Said(str(talk.pk), "m2", str(contact.pk), f"good {mark}", "en"), "good")
    with make_engine(config().database_url, config().data_path).execution_options(writes=True).begin() as rasa:
        rasa.execute(sa.insert(STATE).values(conversation=str(talk.pk), version=1, state=mark, saved_at=0.0))
    return talk, said


def ask(said: Said, wish: Wish) -> PrivacyRequest:
    """Starts the wish as the assistant does."""
    record_privacy_request(Said(said.conversation, f"p-{wish}", said.contact, "", "en"), wish)
    return PrivacyRequest.objects.get(wish=wish, conversation=said.conversation)


def told(talk: Conversation) -> list[str]:
    """What the customer was told through the outbox."""
    found = Message.objects.filter(conversation__contact=talk.contact, direction="outbound", author="bot")
    return list(found.values_list("text", flat=True))


def test_everything_about_the_contact_is_exported_and_nothing_of_others(transactional_db: None) -> None:
    _, said = make_talk()
    make_talk("u2", "stranger-99")
    request = ask(said, Wish.SHOW)
    found = encode(export_request(request.pk, "boss"))
    assert found.count(MARK) >= 6
    assert "stranger-99" not in found
    assert Audit.objects.get().counts["messages"] == 1
    assert MARK not in str(Audit.objects.get().counts)


def test_erasing_leaves_no_word_of_the_contact(transactional_db: None) -> None:
    talk, said = make_talk()
    other, _ = make_talk("u2", "stranger-99")
    record_note(talk.pk, User.objects.create_user("mira"), f"note {MARK}")
    show, erase = ask(said, Wish.SHOW), ask(said, Wish.ERASE)
    assert erase_request(erase.pk, "boss")
    assert MARK not in encode(export_request(show.pk, "boss"))
    assert Message.objects.filter(conversation=talk, text=ERASED).count() == 1
    assert (Complaint.objects.count(), Opinion.objects.count()) == (2, 2)
    assert Message.objects.get(conversation=other).text == "I am stranger-99"


def test_the_customer_is_told_once_in_the_same_channel(transactional_db: None) -> None:
    talk, said = make_talk()
    request = ask(said, Wish.ERASE)
    assert [erase_request(request.pk, "boss"), erase_request(request.pk, "boss")] == [True, False]
    assert told(talk) == [say("care.privacy.done.erase", "en", number=request.number)]
    assert Audit.objects.filter(what="privacy.erased").count() == 1


def test_the_address_goes_when_the_last_word_has_been_sent(transactional_db: None) -> None:
    _, said = make_talk()
    erase_request(ask(said, Wish.ERASE).pk, "boss")
    assert forget_addresses() == 0
    Message.objects.filter(direction="outbound").update(delivery="sent")
    assert (forget_addresses(), forget_addresses()) == (1, 0)
    assert ChannelIdentity.objects.get().external_id.startswith(FORGOTTEN)


@pytest.mark.parametrize(("finish", "key"), [(finish_request, "correct"), (refuse_request, "refused")])
def test_other_ends_are_told_and_audited(transactional_db: None, finish: object, key: str) -> None:
    talk, said = make_talk()
    request = ask(said, Wish.CORRECT)
    assert callable(finish)
    assert finish(request.pk, "boss")
    assert told(talk) == [say(f"care.privacy.done.{key}", "en", number=request.number)]
    assert Audit.objects.get().who == "boss"


def test_only_an_administrator_erases_from_the_pages(transactional_db: None, client: Client) -> None:
    _, said = make_talk()
    request = ask(said, Wish.ERASE)
    backend = "django.contrib.auth.backends.ModelBackend"
    press = {"action": "erase", "_selected_action": [request.pk]}
    client.force_login(User.objects.create_user("agent", is_staff=True), backend=backend)
    client.post("/admin/care/privacyrequest/", press)
    assert PrivacyRequest.objects.get().state == "open"
    client.force_login(User.objects.create_superuser("boss"), backend=backend)
    client.post("/admin/care/privacyrequest/", press)
    assert PrivacyRequest.objects.get().state == "done"


def test_praise_after_a_persons_help_names_the_person(transactional_db: None) -> None:
    talk, said = make_talk()
    mira = User.objects.create_user("mira", first_name="Mira", is_staff=True)
    hand_off(talk, Reason.ASKED, {"priority": 2, "topic": "x"})
    assert (HandOff.objects.get().priority, "priority" in HandOff.objects.get().summary) == (2, False)
    take(talk.pk, mira)
    record_agent_reply(talk.pk, mira, "Done!")
    hand_back(talk.pk, mira)
    assert record_opinion(Said(str(talk.pk), "m9", said.contact, "Mira was great", "en"), "good") == "Mira"
    close(talk.pk)
    assert record_opinion(Said("another", "m1", said.contact, "thanks", "en"), "good") == "Mira"
    assert record_opinion(Said("another", "m1", "77", "thanks", "en"), "good") == ""
