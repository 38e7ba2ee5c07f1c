"""Taking at the same moment, passing on, and seeing who else looks."""

from __future__ import annotations

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client

from bot.conversations import events
from bot.conversations.events import Event
from bot.conversations.models import Conversation
from bot.conversations.states import State
from bot.page_texts import LANGUAGE_NAMES, area_texts
from tests.bot.desk.conftest import Make

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ravi(db: None) -> User:
    return User.objects.create_user("ravi", first_name="Ravi", last_name="Shah", is_staff=True)


@pytest.mark.django_db(transaction=True)
def test_of_agents_who_take_at_once_one_has_it_and_the_others_are_told_who(make: Make) -> None:
    found = make()
    users = [User.objects.create_user(f"a{number}", first_name=f"Agent{number}", is_staff=True) for number in range(4)]
    browsers = [Client() for _ in users]
    for browser, user in zip(browsers, users, strict=True):
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answers: dict[int, str] = {}
    together = threading.Barrier(len(users))

    def press(number: int) -> None:
        try:
            together.wait(10)
            answer = browsers[number].post(f"/desk/c/{found.pk}/take", headers=HTMX)
            answers[users[number].pk] = answer.content.decode()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(len(users))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    found.refresh_from_db()
    assert found.agent is not None
    assert len(answers) == len(users)
    for pk, page in answers.items():
        won = pk == found.agent.pk
        assert (area_texts("desk", "en")["conversation.reply"] in page) == won
        assert (f"with {found.agent.first_name}" in page and 'role="alert"' in page) == (not won)


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_the_form_names_colleagues_and_skills(desk: Client, make: Make, meera: User, ravi: User, language: str) -> None:
    found = make(state=State.AGENT, agent=meera)
    words = area_texts("desk_queue", language)
    page = desk.get(f"/desk/c/{found.pk}/transfer?lang={language}").content.decode()
    assert f"Ravi Shah · {words['presence.offline']}" in page
    assert words["skill.payments"] in page
    assert f'value="agent:{meera.pk}"' not in page


def test_a_colleague_gets_it_with_the_note(desk: Client, make: Make, meera: User, ravi: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    sent = {"to": f"agent:{ravi.pk}", "note": "she speaks Tamil too"}
    answer = desk.post(f"/desk/c/{found.pk}/transfer", sent, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/desk/")
    found.refresh_from_db()
    assert found.agent == ravi
    other = Client()
    other.force_login(ravi, backend="django.contrib.auth.backends.ModelBackend")
    assert "she speaks Tamil too" in other.get(f"/desk/c/{found.pk}").content.decode()
    assert not found.messages.filter(text__contains="Tamil").exists()


def test_a_skill_gets_it_through_the_queue(desk: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    assert desk.post(f"/desk/c/{found.pk}/transfer", {"to": "skill:payments"}).headers["Location"] == "/desk/"
    page = desk.get("/desk/list?show=waiting").content.decode()
    words = area_texts("desk_queue", "en")
    assert words["skill.payments"] in page
    assert words["back.transferred"] in page


@pytest.mark.parametrize("to", ["", "agent:", "agent:0", "agent:x", "skill:cooking", "agent:stranger", "somewhere"])
def test_nobody_is_invented(desk: Client, make: Make, meera: User, to: str) -> None:
    stranger = User.objects.create_user("customer")
    found = make(state=State.AGENT, agent=meera)
    answer = desk.post(f"/desk/c/{found.pk}/transfer", {"to": to.replace("stranger", str(stranger.pk))}, headers=HTMX)
    assert b'role="alert"' in answer.content
    found.refresh_from_db()
    assert found.agent == meera


def test_anothers_is_not_passed_on(desk: Client, make: Make, ravi: User) -> None:
    found = make(state=State.AGENT, agent=ravi)
    answer = desk.post(f"/desk/c/{found.pk}/transfer", {"to": "skill:"}, headers=HTMX)
    assert b'role="alert"' in answer.content
    assert Conversation.objects.get().agent == ravi


def test_colleagues_are_told_who_looks(desk: Client, make: Make, meera: User) -> None:
    heard: list[Event] = []
    remove = events.add_listener(heard.append)
    open_one, closed = make(), make(state=State.CLOSED)
    for found in (open_one, closed):
        assert desk.post(f"/desk/c/{found.pk}/looking", {"on": "1"}).status_code == 204
    remove()
    [told] = [event for event in heard if event.name == events.LOOKING]
    assert (told.conversation, told.data) == (str(open_one.pk), {"on": True, "agent": meera.pk, "name": "Meera Joshi"})
