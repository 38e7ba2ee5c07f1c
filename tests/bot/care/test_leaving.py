"""A visitor of the web chat is forgotten: the session opens nothing any more, and the erasing is on its way."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from bot.care.leaving import forget_session
from bot.care.models import PrivacyRequest, Wish
from bot.care.requests import erase_request
from bot.channels.webchat.sessions import SessionIds, hash_session
from bot.config import config
from bot.conversations.history import find_session
from bot.conversations.models import ChannelIdentity, Conversation, Message
from bot.conversations.states import State
from tests.bot.care.test_requests import MARK, make_talk

ADDRESS = "/chat/session"


def issue() -> str:
    return SessionIds(config().secret_key.reveal()).issue()


def leave(session: object) -> tuple[int, dict[str, str]]:
    answer = Client().delete(ADDRESS, json.dumps({"session": session}), content_type="application/json")
    return answer.status_code, answer.json() if answer.content else {}


def test_session_opens_nothing_after_it_was_forgotten(transactional_db: None) -> None:
    session = issue()
    talk, _ = make_talk(hash_session(session))
    status, said = leave(session)
    request = PrivacyRequest.objects.get(wish=Wish.ERASE)
    assert (status, said) == (200, {"number": request.number, "due_on": request.due_on.isoformat()})
    assert request.contact == str(talk.contact_id)
    assert not find_session("webchat", hash_session(session)).known
    talk.refresh_from_db()
    assert talk.state == State.CLOSED
    assert leave(session) == (204, {})


def test_operator_erases_what_was_left(transactional_db: None) -> None:
    session = issue()
    talk, _ = make_talk(hash_session(session))
    leave(session)
    assert erase_request(PrivacyRequest.objects.get(wish=Wish.ERASE).pk, "operator")
    assert not Message.objects.filter(conversation__contact=talk.contact, text__contains=MARK).exists()


def test_others_are_not_touched(transactional_db: None) -> None:
    session = issue()
    make_talk(hash_session(session))
    other, _ = make_talk("somebody-else", "another-mark")
    leave(session)
    assert ChannelIdentity.objects.filter(external_id="somebody-else", reachable=True).exists()
    assert Conversation.objects.get(pk=other.pk).state != State.CLOSED


@pytest.mark.parametrize("session", ["", "made-up", None, 5, ["x"], "A" * 22 + "." + "b" * 16])
def test_forged_sessions_are_refused(transactional_db: None, session: object) -> None:
    assert leave(session) == (403, {})


def test_session_without_a_word_leaves_nothing(transactional_db: None) -> None:
    assert forget_session(hash_session(issue())) is None
    assert leave(issue()) == (204, {})
