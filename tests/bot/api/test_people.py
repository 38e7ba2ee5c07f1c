"""The staff's accounts over the API: by the rules of the desk's page, and admins only with a scope of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bot.accounts.models import AuditEntry, Member, Role, SecondFactor
from bot.accounts.roles import role_of, set_role
from bot.accounts.scopes import SCOPES
from tests.bot.accounts.conftest import PASSWORD, Browser, browser, quick_hashes, staff
from tests.bot.api.conftest import Api

__all__ = ["browser", "quick_hashes", "staff"]
pytestmark = pytest.mark.django_db
NEW = "a-new-password-27"


@pytest.fixture
def provisioner(with_scopes: Callable[..., Api]) -> Api:
    """A program that looks after accounts, as an identity provider's would."""
    return with_scopes("people:manage")


def actions() -> list[tuple[str, str]]:
    rows = AuditEntry.objects.filter(kind="token").order_by("id")
    return list(rows.values_list("action", "target"))


def test_invited_comes_in_by_the_link_and_is_listed(provisioner: Api, staff: dict[str, User]) -> None:
    made = provisioner.post("people", {"username": "ravi", "role": "lead"})
    shown = {"username": "ravi", "name": "ravi", "role": "lead", "state": "invited", "has_second_factor": False}
    assert (made.status_code, {**made.json(), "link": ""}) == (201, shown | {"link": ""})
    ravi = User.objects.get(username="ravi")
    assert provisioner.get("people").json()["results"][-1] == shown
    path, guest = urlsplit(made.json()["link"]).path, Client()
    guest.post(path, {"name": "Ravi Patel", "password": NEW, "password_again": NEW})
    assert (guest.get("/desk/settings/audit").status_code, role_of(ravi)) == (200, Role.LEAD)
    now = provisioner.get("people/ravi").json()
    assert (now["name"], now["state"], len(now["sign_ins"])) == ("Ravi Patel", "active", 1)
    assert actions() == [("account.invited", f"user:{ravi.pk}"), ("account.link_made", f"user:{ravi.pk}")]
    assert (Member.objects.get(user=ravi).invited_by, Client().get(path).status_code) == ("CRM", 410)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"username": "AGENT"}, 409, "account_refused"),
        ({"username": "a b"}, 422, "invalid"),
        ({"username": ""}, 422, "invalid"),
        ({"username": "ravi", "role": "owner"}, 422, "invalid"),
        ({"username": "ravi", "role": "admin"}, 403, "access_denied"),
    ],
)
def test_who_cannot_be_invited_is_not_there(
    provisioner: Api, staff: dict[str, User], body: dict[str, str], status: int, code: str
) -> None:
    before = User.objects.count()
    answer = provisioner.post("people", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (User.objects.count(), actions()) == (before, [])


def test_a_role_counts_at_once_and_who_is_switched_off_is_out(
    provisioner: Api, browser: Browser, staff: dict[str, User]
) -> None:
    agent, own = browser("agent"), "people/agent"
    assert agent.get("/desk/settings/audit").status_code == 403
    assert provisioner.call("PATCH", own, {"role": "lead"}).json()["role"] == "lead"
    assert agent.get("/desk/settings/audit").status_code == 200
    assert provisioner.call("PATCH", own, {"active": False}).json()["state"] == "off"
    assert agent.get("/desk/").status_code == 302
    assert provisioner.post(f"{own}/link").json()["code"] == "transition_refused"
    assert provisioner.call("PATCH", own, {"active": True, "role": "agent"}).json()["role"] == "agent"
    target = f"user:{staff['agent'].pk}"
    assert actions() == [
        (f"account.{what}", target) for what in ("role_changed", "switched_off", "role_changed", "switched_on")
    ]


def test_ways_back_in_and_out(provisioner: Api, browser: Browser, staff: dict[str, User]) -> None:
    agent, own = browser("agent"), "people/agent"
    link = urlsplit(provisioner.post(f"{own}/link").json()["link"]).path
    assert agent.get("/desk/").status_code == 200
    assert provisioner.post(f"{own}/sign-out").json()["sign_ins"] == []
    assert agent.get("/desk/").status_code == 302
    assert Client().post(link, {"password": NEW, "password_again": NEW}).status_code == 302
    SecondFactor.objects.create(user=staff["agent"], salt="s", confirmed_at="2026-01-01T00:00:00Z")
    assert provisioner.get(own).json()["has_second_factor"] is True
    assert [provisioner.call("DELETE", f"{own}/second-factor").status_code for _ in range(2)] == [204, 204]
    assert provisioner.get(own).json()["has_second_factor"] is False
    assert [action for action, _ in actions()].count("account.second_factor_off") == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "people/admin", {"role": "agent"}),
        ("PATCH", "people/admin", {"active": False}),
        ("PATCH", "people/agent", {"role": "admin"}),
        ("POST", "people/admin/link", {}),
        ("POST", "people/admin/sign-out", {}),
        ("DELETE", "people/admin/second-factor", {}),
    ],
)
def test_admins_are_out_of_reach_without_the_scope_for_them(
    provisioner: Api, staff: dict[str, User], method: str, path: str, body: dict[str, object]
) -> None:
    SecondFactor.objects.create(user=staff["admin"], salt="s", confirmed_at="2026-01-01T00:00:00Z")
    answer = provisioner.call(method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "access_denied")
    now = {name: role_of(User.objects.get(username=name)) for name in ("agent", "admin")}
    assert now == {"agent": Role.AGENT, "admin": Role.ADMIN}
    assert (actions(), SecondFactor.objects.count()) == ([], 1)


@pytest.mark.parametrize("invited", [True, False], ids=["invited", "the very first"])
def test_an_admin_who_is_switched_off_stays_out_of_reach(
    provisioner: Api, staff: dict[str, User], invited: bool
) -> None:
    if not invited:
        Member.objects.filter(user=staff["admin"]).delete()
    User.objects.filter(username="admin").update(is_active=False)
    assert provisioner.get("people/admin").json()["role"] == "admin"
    assert provisioner.call("PATCH", "people/admin", {"active": True}).status_code == 403


def test_with_it_admins_are_made_but_the_last_one_stays(api: Api, staff: dict[str, User]) -> None:
    for change in ({"active": False}, {"role": "lead"}):
        answer = api.call("PATCH", "people/admin", change)
        assert (answer.status_code, answer.json()["reason"]) == (409, "last_admin")
    assert api.call("PATCH", "people/lead", {"role": "admin"}).json()["role"] == "admin"
    assert api.call("PATCH", "people/admin", {"role": "lead"}).json()["role"] == "lead"


def ask_at_once(asks: Sequence[Callable[[], Any]]) -> list[int]:
    """The answers' statuses, sorted."""
    statuses: list[int] = []
    together = threading.Barrier(len(asks))

    def ask(one: Callable[[], Any]) -> None:
        try:
            together.wait(10)
            statuses.append(one().status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(one,)) for one in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(statuses)


@pytest.mark.django_db(transaction=True)
def test_of_admins_whose_role_is_taken_at_once_one_stays(api: Api, staff: dict[str, User]) -> None:
    for user in staff.values():
        set_role(user, Role.ADMIN)
    assert len(api.get("people").json()["results"]) == len(staff)
    asks = [partial(api.call, "PATCH", f"people/{name}", {"role": "agent"}) for name in staff]
    assert ask_at_once(asks) == [200, 200, 409]
    assert User.objects.filter(is_superuser=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_is_invited_twice_at_once_has_one_account(provisioner: Api, staff: dict[str, User]) -> None:
    assert provisioner.get("people").status_code == 200
    assert ask_at_once([partial(provisioner.post, "people", {"username": "ravi"})] * 3) == [201, 409, 409]
    assert User.objects.filter(username="ravi").count() == 1


def test_a_link_made_before_somebody_became_admin_lets_nobody_in(
    provisioner: Api, api: Api, staff: dict[str, User]
) -> None:
    paths = [urlsplit(provisioner.post(f"people/{name}/link").json()["link"]).path for name in ("agent", "lead")]
    assert api.call("PATCH", "people/agent", {"role": "admin"}).status_code == 200
    assert api.call("PATCH", "people/lead", {"role": "agent"}).status_code == 200
    assert [Client().get(path).status_code for path in paths] == [410, 200]


def test_a_refused_change_is_not_half_done(api: Api, staff: dict[str, User]) -> None:
    staff["admin"].set_unusable_password()
    staff["admin"].save()
    answer = api.call("PATCH", "people/lead", {"role": "admin", "active": False})
    assert (answer.status_code, role_of(User.objects.get(username="lead"))) == (409, Role.LEAD)
    assert actions() == []


def test_many_people_take_no_more_queries_than_few(provisioner: Api, staff: dict[str, User]) -> None:
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert provisioner.get("people").status_code == 200
        counts.append(len(queries))
        for name in range(5):
            set_role(User.objects.create_user(f"more{number}{name}"), Role.LEAD)
    assert counts[1] <= counts[0]


def test_no_other_scope_sees_accounts(with_scopes: Callable[..., Api], staff: dict[str, User]) -> None:
    others = with_scopes(*(scope for scope in SCOPES if scope != "people:manage"))
    assert others.get("people").status_code == 403
    assert others.post("people", {"username": "ravi"}).status_code == 403
    assert PASSWORD not in str(others.get("agents").content)
