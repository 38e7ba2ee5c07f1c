"""Inviting, roles, ways back in, sessions that end: without any e-mail."""

from __future__ import annotations

import html
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bot.accounts.audit import Actor
from bot.accounts.members import change_role, switch
from bot.accounts.models import AuditEntry, Role
from bot.accounts.roles import role_of
from bot.errors import AccountRefused
from bot.page_texts import area_texts
from tests.bot.accounts.conftest import PASSWORD, Browser

pytestmark = pytest.mark.django_db
WORDS = area_texts("desk_access", "en")
NEW = "a-new-password-27"


def find_link(page: bytes) -> str:
    found = re.search(r'value="https?://[^/"]+(/desk/(?:welcome|reset)/[^"]+)"', page.decode())
    assert found, "no link is shown"
    return found.group(1)


def person(user: User) -> str:
    return f"/desk/settings/people/{user.pk}"


@pytest.mark.parametrize("role", list(Role))
def test_invited_by_a_link_chooses_a_password_and_has_the_role(browser: Browser, role: Role) -> None:
    admin = browser("admin")
    link = find_link(admin.post("/desk/settings/people", {"username": "ravi", "role": role}).content)
    assert WORDS["state.invited"] in admin.get("/desk/settings/people").content.decode()
    guest = Client()
    assert guest.get(link).status_code == 200
    guest.post(link, {"name": "Ravi Patel", "password": NEW, "password_again": NEW})
    assert guest.get("/desk/").status_code == 200
    assert guest.get("/desk/settings/people").status_code == (200 if role == Role.ADMIN else 403)
    assert Client().get(link).status_code == 410
    assert role_of(User.objects.get(username="ravi")) == role


@pytest.mark.parametrize(
    ("username", "role", "refused"),
    [("agent", "agent", "name_taken"), ("AGENT", "agent", "name_taken"), ("a b", "agent", "name_bad"),
     ("", "agent", "name_bad"), ("x" * 151, "agent", "name_bad"), ("ravi", "owner", "role_bad")],
)  # fmt: skip
def test_an_invitation_that_cannot_be_is_explained(browser: Browser, username: str, role: str, refused: str) -> None:
    answer = browser("admin").post("/desk/settings/people", {"username": username, "role": role})
    assert answer.status_code == 422
    assert WORDS[f"refused.{refused}"] in html.unescape(answer.content.decode())
    assert User.objects.count() == 3


def test_way_back_in_ends_every_session_and_works_once(browser: Browser, staff: dict[str, User]) -> None:
    old = browser("agent")
    link = find_link(browser("admin").post(person(staff["agent"]), {"do": "link"}).content)
    assert old.get("/desk/").status_code == 200
    fresh = Client()
    assert fresh.post(link, {"password": NEW, "password_again": "other"}).status_code == 422
    assert fresh.post(link, {"password": NEW, "password_again": NEW}).headers["Location"] == "/desk/sign-in"
    assert old.get("/desk/").status_code == 302
    assert fresh.get(link).status_code == 410
    assert fresh.post("/desk/sign-in", {"username": "agent", "password": NEW}).status_code == 302


def test_switched_off_is_out_at_once_and_cannot_come_back(browser: Browser, staff: dict[str, User]) -> None:
    agent, admin = browser("agent"), browser("admin")
    link = find_link(admin.post(person(staff["agent"]), {"do": "link"}).content)
    admin.post(person(staff["agent"]), {"do": "off"})
    assert agent.get("/desk/").status_code == 302
    assert Client().post("/desk/sign-in", {"username": "agent", "password": PASSWORD}).status_code == 401
    assert Client().get(link).status_code == 410
    admin.post(person(staff["agent"]), {"do": "on"})
    assert Client().post("/desk/sign-in", {"username": "agent", "password": PASSWORD}).status_code == 302


def test_a_new_role_counts_from_the_next_request(browser: Browser, staff: dict[str, User]) -> None:
    agent = browser("agent")
    assert agent.get("/desk/settings/audit").status_code == 403
    browser("admin").post(person(staff["agent"]), {"do": "role", "role": "lead"})
    assert agent.get("/desk/settings/audit").status_code == 200


@pytest.mark.parametrize("wish", [{"do": "off"}, {"do": "role", "role": "agent"}])
def test_the_last_admin_stays(browser: Browser, staff: dict[str, User], wish: dict[str, str]) -> None:
    admin = browser("admin")
    answer = admin.post(person(staff["admin"]), wish)
    assert WORDS["refused.last_admin"] in answer.content.decode()
    assert admin.get("/desk/settings/people").status_code == 200


def test_who_has_become_the_last_admin_meanwhile_stays(staff: dict[str, User]) -> None:
    as_it_was, who = User.objects.get(username="agent"), Actor("operator", None, "test")
    change_role(who, staff["agent"], Role.ADMIN)
    change_role(who, staff["admin"], Role.AGENT)
    with pytest.raises(AccountRefused):
        switch(who, as_it_was, False)
    assert role_of(User.objects.get(username="agent")) == Role.ADMIN


def test_own_browsers_are_listed_and_ended_one_by_one(browser: Browser, staff: dict[str, User]) -> None:
    first, second, third = browser("agent", "Firefox"), browser("agent", "Chrome"), browser("agent", "Opera")
    for client in (first, second, third):
        client.get("/desk/")
    page = first.get("/desk/account").content.decode()
    assert all(name in page for name in ("Firefox", "Chrome", "Opera"))
    other = staff["agent"].sign_ins.get(device="Chrome")
    assert first.post("/desk/account", {"do": "end", "sign_in": other.pk}).status_code == 302
    assert [client.get("/desk/").status_code for client in (first, second, third)] == [200, 302, 200]
    first.post("/desk/account", {"do": "end_others"})
    assert [client.get("/desk/").status_code for client in (first, third)] == [200, 302]


def test_nobody_ends_the_browsers_of_others_but_an_admin(browser: Browser, staff: dict[str, User]) -> None:
    agent, lead = browser("agent"), browser("lead")
    agent.get("/desk/")
    own = staff["agent"].sign_ins.get()
    lead.post("/desk/account", {"do": "end", "sign_in": own.pk})
    assert agent.get("/desk/").status_code == 200
    browser("admin").post(person(staff["agent"]), {"do": "sign_out"})
    assert agent.get("/desk/").status_code == 302


def test_own_password_is_changed_with_the_old_one(browser: Browser) -> None:
    here, there = browser("agent"), browser("agent")
    new = {"do": "password", "password": NEW, "password_again": NEW}
    assert here.post("/desk/account", new | {"password_now": "wrong"}).status_code == 422
    assert WORDS["password.password_too_short"] in here.post(
        "/desk/account", {**new, "password": "short", "password_again": "short", "password_now": PASSWORD}
    ).content.decode()  # fmt: skip
    assert here.post("/desk/account", new | {"password_now": PASSWORD}).status_code == 200
    assert (here.get("/desk/").status_code, there.get("/desk/").status_code) == (200, 302)


def test_what_admins_do_with_accounts_is_in_the_audit_list(browser: Browser, staff: dict[str, User]) -> None:
    admin = browser("admin")
    admin.post("/desk/settings/people", {"username": "ravi", "role": "agent"})
    admin.post(person(staff["agent"]), {"do": "role", "role": "lead"})
    admin.post(person(staff["agent"]), {"do": "off"})
    own = AuditEntry.objects.filter(who="admin").order_by("id")
    assert list(own.values_list("action", flat=True)) == [
        "account.signed_in", "account.invited", "account.link_made", "account.role_changed", "account.switched_off",
    ]  # fmt: skip
    assert own.get(action="account.role_changed").detail == {"from": "agent", "to": "lead"}
