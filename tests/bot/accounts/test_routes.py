"""A table of roles against every address of the gateway: nobody sees or does what the role forbids."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from bot.accounts.models import Role
from bot.accounts.roles import reaches, set_role
from bot.accounts.routes import ROUTES, SCOPES, find_route
from bot.accounts.scopes import SCOPES as ALL_SCOPES
from bot.api.tokens import issue_token
from bot.config import config
from bot.conversations.feed import Feed, set_feed
from bot.conversations.models import Conversation
from bot.conversations.states import State
from tests.bot.desk.conftest import Make, make

__all__ = ["make"]
pytestmark = pytest.mark.django_db
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
BACKEND = "django.contrib.auth.backends.ModelBackend"
PEOPLE: tuple[str, ...] = ("anonymous", "stranger", "agent", "lead", "admin")
# Said once more, apart from the table: what must never move down by a slip of the pen.
NOT_FOR_AGENTS = {"desk:audit", "desk:people", "desk:person", "desk:integrations", "desk:endpoint", "admin"}
NOT_FOR_LEADS = NOT_FOR_AGENTS - {"desk:audit"}
OPEN = {
    "bot.health.healthz", "bot.health.readyz", "bot.health.metrics", "bot.care.leaving.session_page", "webchat:script",
    "webchat:chat", "webchat:earlier", "webchat:file", "shop:front", "shop:token", "shop:invoice", "shop:product",
    "shop:picture", "shop:picture_png", "desk:sign-in", "desk:sign-in-code", "desk:sign-out", "desk:welcome",
    "desk:reset", "api:schema", "api:nothing",
}  # fmt: skip


def walk(
    patterns: Any, names: tuple[str, ...] = (), path: str = "/"
) -> Iterator[tuple[str, list[str], URLPattern, str]]:
    """Every address: its name as the gate sees it, its namespaces, the pattern, its path."""
    for one in patterns:
        here = path + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from walk(one.url_patterns, (*names, *([one.namespace] if one.namespace else [])), here)
        else:
            yield ":".join([*names, one.name or one.lookup_str]), list(names), one, here


ALL = list(walk(get_resolver().url_patterns))
OURS = [(name, path) for name, spaces, _, path in ALL if spaces[:1] != ["admin"]]


def name_of(name: str, namespaces: list[str]) -> str:
    return "admin" if namespaces[:1] == ["admin"] else name


def fill(path: str, found: Conversation, user: User) -> str:
    """The address with things that are there."""
    samples = {
        "<uuid:conversation_id>": str(found.pk), "<uuid:file_id>": str(uuid.uuid4()), "<int:user_id>": str(user.pk),
        "<int:agent_id>": str(user.pk), "<int:pk>": str(found.contact_id), "<str:uid>": "x", "<str:token>": "x",
        "<str:code>": "x", "<slug:handle>": "x", "<path:rest>": "x", "<int:endpoint_id>": "1", "<int:message_id>": "1",
        "<str:language>": "en", "<str:shortcut>": "hello", "<str:username>": "agent",
        "<int:identity_id>": "1", "<int:delivery_id>": "1", "<str:number>": "1", "<str:what>": "cancel",
    }  # fmt: skip
    for place, value in samples.items():
        path = path.replace(place, value)
    assert "<" not in path, f"say in `fill` what stands for the parts of {path}"
    return path


def is_refused(answer: Any) -> bool:
    """Told no, or sent to sign in."""
    to_door = answer.status_code == 302 and answer.headers["Location"].startswith("/desk/sign-in?")
    return to_door or answer.status_code in (401, 403)


@pytest.fixture
def staff() -> dict[str, User]:
    made = {name: User.objects.create_user(name, is_staff=name != "stranger") for name in PEOPLE[1:]}
    for role in Role:
        set_role(made[role], role)
    return made


@pytest.fixture
def browser(staff: dict[str, User]) -> Iterator[Any]:
    """The browser of somebody, by role."""
    set_feed(Feed())

    def opened(who: str) -> Client:
        client = Client()
        if who != "anonymous":
            client.force_login(staff[who], backend=BACKEND)
        return client

    yield opened
    set_feed(None)


def test_every_address_is_in_the_table() -> None:
    missing = [
        f"{name} ({path})" for name, spaces, _, path in ALL if name not in SCOPES and find_route(name, spaces) is None
    ]
    assert missing == [], "say in bot/accounts/routes.py who may reach it"


def test_what_is_open_to_everybody_is_named_twice() -> None:
    assert {name for name, route in ROUTES.items() if route.role is None} == OPEN


def test_what_runs_the_desk_is_for_those_who_run_it() -> None:
    assert {name for name, route in ROUTES.items() if route.role in (Role.LEAD, Role.ADMIN)} == NOT_FOR_AGENTS
    assert {name for name, route in ROUTES.items() if route.role == Role.ADMIN} == NOT_FOR_LEADS


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("method", ["get", "post"])
def test_desk_pages_by_role(browser: Any, staff: dict[str, User], make: Make, who: str, method: str) -> None:
    role = Role(who) if who in Role.values else None
    client, wrong = browser(who), []
    for name, path in OURS:
        route = ROUTES.get(name)
        if not name.startswith("desk:") or route is None or route.role is None:
            continue
        if route.stream and role is not None:
            continue  # tests/bot/desk/test_live.py: it goes on for minutes
        # Orders are changed only by who has the conversation.
        own = name == "desk:order-act" and role is not None
        found = make(state=State.AGENT, agent=staff[who]) if own else make(state=State.WAITING)
        answer = getattr(client, method)(fill(path, found, staff[who if role else "agent"]))
        refused = answer.status_code == 204 if route.stream else is_refused(answer)
        if refused is reaches(role, route.role):
            wrong.append(f"{method} {name}: {answer.status_code}")
        found.refresh_from_db()
        if role is None and found.state != State.WAITING:
            wrong.append(f"{name} changed something")
    assert wrong == []


@pytest.mark.parametrize("who", PEOPLE[:4])
def test_administration_is_for_admins_only(browser: Any, who: str) -> None:
    client = browser(who)
    open_pages = [
        path
        for _, spaces, pattern, path in ALL
        if spaces[:1] == ["admin"] and "(?P" not in path and "^" not in path
        for path in [path.replace("<path:object_id>", "1").replace("<int:content_type_id>", "1").replace("<id>", "1")]
        if not is_refused(client.get(path.replace("<path:object_id>", "1")))
    ]
    assert open_pages == []


def test_administration_is_open_to_admins(browser: Any) -> None:
    assert browser("admin").get("/admin/").status_code == 200
    assert browser("anonymous").get("/admin/login/").status_code == 302


# With one of them it is refused; tests/bot/api has them with both.
TWO_SCOPES = ("api:mentions",)


@pytest.mark.parametrize("scope", ["none", *ALL_SCOPES])
def test_api_by_scope(make: Make, staff: dict[str, User], scope: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setitem(config().__dict__, "api_rate", 10_000)
    _, secret = issue_token("t", [scope] if scope in ALL_SCOPES else [])
    client, headers, wrong = Client(), {"Authorization": f"Bearer {secret}"}, []
    untouched = make(state=State.WAITING)
    for name, path in OURS:
        for method, needed in SCOPES.get(name, {}).items():
            allowed = needed in ("", scope) and name not in TWO_SCOPES
            full = fill(path, make(state=State.WAITING) if allowed else untouched, staff["agent"])
            answer = client.generic(method, full, "{}", "application/json", headers=headers)
            if (answer.status_code not in (401, 403)) is not allowed:
                wrong.append(f"{method} {name}: {answer.status_code}")
    untouched.refresh_from_db()
    assert untouched.state == State.WAITING
    assert wrong == []


def test_a_method_that_is_in_no_table_is_nobodys(make: Make, staff: dict[str, User]) -> None:
    headers = {"Authorization": f"Bearer {issue_token('t', ALL_SCOPES)[1]}"}
    client, found, wrong = Client(), make(), []
    for name, path in OURS:
        for method in METHODS - SCOPES[name].keys() if name in SCOPES else ():
            full = fill(path, found, staff["agent"])
            answer = client.generic(method, full, "{}", "application/json", headers=headers)
            wrong += [f"{method} {name}: {answer.status_code}"] if answer.status_code != HTTPStatus.FORBIDDEN else []
    assert wrong == []


@pytest.mark.parametrize("who", PEOPLE)
def test_api_knows_no_cookies(browser: Any, make: Make, staff: dict[str, User], who: str) -> None:
    client, found = browser(who), make()
    codes = {client.get(fill(path, found, staff["agent"])).status_code for name, path in OURS if name in SCOPES}
    assert codes == {401}


def test_a_page_that_nobody_named_is_closed(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert browser("admin").get("/desk/settings/people").status_code == 200
    monkeypatch.delitem(ROUTES, "desk:people")
    assert browser("admin").get("/desk/settings/people").status_code == 403
