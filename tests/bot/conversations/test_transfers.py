"""From one person to another, to people with a skill, back into the queue: who has it, what is said, what is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from bot.conversations.handoffs import hand_off, record_agent_reply, take
from bot.conversations.models import Conversation, Message
from bot.conversations.states import Author, CameBack, Reason, State
from bot.conversations.transfers import return_to_queue, transfer_to_agent, transfer_to_skill
from bot.errors import TransitionRefused
from bot.language.languages import load_languages
from bot.language.texts import say as word
from tests.bot.conversations.conftest import Say

NOTE = "she is cross, be kind"


@pytest.fixture
def ravi(db: None) -> User:
    return User.objects.create_user("ravi", first_name="Ravi", is_staff=True)


@pytest.fixture
def talk(say: Say, agent: User) -> Conversation:
    """Handed over because of a refund, and Meera's."""
    say("where is my refund")
    found = Conversation.objects.get()
    hand_off(found, Reason.ASKED, {"topics": ["refund.time"], "routes": ["faq", "human"]})
    return take(found.pk, agent)


def told(found: Conversation) -> list[str]:
    return list(found.messages.filter(author=Author.SYSTEM).values_list("text", flat=True))


@pytest.mark.parametrize("language", load_languages())
def test_a_colleague_takes_over_and_the_customer_knows_their_name(
    talk: Conversation, agent: User, ravi: User, language: str
) -> None:
    Conversation.objects.update(language=language)
    moved = transfer_to_agent(talk.pk, agent, ravi, NOTE)
    assert (moved.state, moved.agent, moved.hand_offs.get().taken_by) == (State.AGENT, ravi, ravi)
    assert told(talk)[-1] == word("system.passed_on", language, name="Ravi")
    assert record_agent_reply(talk.pk, ravi, "hello").agent == ravi
    with pytest.raises(TransitionRefused):
        record_agent_reply(talk.pk, agent, "still me")


def test_the_note_is_for_agents_only(talk: Conversation, agent: User, ravi: User) -> None:
    transfer_to_agent(talk.pk, agent, ravi, NOTE)
    note = talk.notes.get()
    assert (note.text, note.author) == (NOTE, agent)
    assert not Message.objects.filter(text__contains="cross").exists()


def test_people_with_a_skill_find_it_in_the_queue(talk: Conversation, agent: User) -> None:
    before = len(told(talk))
    transfer_to_skill(talk.pk, agent, "payments", NOTE)
    found = Conversation.objects.get()
    record = found.hand_offs.get()
    assert (found.state, found.agent) == (State.WAITING, None)
    assert (record.skill, record.came_back, record.taken_by, record.reason) == (
        "payments",
        "transferred",
        None,
        "asked",
    )
    assert record.answer_by is not None
    assert record.answer_by > timezone.now()
    assert len(told(talk)) == before + 1
    assert take(talk.pk, agent).hand_offs.get().taken_by == agent


def test_only_its_own_agent_passes_it_on(talk: Conversation, agent: User, ravi: User) -> None:
    with pytest.raises(TransitionRefused):
        transfer_to_agent(talk.pk, ravi, ravi)
    with pytest.raises(TransitionRefused):
        transfer_to_skill(talk.pk, ravi, "orders")
    customer = User.objects.create_user("stranger")
    with pytest.raises(TransitionRefused):
        transfer_to_agent(talk.pk, agent, customer)
    assert Conversation.objects.get().agent == agent


def test_who_waits_is_told_anew_when_the_agent_is_gone(talk: Conversation, agent: User) -> None:
    talk.hand_offs.update(created_at=timezone.now() - timedelta(hours=2))
    before = len(told(talk))
    assert return_to_queue(talk.pk, agent.pk)
    found = Conversation.objects.get()
    record = found.hand_offs.get()
    assert (found.state, found.agent, record.came_back) == (State.WAITING, None, CameBack.GONE)
    assert record.queued_at is not None
    assert record.queued_at > record.created_at
    assert len(told(talk)) == before + 1


def test_who_has_an_answer_hears_nothing_when_the_agent_is_gone(talk: Conversation, agent: User) -> None:
    record_agent_reply(talk.pk, agent, "it is on its way")
    before = told(talk)
    assert return_to_queue(talk.pk, agent.pk)
    assert told(talk) == before


def test_nothing_is_taken_from_somebody_else(talk: Conversation, agent: User, ravi: User) -> None:
    transfer_to_agent(talk.pk, agent, ravi)
    assert not return_to_queue(talk.pk, agent.pk)
    assert Conversation.objects.get().agent == ravi


def test_one_that_nobody_had_asked_for_comes_with_a_summary(say: Say, agent: User) -> None:
    say("where is my refund")
    found = take(Conversation.objects.get().pk, agent)
    transfer_to_skill(found.pk, agent, "")
    record = found.hand_offs.get()
    assert (record.reason, record.summary["last"][0]["text"]) == ("stepped_in", "where is my refund")
