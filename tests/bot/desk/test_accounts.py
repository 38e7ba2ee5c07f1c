"""Signing in: the first agent's once-only link, wrong passwords, the lock."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bot.desk.accounts import first_sign_in_path
from bot.page_texts import area_texts

pytestmark = pytest.mark.django_db

PASSWORD = "tulsi-and-thread-2026"
CHOICE = {"name": "Meera Joshi", "password": PASSWORD, "password_again": PASSWORD}


@pytest.fixture
def welcome() -> str:
    path = first_sign_in_path("agent")
    assert path is not None
    return path


def test_first_agent_is_made_without_a_password(welcome: str) -> None:
    user = User.objects.get(username="agent")
    assert (user.is_superuser, user.is_staff, user.has_usable_password()) == (True, True, False)


def test_link_is_given_again_until_it_is_used(client: Client, welcome: str) -> None:
    assert first_sign_in_path("agent") is not None
    client.post(welcome, CHOICE)
    assert first_sign_in_path("agent") is None


def test_no_link_when_others_are_there() -> None:
    User.objects.create_user("somebody", password=PASSWORD)
    assert first_sign_in_path("agent") is None
    assert not User.objects.filter(username="agent").exists()


def test_welcome_signs_in_with_the_chosen_name(client: Client, welcome: str) -> None:
    assert client.get(welcome).status_code == 200
    answer = client.post(welcome, CHOICE)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/")
    assert User.objects.get(username="agent").get_full_name() == "Meera Joshi"
    assert client.get("/desk/").status_code == 200


def test_welcome_works_once_and_all_links_die_together(welcome: str) -> None:
    other = first_sign_in_path("agent") or ""
    Client().post(welcome, CHOICE)
    for link in (welcome, other):
        answer = Client().post(
            link, CHOICE | {"password": "another-password-1", "password_again": "another-password-1"}
        )
        assert answer.status_code == 410
    assert User.objects.get(username="agent").check_password(PASSWORD)


@pytest.mark.parametrize(
    "change",
    [
        {"password": "short", "password_again": "short"},
        {"password_again": "something else here"},
        {"name": "  "},
        {"password": "password1234", "password_again": "password1234"},
    ],
    ids=["short", "different", "no-name", "common"],
)
def test_bad_choice_is_explained_and_changes_nothing(client: Client, welcome: str, change: dict[str, str]) -> None:
    answer = client.post(welcome, CHOICE | change)
    assert answer.status_code == 422
    assert b'role="alert"' in answer.content
    assert not User.objects.get(username="agent").has_usable_password()


@pytest.mark.parametrize("path", ["/desk/welcome/MQ/abc-def/", "/desk/welcome/zz/x/", "/desk/welcome/_/_/"])
def test_invented_links_are_refused(client: Client, welcome: str, path: str) -> None:
    assert client.get(path).status_code == 410


def test_sign_in_and_out(client: Client, welcome: str) -> None:
    Client().post(welcome, CHOICE)
    assert client.post("/desk/sign-in", {"username": "agent", "password": "wrong"}).status_code == 401
    answer = client.post("/desk/sign-in", {"username": "agent", "password": PASSWORD, "next": "/desk/?show=all"})
    assert answer.headers["Location"] == "/desk/?show=all"
    client.post("/desk/sign-out")
    assert client.get("/desk/").headers["Location"].startswith("/desk/sign-in")


@pytest.mark.parametrize("after", ["https://evil.example/desk/", "//evil.example/desk/", "/admin/"])
def test_sign_in_leads_nowhere_else(client: Client, welcome: str, after: str) -> None:
    Client().post(welcome, CHOICE)
    answer = client.post("/desk/sign-in", {"username": "agent", "password": PASSWORD, "next": after})
    assert answer.headers["Location"] == "/desk/"


def test_sixth_wrong_try_is_locked_even_with_the_right_password(client: Client, welcome: str) -> None:
    Client().post(welcome, CHOICE)
    for _ in range(5):
        client.post("/desk/sign-in", {"username": "agent", "password": "wrong"})
    answer = client.post("/desk/sign-in", {"username": "agent", "password": PASSWORD})
    assert answer.status_code == 429
    assert area_texts("desk", "en")["sign_in_locked"] in answer.content.decode()
