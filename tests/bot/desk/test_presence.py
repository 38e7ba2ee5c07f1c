"""Who is there: profiles, breaks, conversations of those who are gone, and who is given what."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.utils import timezone

from bot.accounts.models import Role
from bot.accounts.roles import set_role
from bot.channels.contract import InboundMessage
from bot.config import config
from bot.conversations.handoffs import record_agent_reply
from bot.conversations.inbox import record_inbound
from bot.conversations.models import Conversation
from bot.conversations.states import Author, Direction, State
from bot.desk import presence
from bot.desk.assigning import assign_waiting
from bot.desk.models import AgentProfile
from bot.desk.presence import connected, is_available, return_left, touch_connected
from bot.page_texts import LANGUAGE_NAMES, area_texts
from tests.bot.desk.conftest import Make

Hire = Callable[..., User]
WORDS = area_texts("desk_queue", "en")


@pytest.fixture
def hire(db: None) -> Hire:
    """Makes an agent who is there, with a profile."""

    def hired(name: str, seen_s: float = 0, **profile: object) -> User:
        user = User.objects.create_user(name, first_name=name.title(), is_staff=True)
        seen_at = timezone.now() - timedelta(seconds=seen_s)
        AgentProfile.objects.create(user=user, seen_at=seen_at, **profile)
        return user

    return hired


@pytest.fixture
def assigned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator has turned automatic assignment on."""
    monkeypatch.setitem(config().__dict__, "auto_assign", True)


def who_has(found: Conversation) -> str:
    found.refresh_from_db()
    return found.agent.username if found.agent else str(found.state)


def test_opening_the_desk_makes_an_agent_available_until_the_connection_is_lost(desk: Client, meera: User) -> None:
    assert WORDS["presence.available"] in desk.get("/desk/").content.decode()
    AgentProfile.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
    assert WORDS["presence.offline"] in desk.get("/desk/team").content.decode()
    with connected(meera.pk):
        touch_connected()
    assert WORDS["presence.available"] in desk.get("/desk/team").content.decode()


def test_a_closed_page_keeps_nobody_there(desk: Client, hire: Hire) -> None:
    ravi = hire("ravi", seen_s=60)
    with connected(ravi.pk), connected(ravi.pk):
        pass
    touch_connected()
    assert WORDS["presence.offline"] in desk.get("/desk/team").content.decode()


def test_a_break_is_taken_and_ended(desk: Client, meera: User) -> None:
    for away in ("1", ""):
        page = desk.post("/desk/team/away", {"away": away}, follow=True).content.decode()
        assert (WORDS["presence.away"] in page, is_available(meera.pk)) == (bool(away), not away)


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_the_team_page_says_who_can_do_what(desk: Client, meera: User, hire: Hire, make: Make, language: str) -> None:
    make(state=State.AGENT, agent=hire("ravi", languages=["gu"], skills=["returns"], capacity=3))
    words = area_texts("desk_queue", language)
    page = desk.get(f"/desk/team?lang={language}").content.decode()
    for shown in (words["team.has"].format(count=1, capacity=3), words["skill.returns"], words["team.all_languages"]):
        assert shown in page


def test_an_agent_changes_what_they_can_do(desk: Client, meera: User) -> None:
    chosen = {"languages": ["gu", "xx"], "skills": ["orders"], "capacity": "2"}
    assert desk.post(f"/desk/team/{meera.pk}", chosen).headers["Location"] == "/desk/team"
    profile = AgentProfile.objects.get(user=meera)
    assert (profile.languages, profile.skills, profile.capacity) == (["gu"], ["orders"], 2)
    page = desk.get(f"/desk/team/{meera.pk}").content.decode()
    assert page.count(" checked") == 2


@pytest.mark.parametrize("role", [Role.LEAD, Role.ADMIN])
def test_only_who_leads_changes_others(desk: Client, meera: User, hire: Hire, role: Role) -> None:
    ravi = hire("ravi")
    assert desk.get(f"/desk/team/{ravi.pk}").status_code == 403
    assert desk.post(f"/desk/team/{ravi.pk}", {"capacity": "0"}).status_code == 403
    set_role(meera, role)
    assert desk.post(f"/desk/team/{ravi.pk}", {"capacity": "0"}).status_code == 302
    assert AgentProfile.objects.get(user=ravi).capacity == 0
    assert desk.get("/desk/team/99999").status_code == 404


@pytest.mark.parametrize(
    ("seen_s", "excused_s", "returns"),
    [(0, None, False), (290, None, False), (310, None, True), (310, 290, False), (900, 310, True)],
    ids=["there", "not long", "gone", "the gateway was away", "gone after all"],
)
def test_who_waits_for_an_agent_who_is_gone_returns_to_the_queue(
    desk: Client, make: Make, hire: Hire, seen_s: float, excused_s: float | None, returns: bool
) -> None:
    ravi = hire("ravi", seen_s)
    if excused_s is not None:
        AgentProfile.objects.update(excused_at=timezone.now() - timedelta(seconds=excused_s))
    found = make("are you there?", State.AGENT, ravi)
    assert return_left() == returns
    assert who_has(found) == ("waiting" if returns else "ravi")
    page = desk.get("/desk/list?show=waiting").content.decode()
    assert (WORDS["back.gone"] in page, "are you there?" in page) == (returns, returns)


def test_who_has_an_answer_stays_until_they_write_again(make: Make, hire: Hire) -> None:
    ravi = hire("ravi", 900)
    found = make("where is it?", State.AGENT, ravi)
    record_agent_reply(found.pk, ravi, "on its way")
    assert (return_left(), who_has(found)) == (0, "ravi")
    found.messages.create(channel="webchat", direction=Direction.INBOUND, author=Author.CONTACT, text="still not here")
    assert (return_left(), who_has(found)) == (1, "waiting")


def test_who_never_opened_a_page_is_not_gone(make: Make) -> None:
    found = make(state=State.AGENT, agent=User.objects.create_user("connector", is_staff=True))
    assert (return_left(), who_has(found)) == (0, "connector")


def test_an_account_that_is_closed_keeps_nobody_waiting(make: Make, hire: Hire) -> None:
    found = make(state=State.AGENT, agent=hire("ravi"))
    User.objects.update(is_active=False)
    assert (return_left(), who_has(found)) == (1, "waiting")


def test_a_gateway_that_starts_excuses_everybody(make: Make, hire: Hire, monkeypatch: pytest.MonkeyPatch) -> None:
    found = make(state=State.AGENT, agent=hire("ravi", 900))
    monkeypatch.setattr(presence, "_excused", False)
    touch_connected()
    assert (return_left(), who_has(found)) == (0, "ravi")


@pytest.mark.parametrize(("away", "agent"), [(False, "meera"), (True, None)], ids=["there", "on a break"])
def test_who_writes_again_gets_the_same_agent_only_while_they_are_there(
    desk: Client, make: Make, meera: User, away: bool, agent: str | None
) -> None:
    found = make(state=State.AGENT, agent=meera)
    desk.get("/desk/")
    desk.post(f"/desk/c/{found.pk}/resolve")
    AgentProfile.objects.update(away=away)
    message = InboundMessage("webchat", "again-1", found.identity.external_id, "one more thing")
    now = Conversation.objects.get(pk=record_inbound(message).recorded.conversation)
    assert (now.agent.username if now.agent else None) == agent


def test_nothing_is_assigned_unless_the_operator_says_so(make: Make, hire: Hire) -> None:
    hire("ravi")
    found = make()
    assert (assign_waiting(), who_has(found)) == (0, "waiting")


@pytest.mark.parametrize(
    ("profile", "fits"),
    [
        ({}, True),
        ({"languages": ["gu"]}, True),
        ({"languages": ["en", "ta"]}, False),
        ({"skills": ["returns", "orders"]}, True),
        ({"skills": ["orders"]}, False),
        ({"away": True}, False),
        ({"seen_s": 60}, False),
        ({"capacity": 0}, False),
        ({"capacity": 1}, True),
    ],
    ids=str,
)
def test_it_takes_language_skill_room_and_presence(
    assigned: None, make: Make, hire: Hire, profile: dict[str, object], fits: bool
) -> None:
    hire("ravi", **profile)
    found = make()
    Conversation.objects.update(language="gu")
    found.hand_offs.update(skill="returns")
    assert (assign_waiting(), who_has(found)) == ((1, "ravi") if fits else (0, "waiting"))


def test_whoever_has_the_fewest_gets_the_next_and_nobody_too_many(assigned: None, make: Make, hire: Hire) -> None:
    busy, free = hire("busy", capacity=3), hire("free", capacity=2)
    make(state=State.AGENT, agent=busy)
    waiting = [make() for _ in range(5)]
    waiting[3].hand_offs.update(priority=2)
    assert assign_waiting() == 4
    assert who_has(waiting[3]) == "free"
    assert who_has(waiting[4]) == "waiting"
    has = [user.conversations.filter(state=State.AGENT).count() for user in (busy, free)]
    assert has == [3, 2]
    assert assign_waiting() == 0


def test_one_who_may_not_use_the_desk_any_more_is_given_nothing(assigned: None, make: Make, hire: Hire) -> None:
    User.objects.filter(pk=hire("ravi").pk).update(is_active=False)
    found = make()
    assert (assign_waiting(), who_has(found)) == (0, "waiting")


@pytest.mark.django_db(transaction=True)
def test_two_gateways_give_nobody_more_than_they_can_take(assigned: None, make: Make, hire: Hire) -> None:
    ravi = hire("ravi", capacity=2)
    for _ in range(6):
        make()
    together = threading.Barrier(2)

    def assign() -> None:
        try:
            together.wait(10)
            assign_waiting()
        finally:
            connections.close_all()

    gateways = [threading.Thread(target=assign) for _ in range(2)]
    for one in gateways:
        one.start()
    for one in gateways:
        one.join(30)
    assert Conversation.objects.filter(state=State.AGENT, agent=ravi).count() == 2
    assert Conversation.objects.filter(state=State.WAITING).count() == 4
