"""Over the API: who is there and what they take, breaks, and whom a colleague has named; and what others see of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bot.accounts.models import AuditEntry
from bot.config import config
from bot.conversations import events
from bot.conversations.events import Event
from bot.conversations.skills import load_skills
from bot.conversations.states import State
from bot.desk.assigning import assign_waiting
from bot.desk.models import CAPACITY, AgentProfile
from bot.page_texts import LANGUAGE_NAMES
from tests.bot.api.conftest import Api
from tests.bot.desk.conftest import Make

pytestmark = pytest.mark.django_db


def test_the_team_with_who_is_there_and_what_they_take(api: Api, make: Make, meera: User) -> None:
    ravi = User.objects.create_user("ravi", is_staff=True)
    profile = {"languages": ["gu"], "skills": ["returns"], "capacity": 3, "seen_at": timezone.now()}
    AgentProfile.objects.create(user=ravi, **profile)
    make(state=State.AGENT, agent=ravi)
    make(state=State.CLOSED, agent=ravi)
    User.objects.create_user("gone", is_staff=True, is_active=False)
    first, second = api.get("agents").json()["results"]
    assert first == {
        "username": "meera", "name": "Meera Joshi", "presence": "offline", "languages": [], "skills": [],
        "capacity": CAPACITY, "conversations": 0,
    }  # fmt: skip
    assert second == {
        "username": "ravi", "name": "ravi", "presence": "available", "languages": ["gu"], "skills": ["returns"],
        "capacity": 3, "conversations": 1,
    }  # fmt: skip
    AgentProfile.objects.update(away=True)
    assert api.get("agents").json()["results"][1]["presence"] == "away"
    assert api.get("agents/ravi").json() == second | {"presence": "away"}
    assert api.get("agents/gone").status_code == 404


def test_what_an_agent_takes_is_changed_field_by_field(api: Api, desk: Client, meera: User) -> None:
    changed = api.call("PATCH", "agents/meera", {"languages": ["ta", "gu"], "capacity": 2}).json()
    assert (set(changed["languages"]), changed["capacity"], changed["skills"]) == ({"gu", "ta"}, 2, [])
    changed = api.call("PATCH", "agents/meera", {"skills": ["returns"]}).json()
    assert (set(changed["languages"]), changed["capacity"], changed["skills"]) == ({"gu", "ta"}, 2, ["returns"])
    assert 'value="2"' in desk.get(f"/desk/team/{meera.pk}").content.decode()
    everything = {"languages": list(LANGUAGE_NAMES), "skills": list(load_skills())}
    changed = api.call("PATCH", "agents/meera", everything).json()
    assert (changed["languages"], changed["skills"]) == ([], [])
    rows = AuditEntry.objects.filter(action="account.profile_changed", kind="token").values_list("who", "target")
    assert list(rows) == [("CRM", f"user:{meera.pk}")] * 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"languages": ["xx"]}, "languages"),
        ({"skills": ["juggling"]}, "skills"),
        ({"capacity": 51}, "capacity"),
        ({"capacity": -1}, "capacity"),
        ({"capacity": "many"}, "capacity"),
    ],
)
def test_what_no_agent_takes_changes_nothing(api: Api, meera: User, change: dict[str, object], field: str) -> None:
    answer = api.call("PATCH", "agents/meera", {"capacity": 7} | change)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert not AgentProfile.objects.exists()
    assert not AuditEntry.objects.exists()


def test_who_works_elsewhere_is_there_and_has_breaks(
    api: Api, make: Make, meera: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(config().__dict__, "auto_assign", True)
    found, own = make(), "agents/meera/presence"
    assert api.call("PUT", own, {"presence": "available", "seen": False}).json()["presence"] == "offline"
    assert assign_waiting() == 0
    assert api.call("PUT", own, {"presence": "away"}).json()["presence"] == "away"
    assert assign_waiting() == 0
    assert api.call("PUT", own, {"presence": "offline"}).status_code == 422
    assert api.call("PUT", own, {"presence": "available"}).json()["presence"] == "available"
    assert assign_waiting() == 1
    found.refresh_from_db()
    assert found.agent == meera


def test_whom_a_colleague_has_named_sees_it_until_it_is_read(api: Api, make: Make, meera: User) -> None:
    found, other = make(), make()
    base = f"conversations/{found.pk}"
    note = api.post(f"{base}/notes", {"text": "@meera please look"}).json()
    api.post(f"conversations/{other.pk}/notes", {"text": "nothing for anybody"})
    (mention,) = api.get("agents/meera/mentions").json()["results"]
    assert (mention["conversation"], mention["note"]) == (str(found.pk), note)
    assert api.post(f"{base}/read").status_code == 204
    assert len(api.get("agents/meera/mentions").json()["results"]) == 1
    assert api.post(f"{base}/read", {"agent": "meera"}).status_code == 204
    assert api.get("agents/meera/mentions").json()["results"] == []


def test_what_is_read_is_unread_no_more_where_one_is_to_answer(api: Api, make: Make, meera: User) -> None:
    waiting, foreign = make(), make(state=State.AGENT, agent=meera)
    for found in (waiting, foreign):
        assert api.post(f"conversations/{found.pk}/read").status_code == 204
        found.refresh_from_db()
    assert (waiting.agent_read_id, foreign.agent_read_id) == (waiting.messages.get().pk, 0)


def test_colleagues_see_who_looks(api: Api, make: Make, meera: User) -> None:
    base = f"conversations/{make().pk}"
    told: list[Event] = []
    remove = events.add_listener(told.append)
    api.post(f"{base}/looking")
    api.post(f"{base}/looking", {"on": False, "agent": "meera"})
    remove()
    shown = [(one.data["on"], one.data["name"]) for one in told if one.name == events.LOOKING]
    assert shown == [(True, "CRM"), (False, "Meera Joshi")]


def test_acting_for_agents_needs_the_scope_for_that(with_scopes: Callable[..., Api], make: Make, meera: User) -> None:
    narrow = with_scopes("conversations:read", "conversations:write")
    assert narrow.get("agents/meera").status_code == 200
    assert narrow.call("PATCH", "agents/meera", {"capacity": 1}).status_code == 403
    assert narrow.call("PUT", "agents/meera/presence", {"presence": "away"}).status_code == 403
    assert narrow.get("agents/meera/mentions").status_code == 403
    assert narrow.post(f"conversations/{make().pk}/read", {"agent": "meera"}).status_code == 403


def test_notes_are_not_read_without_the_scope_for_reading(with_scopes: Callable[..., Api], meera: User) -> None:
    assert with_scopes("agents:act").get("agents/meera/mentions").status_code == 403
    assert with_scopes("agents:act", "conversations:read").get("agents/meera/mentions").status_code == 200
