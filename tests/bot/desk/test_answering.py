"""What an agent does about their own words: undo, send again, notes that stay among colleagues."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import config
from bot.conversations import events, handoffs
from bot.conversations.channel_models import DeliveryRecord
from bot.conversations.history import find_session
from bot.conversations.leases import Claim
from bot.conversations.models import Conversation, Message, Note, NoteMention
from bot.conversations.outbox import build_outbound
from bot.conversations.states import Author, Delivery, Direction, State
from bot.conversations.steps import Send, claim_work
from bot.page_texts import area_texts
from tests.bot.desk.conftest import Make

HTMX = {"HX-Request": "true"}
WORDS = area_texts("desk_story", "en")


def path(found: Conversation, action: str = "") -> str:
    return f"/desk/c/{found.pk}" + (f"/{action}" if action else "")


def send_reply(desk: Client, found: Conversation, text: str = "half a thought", key: str = "k1") -> Message:
    desk.post(path(found, "reply"), {"text": text, "key": key}, headers=HTMX)
    return found.messages.get(author=Author.AGENT, text=text)


def claim(found: Conversation) -> tuple[Claim, object] | None:
    return claim_work("worker", found)


def let_time_pass(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(next_try_at=timezone.now() - timedelta(seconds=1))
    Conversation.objects.filter(pk=message.conversation_id).update(ready_at=timezone.now() - timedelta(seconds=1))


def test_a_reply_waits_in_the_outbox_and_then_goes_out(desk: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    held = send_reply(desk, found)
    work = claim(found)
    assert work is not None
    assert work[1] is None
    found.refresh_from_db()
    # Whoever comes after a restart finds it due: the row says when.
    assert found.ready_at is not None
    assert abs((found.ready_at - timezone.now()).total_seconds() - config().reply_undo_s) < 3
    let_time_pass(held)
    work = claim(found)
    assert work is not None
    assert isinstance(work[1], Send)
    assert work[1].message.text == "half a thought"


def test_undo_takes_it_back_and_gives_the_words_back(desk: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    held = send_reply(desk, found, "too <soon>")
    assert WORDS["undo.button"] in desk.get(path(found, "story"), headers=HTMX).content.decode()
    answer = desk.post(path(found, f"replies/{held.pk}/undo"), headers=HTMX).content.decode()
    assert "<i data-words hidden>too &lt;soon&gt;</i>" in answer
    assert not found.messages.filter(author=Author.AGENT).exists()
    # Without JavaScript the page brings the words in the box.
    held = send_reply(desk, found, "again", "k2")
    page = desk.post(path(found, f"replies/{held.pk}/undo")).content.decode()
    assert ">again</textarea>" in page


def test_what_is_on_its_way_is_not_undone(desk: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    held = send_reply(desk, found)
    let_time_pass(held)
    claim(found)
    answer = desk.post(path(found, f"replies/{held.pk}/undo"), headers=HTMX)
    assert b'role="alert"' in answer.content
    assert found.messages.get(pk=held.pk).delivery == Delivery.SENDING


def test_nobody_undoes_a_colleagues_reply(desk: Client, client: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    held = send_reply(desk, found)
    ravi = Client()
    ravi.force_login(
        User.objects.create_user("ravi", is_staff=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert f"/replies/{held.pk}/undo" not in ravi.get(path(found)).content.decode()
    ravi.post(path(found, f"replies/{held.pk}/undo"), headers=HTMX)
    assert found.messages.filter(pk=held.pk).exists()


def test_a_page_that_comes_back_sees_nothing_of_what_is_held_and_misses_nothing(
    desk: Client, make: Make, meera: User
) -> None:
    found = make(state=State.AGENT, agent=meera)
    held = send_reply(desk, found)
    handoffs.close(found.pk, meera)
    Message.objects.create(
        conversation=found, channel="webchat", direction=Direction.INBOUND, author=Author.CONTACT, text="meanwhile"
    )
    state = find_session("webchat", found.identity.external_id)
    assert [one["text"] for one in state.history] == ["hello", "meanwhile"]
    assert state.known_to == held.pk - 1
    let_time_pass(held)
    later = find_session("webchat", found.identity.external_id, held.pk - 1)
    assert later.history[0]["text"] == "half a thought"
    assert later.known_to is None


def test_what_is_held_hides_nothing_of_another_conversation(desk: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    send_reply(desk, found)
    handoffs.close(found.pk, meera)
    later = Conversation.objects.create(contact=found.contact, identity=found.identity, channel="webchat")
    Message.objects.create(
        conversation=later, channel="webchat", direction=Direction.OUTBOUND, author=Author.BOT, text="the assistant",
        delivery=Delivery.SENT,
    )  # fmt: skip
    state = find_session("webchat", found.identity.external_id)
    assert [one["text"] for one in state.history] == ["hello", "the assistant"]


def fail(found: Conversation, agent: User, error: str, **values: object) -> Message:
    return Message.objects.create(
        conversation=found, channel="webchat", direction=Direction.OUTBOUND, author=Author.AGENT, agent=agent,
        text="lost", delivery=Delivery.FAILED, error=error, attempts=20, **values,
    )  # fmt: skip


def test_a_failed_reply_is_sent_again_by_the_same_row(desk: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    lost = fail(found, meera, "given up: server (131000)", parts_sent=1)
    assert WORDS["again"] in desk.get(path(found)).content.decode()
    for _ in range(2):
        desk.post(path(found, f"replies/{lost.pk}/again"), headers=HTMX)
    work = claim(found)
    assert work is not None
    assert isinstance(work[1], Send)
    assert (work[1].message.id, work[1].message.parts_sent, work[1].message.attempts) == (lost.pk, 1, 1)
    assert found.messages.filter(author=Author.AGENT).count() == 1


@pytest.mark.parametrize(
    ("error", "values", "hours", "parts"),
    [
        ("unsure (timeout)", {}, 0, 1),
        ("server (131000)", {"maybe_repeated": True}, 0, 1),
        ("window_closed (131047)", {}, -1, 1),
        ("media (131053)", {}, 0, 2),
    ],
    ids=["may have arrived", "was repeated before", "window is closed", "another part arrived"],
)
def test_what_could_double_or_fail_again_is_not_offered(
    desk: Client, make: Make, meera: User, error: str, values: dict[str, object], hours: int, parts: int
) -> None:
    found = make(state=State.AGENT, agent=meera)
    lost = fail(found, meera, error, **values)
    if hours:
        found.identity.window_closes_at = timezone.now() + timedelta(hours=hours)
        found.identity.save()
    DeliveryRecord.objects.create(
        channel="webchat", external_id="w1", status="delivered" if parts > 1 else "failed", message=lost, parts=parts
    )
    assert WORDS["again"] not in desk.get(path(found)).content.decode()
    desk.post(path(found, f"replies/{lost.pk}/again"), headers=HTMX)
    lost.refresh_from_db()
    assert lost.delivery == Delivery.FAILED


def test_a_colleague_named_in_a_note_is_told(
    desk: Client,
    make: Make,
    meera: User,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    ravi = User.objects.create_user("ravi", first_name="Ravi", last_name="Shah", is_staff=True)
    User.objects.create_user("ravindra", is_staff=True)
    User.objects.create_user("customer")
    heard: list[events.Event] = []
    remove = events.add_listener(heard.append)
    found = make(state=State.AGENT, agent=meera)
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(path(found, "note"), {"note": "@Ravi Shah and @customer, @meera too: please look"}, headers=HTMX)
    remove()
    assert [one.agent for one in NoteMention.objects.all()] == [ravi]
    assert [one.data["agent"] for one in heard if one.name == events.AGENT_MENTIONED] == [ravi.pk]
    other = Client()
    other.force_login(ravi, backend="django.contrib.auth.backends.ModelBackend")
    assert "please look" in other.get("/desk/mentions").content.decode()
    assert "please look" not in desk.get("/desk/mentions").content.decode()
    other.get(path(found))
    assert "please look" not in other.get("/desk/mentions").content.decode()


def test_a_note_is_kept_in_any_state_and_never_empty(desk: Client, make: Make) -> None:
    found = make(state=State.CLOSED)
    page = desk.post(path(found, "note"), {"note": "paid twice"}, headers=HTMX).content.decode()
    assert "paid twice" in page
    desk.post(path(found, "note"), {"note": " \n "}, headers=HTMX)
    assert Note.objects.count() == 1


STEPS = st.lists(st.tuples(st.sampled_from(["note", "reply", "take", "close", "undo"]), st.uuids()), max_size=8)


@given(steps=STEPS)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_whatever_agents_do_no_note_reaches_the_customer(
    desk: Client, make: Make, meera: User, steps: list[tuple[str, object]]
) -> None:
    found = make()
    notes: set[str] = set()
    for action, word in steps:
        text = f"{action} {word}"
        if action == "note":
            notes.add(text)
        held = found.messages.filter(author=Author.AGENT).first()
        address = f"replies/{held.pk if held else 1}/undo" if action == "undo" else action
        desk.post(path(found, address), {"text": text, "note": text, "key": str(word)}, headers=HTMX)
    assert set(found.notes.values_list("text", flat=True)) == notes
    Message.objects.update(next_try_at=None)
    outgoing = [build_outbound(one, found) for one in found.messages.filter(direction=Direction.OUTBOUND)]
    seen = str([find_session("webchat", found.identity.external_id), outgoing])
    assert not any(str(note).removeprefix("note ") in seen for note in notes)
