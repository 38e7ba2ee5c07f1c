"""A conversation with an agent ends, rests and begins again."""

from __future__ import annotations

import html
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bot.channels.contract import InboundMessage
from bot.config import config
from bot.conversations import attendance, endings, events
from bot.conversations.endings import wake_due
from bot.conversations.inbox import record_inbound
from bot.conversations.models import Conversation, Resolution, Snooze
from bot.conversations.people import close_idle
from bot.conversations.states import State
from bot.desk.ending import choose_time
from bot.desk.models import AgentProfile
from bot.desk.rows import name_moment
from bot.errors import TransitionRefused
from bot.language.texts import say
from bot.page_texts import LANGUAGE_NAMES, area_texts
from tests.bot.desk.conftest import Make

HTMX = {"HX-Request": "true"}
Commit = Callable[..., AbstractContextManager[object]]


def post(desk: Client, found: Conversation, action: str, **given: str) -> str:
    answer = desk.post(f"/desk/c/{found.pk}/{action}", given, headers=HTMX)
    found.refresh_from_db()
    return html.unescape(answer.content.decode())


def write(found: Conversation, text: str = "one more thing", **values: str) -> Conversation:
    """The customer writes; the conversation it lands in."""
    count = found.messages.count() + Conversation.objects.count()
    message = InboundMessage("webchat", f"m{count}-{text}", found.identity.external_id, text, **values)  # type: ignore[arg-type]
    return Conversation.objects.get(pk=record_inbound(message).recorded.conversation)


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_the_customer_is_thanked_and_it_is_kept_who_solved_it(
    desk: Client, make: Make, meera: User, language: str, django_capture_on_commit_callbacks: Commit
) -> None:
    found = make(state=State.AGENT, agent=meera)
    Conversation.objects.filter(pk=found.pk).update(language=language)
    heard: list[events.Event] = []
    remove = events.add_listener(heard.append)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            post(desk, found, "resolve")
    remove()
    assert found.state == State.CLOSED
    thanks, asked = (say(f"system.{key}", language, name="Meera Joshi") for key in ("resolved", "rating.ask"))
    assert [one.text for one in found.messages.filter(author="system")] == [f"{thanks}\n\n{asked}"]
    assert [(one.agent, one.agent_name) for one in Resolution.objects.all()] == [(meera, "Meera Joshi")]
    told = [one.data["agent_name"] for one in heard if one.name == events.CONVERSATION_RESOLVED]
    assert told == ["Meera Joshi"]


def test_who_writes_again_soon_is_with_the_same_agent(desk: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    post(desk, found, "resolve")
    again = write(found)
    assert (again.pk, again.state, again.agent, again.closed_at) == (found.pk, State.AGENT, meera, None)
    assert Resolution.objects.get().reopened_at is not None
    assert again.messages.filter(text="one more thing", handling="done").exists()
    post(desk, found, "resolve")
    assert (Resolution.objects.count(), found.state) == (2, State.CLOSED)


@pytest.mark.parametrize("why", ["gone", "long ago", "only closed", "start", "reaction", "signed off"])
def test_else_the_assistant_begins_anew(desk: Client, make: Make, meera: User, why: str) -> None:
    found = make(state=State.AGENT, agent=meera)
    post(desk, found, "close" if why == "only closed" else "resolve")
    ago = {"gone": attendance.ACTIVE_FOR, "long ago": timedelta(hours=config().conversation_idle_h)}.get(why)
    if ago:
        Resolution.objects.update(resolved_at=timezone.now() - ago - timedelta(minutes=1))
    if why == "signed off":
        User.objects.filter(pk=meera.pk).update(is_active=False)
    values = {"start": {"command": "/greet"}, "reaction": {"reading": "nobody"}}.get(why, {})
    again = write(found, **values)
    assert again.pk != found.pk
    assert again.state == State.BOT


def test_what_the_desk_knows_of_presence_decides(
    desk: Client, make: Make, meera: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = make(state=State.AGENT, agent=meera)
    post(desk, found, "resolve")
    Resolution.objects.update(resolved_at=timezone.now() - timedelta(hours=2))
    monkeypatch.setattr(attendance, "_presence", attendance.was_active)
    attendance.use_presence(lambda agent_id: agent_id == meera.pk)
    assert write(found).pk == found.pk


def test_an_agent_whose_page_is_closed_or_who_takes_a_break_is_not_there(desk: Client, make: Make, meera: User) -> None:
    desk.get("/desk/")
    for change in ({"away": True}, {"away": False, "seen_at": timezone.now() - timedelta(minutes=1)}):
        found = make(state=State.AGENT, agent=meera)
        post(desk, found, "resolve")
        AgentProfile.objects.filter(pk=meera.pk).update(**change)
        assert write(found).state == State.BOT
    AgentProfile.objects.update(seen_at=timezone.now())
    found = make(state=State.AGENT, agent=meera)
    post(desk, found, "resolve")
    assert write(found).agent == meera


def test_snoozed_it_leaves_the_list_until_its_time(desk: Client, make: Make, meera: User) -> None:
    found = make("put me aside", state=State.AGENT, agent=meera)
    page = post(desk, found, "snooze", until="tomorrow")
    words = area_texts("desk_story", "en")
    assert words["snooze.until"] in page
    assert "put me aside" not in desk.get("/desk/?show=mine").content.decode()
    assert wake_due() == 0
    Snooze.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert (wake_due(), wake_due()) == (1, 0)
    assert "put me aside" in desk.get("/desk/?show=mine").content.decode()
    assert Snooze.objects.get().woken_by == "time"


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_what_is_snoozed_has_a_list_of_its_own_that_says_when_it_is_back(
    desk: Client, make: Make, meera: User, language: str
) -> None:
    ravi = User.objects.create_user("ravi", is_staff=True)
    for text, agent, hours in (("on Tuesday", meera, 50), ("on Monday", meera, 26), ("a colleague's", ravi, 1)):
        endings.snooze(make(text, State.AGENT, agent).pk, agent, timezone.now() + timedelta(hours=hours))
    make("still here", State.AGENT, meera)
    until = name_moment(Snooze.objects.order_by("until")[1].until, timezone.now(), language)
    told = area_texts("desk_queue", language)["asleep"].format(time=until)
    page = html.unescape(desk.get("/desk/list", {"show": "snoozed", "lang": language}).content.decode())
    assert page.index("on Monday") < page.index(told) < page.index("on Tuesday")
    assert ("still here" in page, "a colleague's" in page) == (False, False)
    assert f'{area_texts("desk", language)["list.snoozed"]}<b class="count">2</b>' in page
    assert told in html.unescape(desk.get("/desk/list", {"show": "all", "lang": language}).content.decode())
    for found in Conversation.objects.filter(agent=meera):
        endings.wake(found.pk, meera)
    assert area_texts("desk", language)["list.none_snoozed"] in desk.get("/desk/list?show=snoozed").content.decode()


def test_snoozed_it_comes_back_when_the_customer_writes_or_the_agent_wants(
    desk: Client, make: Make, meera: User
) -> None:
    found = make(state=State.AGENT, agent=meera)
    post(desk, found, "snooze", until="hours")
    assert write(found, "thank you").pk == found.pk
    assert Snooze.objects.get().woken_by == "customer"
    post(desk, found, "snooze", until="hour")
    post(desk, found, "wake")
    assert [one.woken_by for one in Snooze.objects.order_by("pk")] == ["customer", "agent"]


def test_snoozed_it_is_not_closed_for_being_quiet(desk: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    post(desk, found, "reply", text="I will look tomorrow", key="k")
    post(desk, found, "snooze", until="monday")
    quiet = timezone.now() - timedelta(hours=config().conversation_idle_h + 1)
    Conversation.objects.update(last_message_at=quiet, ready_at=None)
    assert close_idle() == 0
    post(desk, found, "wake")
    Conversation.objects.update(last_message_at=quiet, ready_at=None)
    assert close_idle() == 1


def test_a_colleague_who_takes_over_sees_it(desk: Client, make: Make, meera: User) -> None:
    found = make("mine now", state=State.AGENT, agent=meera)
    post(desk, found, "snooze", until="hour")
    ravi = User.objects.create_user("ravi", is_staff=True)
    Conversation.objects.update(agent=ravi)
    other = Client()
    other.force_login(ravi, backend="django.contrib.auth.backends.ModelBackend")
    assert "mine now" in other.get("/desk/?show=mine").content.decode()


@pytest.mark.parametrize(
    "given", [{"until": "at", "at": "soon"}, {"at": "2001-01-01T10:00"}, {"at": "2999-01-01T10:00"}]
)
def test_a_time_that_is_none_is_refused(desk: Client, make: Make, meera: User, given: dict[str, str]) -> None:
    found = make(state=State.AGENT, agent=meera)
    assert 'role="alert"' in post(desk, found, "snooze", **given)
    assert not Snooze.objects.exists()


@pytest.mark.parametrize("action", ["resolve", "snooze", "wake"])
def test_nobody_ends_a_colleagues_conversation(desk: Client, make: Make, action: str) -> None:
    ravi = User.objects.create_user("ravi", first_name="Ravi", is_staff=True)
    found = make(state=State.AGENT, agent=ravi)
    assert "Ravi" in post(desk, found, action, until="hour")
    assert (found.state, Snooze.objects.count(), Resolution.objects.count()) == (State.AGENT, 0, 0)


@pytest.mark.parametrize(
    ("word", "at", "expected"),
    [
        ("hour", "", "2026-11-20T07:30"),
        ("tomorrow", "", "2026-11-21T04:00"),
        ("monday", "", "2026-11-23T04:00"),
        ("", "2026-12-01T18:00", "2026-12-01T12:30"),
    ],
)
def test_times_are_the_shops(word: str, at: str, expected: str) -> None:
    friday_noon = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
    assert choose_time(word, at, friday_noon) == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    with pytest.raises(TransitionRefused):
        choose_time("never", "", friday_noon)
