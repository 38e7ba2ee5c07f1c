"""How was it: asked when an agent has resolved a conversation, heard from any channel, kept once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from bot.channels.contract import InboundMessage
from bot.conversations import events, handoffs
from bot.conversations.inbox import record_inbound
from bot.conversations.models import ChannelIdentity, Contact, Conversation, Message, Rating, Resolution
from bot.conversations.states import State
from bot.language.texts import LANGUAGES, say

Write = Callable[..., Message]
_numbers = itertools.count()


@pytest.fixture
def meera(db: None) -> User:
    return User.objects.create_user("meera", first_name="Meera", last_name="Joshi", is_staff=True)


@pytest.fixture
def solved(meera: User) -> Conversation:
    """Resolved by Meera; its customer has just been asked."""
    contact = Contact.objects.create()
    identity = ChannelIdentity.objects.create(contact=contact, channel="whatsapp", external_id="u1")
    made = Conversation.objects.create(
        contact=contact, identity=identity, channel="whatsapp", state=State.AGENT, agent=meera, language="en"
    )
    return handoffs.close(made.pk, meera, resolved=True)


def write(text: str = "", choice: str = "", user: str = "u1", **values: Any) -> Message:
    """The customer writes or presses; the row."""
    name = values.pop("external_id", f"in{next(_numbers)}")
    inbound = InboundMessage("whatsapp", str(name), user, text, choice=choice, **values)
    return Message.objects.get(pk=record_inbound(inbound).recorded.id)


def find_question() -> Message:
    found = Message.objects.filter(kind="rating", direction="outbound").last()
    assert found
    return found


def press(stars: int, **values: Any) -> Message:
    """Presses so many stars of the question that was asked last."""
    title = say(f"system.rating.stars.{['one', 'two', 'three', 'four', 'five'][stars - 1]}", "en")
    button = next(one for one in find_question().buttons if one["title"] == title)
    return write(title, button["id"], **values)


def last_word() -> str:
    said = Message.objects.filter(direction="outbound").last()
    return said.text if said else ""


def thanks(stars: int, key: str = "thanks") -> str:
    return say(f"system.rating.{key}", "en", stars=stars)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_question_names_who_has_helped(meera: User, language: str) -> None:
    contact = Contact.objects.create()
    identity = ChannelIdentity.objects.create(contact=contact, channel="webchat", external_id="u")
    made = Conversation.objects.create(
        contact=contact, identity=identity, channel="webchat", state=State.AGENT, agent=meera, language=language
    )
    handoffs.close(made.pk, meera)
    assert not Message.objects.filter(kind="rating").exists()
    Conversation.objects.update(state=State.AGENT)
    handoffs.close(made.pk, meera, resolved=True)
    asked = find_question()
    assert asked.text.endswith(say("system.rating.ask", language, name="Meera Joshi"))
    assert [one["title"].count("★") for one in asked.buttons] == [5, 4, 3, 2, 1]
    # Nothing of a title is cut on the narrowest channel.
    assert max(len(one["title"].encode("utf-16-le")) // 2 for one in asked.buttons) <= 24


def test_stars_are_kept_and_nobody_is_woken(solved: Conversation, meera: User) -> None:
    heard: list[events.Event] = []
    remove = events.add_listener(heard.append)
    row = press(4)
    remove()
    rating = Rating.objects.get()
    assert (rating.conversation, rating.stars, rating.agent, rating.agent_name) == (solved, 4, meera, "Meera Joshi")
    assert (row.conversation, row.kind, row.handling) == (solved, "rating", "done")
    assert last_word() == thanks(4)
    solved.refresh_from_db()
    assert (solved.state, Conversation.objects.count(), solved.turns.count()) == (State.CLOSED, 1, 0)
    assert solved.resolutions.get().reopened_at is None


def test_pressed_again_they_change_and_never_double(solved: Conversation) -> None:
    first = press(2, external_id="wamid.once")
    assert last_word() == thanks(2, "low")
    assert press(2, external_id="wamid.once").pk == first.pk
    press(2)
    assert Message.objects.filter(text=thanks(2, "low")).count() == 1
    press(5)
    assert (Rating.objects.get().stars, last_word()) == (5, thanks(5))


@pytest.mark.parametrize(
    ("said", "stars"),
    [("5", 5), ("૩", 3), ("௪", 4), ("4/5", 4), ("2 stars", 2), ("⭐⭐⭐⭐⭐", 5), ("★ ★ ★", 3), ("Excellent!", 5)],
)
def test_bare_stars_right_after_the_question_are_heard(solved: Conversation, said: str, stars: int) -> None:
    assert write(said).text == said
    assert (Rating.objects.get().stars, last_word()) == (stars, thanks(stars, "low" if stars < 4 else "thanks"))


@pytest.mark.parametrize("said", ["6", "0", "5 sarees please", "it was good but where is my refund", "4 or 5?", "55"])
def test_anything_more_is_a_message(solved: Conversation, said: str) -> None:
    assert write(said).conversation.state != State.CLOSED
    assert not Rating.objects.exists()


def test_a_number_later_or_after_something_else_is_a_message(solved: Conversation) -> None:
    Message.objects.update(created_at=timezone.now() - timedelta(hours=13))
    assert write("5").conversation.state != State.CLOSED
    assert not Rating.objects.exists()


def test_words_are_taken_if_the_customer_wants_to_add_some(solved: Conversation) -> None:
    press(5)
    asked = Message.objects.filter(direction="outbound").last()
    assert asked
    write(asked.buttons[0]["title"], asked.buttons[0]["id"])
    assert last_word() == say("system.rating.words", "en")
    row = write("She was so patient with me")
    assert (Rating.objects.get().words, row.conversation, row.handling) == (row.text, solved, "done")
    assert last_word() == say("system.rating.added", "en")
    assert write("and where is my parcel?").conversation.state != State.CLOSED


def test_words_that_nobody_asked_for_go_on_with_the_matter(solved: Conversation) -> None:
    press(5)
    assert write("one more question").conversation.state != State.CLOSED
    assert Rating.objects.get().words == ""


def test_words_are_not_asked_for_once_something_else_was_said(solved: Conversation) -> None:
    press(5)
    asked = Message.objects.filter(direction="outbound").last()
    assert asked
    Resolution.objects.update(resolved_at=timezone.now() - timedelta(days=2))
    Conversation.objects.update(closed_at=timezone.now() - timedelta(days=2))
    newer = write("do you have cotton sarees?").conversation
    assert newer != solved
    pressed = write(asked.buttons[0]["title"], asked.buttons[0]["id"])
    assert (pressed.conversation, last_word()) == (solved, say("system.closed_plain", "en"))
    assert write("in blue, please").conversation == newer
    assert Rating.objects.get().words == ""


@pytest.mark.parametrize("why", ["late", "erased", "stranger"])
def test_what_counts_no_more_is_answered_kindly(solved: Conversation, why: str) -> None:
    values: dict[str, Any] = {}
    button = find_question().buttons[0]
    if why == "late":
        Resolution.objects.update(resolved_at=timezone.now() - timedelta(days=31))
    elif why == "erased":
        Message.objects.update(buttons=[], text="[erased]")
    else:
        values["user"] = "u2"
    row = write(button["title"], button["id"], **values)
    assert (row.handling, last_word()) == ("done", say("system.rating.late", "en"))
    assert not Rating.objects.exists()
    assert Conversation.objects.filter(state=State.CLOSED).get() == solved


def test_resolved_again_it_is_one_rating_still(solved: Conversation, meera: User) -> None:
    press(2)
    Conversation.objects.update(state=State.AGENT)
    handoffs.close(solved.pk, meera, resolved=True)
    press(5)
    rating = Rating.objects.get()
    assert (rating.stars, rating.resolution) == (5, Resolution.objects.last())
