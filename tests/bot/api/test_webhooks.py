"""Webhooks: written with the change or not at all, signed, in order, tried again, given up, sent again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from bot.accounts.secret_words import make_salt
from bot.api import courier as courier_module
from bot.api import deliveries, hooks
from bot.api.courier import Courier
from bot.api.models import Delivery, DeliveryState, Endpoint
from bot.api.payloads import build_body
from bot.api.signing import renew_secret, show_secret
from bot.api.targets import TargetRefused, find_target, is_public
from bot.channels.contract import InboundMessage
from bot.config import config
from bot.conversations import handoffs
from bot.conversations.database import DatabasePool
from bot.conversations.inbox import record_inbound
from bot.conversations.models import Conversation, Message
from bot.conversations.states import Reason, State
from tests.bot.desk.conftest import Make
from tests.fakes.receiver import Receiver
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.running import Running, run_app
from tests.fakes.visitor import wait_until


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pauses, and addresses of this machine are allowed."""
    monkeypatch.setattr(deliveries, "PAUSES_S", (0.01,))
    monkeypatch.setattr(courier_module, "LOOK_EVERY_S", 0.02)
    monkeypatch.setitem(config().__dict__, "webhooks_private", True)


@pytest.fixture
async def receiver() -> AsyncIterator[Running[Receiver]]:
    """The other side."""
    async with run_app(Receiver()) as running:
        yield running


@pytest.fixture
async def courier(transactional_db: None, quick: None) -> AsyncIterator[Courier]:
    """Runs beside the test, as in a gateway."""
    pool = DatabasePool(connection.vendor)
    running = Courier(pool, {})
    running.start()
    yield running
    await running.stop()
    await pool.close()


def make_endpoint(url: str, *wanted: str) -> Endpoint:
    return Endpoint.objects.create(name="CRM", url=url, events=list(wanted or hooks.EVENTS), salt=make_salt())


@transaction.atomic
def hand_off(found: Conversation) -> None:
    handoffs.hand_off(handoffs.lock_conversation(found.pk), Reason.ASKED)


def serve(make: Make, meera: User) -> Conversation:
    """A whole matter: handed off, taken, answered, closed."""
    found = make("where is my parcel", State.BOT)
    hand_off(found)
    handoffs.take(found.pk, meera)
    handoffs.record_agent_reply(found.pk, meera, "On its way.")
    handoffs.close(found.pk, meera, resolved=True)
    return found


# Of the messages: what the customer is told while waiting, the reply, and the thanks.
SERVED = [
    "message.created", "conversation.handed_off", "message.created", "message.created", "conversation.resolved",
    "conversation.closed",
]  # fmt: skip


async def test_a_whole_matter_is_told_signed_and_in_order(
    courier: Courier, receiver: Running[Receiver], make: Make, meera: User
) -> None:
    endpoint = await in_database(make_endpoint, f"{receiver.url}/hook?x=1")
    found = await in_database(serve, make, meera)
    got = receiver.app.got
    await wait_until(lambda: len(got) == len(SERVED), "all events")
    assert [one.json["type"] for one in got] == SERVED
    assert all(one.is_signed_by(show_secret(endpoint)) for one in got)
    assert len({one.headers["webhook-id"] for one in got}) == len(SERVED)
    assert {one.json["data"]["conversation"]["id"] for one in got} == {str(found.pk)}
    assert got[2].json["data"]["message"]["text"] == "On its way."
    assert got[1].json["data"]["hand_off"]["reason"] == "asked"
    await wait_for_rows(lambda: not Delivery.objects.exclude(state="delivered").exists(), "the log")


async def test_stars_and_words_are_told_as_they_come(
    courier: Courier, receiver: Running[Receiver], make: Make, meera: User
) -> None:
    await in_database(make_endpoint, receiver.url, hooks.RATED)
    found = await in_database(serve, make, meera)
    question = await in_database(Message.objects.get, kind="rating")
    user = await in_database(lambda: found.identity.external_id)
    for button in question.buttons[:2]:
        await in_database(record_inbound, InboundMessage("webchat", button["id"], user, "★", choice=button["id"]))
    await wait_until(lambda: len(receiver.app.got) == 2, "both")
    data = [one.json["data"] for one in receiver.app.got]
    assert [one["state"] for one in data] == ["closed", "closed"]
    # As they are when they are sent.
    assert data[1]["rating"] | {"rated_at": ""} == {
        "stars": 4, "words": "", "agent_name": "Meera Joshi", "rated_at": ""
    }  # fmt: skip


async def test_what_fails_is_tried_again_with_the_same_id_and_nothing_overtakes_it(
    courier: Courier, receiver: Running[Receiver], make: Make, meera: User
) -> None:
    await in_database(make_endpoint, receiver.url)
    receiver.app.answers = [500, 302, 503]
    await in_database(serve, make, meera)
    await wait_until(lambda: len(receiver.app.taken) == len(SERVED), "all events in the end")
    assert [one.json["type"] for one in receiver.app.taken] == SERVED
    assert len({one.headers["webhook-id"] for one in receiver.app.got[:4]}) == 1
    assert len({one.headers["webhook-id"] for one in receiver.app.taken}) == len(SERVED)


async def test_one_conversation_does_not_wait_for_another(
    courier: Courier, receiver: Running[Receiver], make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "PAUSES_S", (60,))
    await in_database(make_endpoint, receiver.url)
    receiver.app.answers = [500]
    first, second = await in_database(make, "", State.BOT), await in_database(make, "", State.BOT)
    await in_database(hand_off, first)
    await wait_until(lambda: receiver.app.got, "the first try")
    await in_database(hand_off, second)
    await wait_until(lambda: len(receiver.app.taken) == 2, "the other conversation")
    assert {one.json["data"]["conversation"]["id"] for one in receiver.app.taken} == {str(second.pk)}


async def test_a_day_later_it_is_given_up_and_can_be_sent_again(
    courier: Courier, receiver: Running[Receiver], make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "PAUSES_S", (60,))
    monkeypatch.setitem(config().__dict__, "webhook_retry_h", 0.01)
    await in_database(make_endpoint, receiver.url, hooks.HANDED_OFF)
    receiver.app.answers = [500]
    await in_database(hand_off, await in_database(make, "", State.BOT))
    dead = await wait_for_rows(lambda: Delivery.objects.filter(state=DeliveryState.DEAD).first(), "giving up")
    assert (dead.status, dead.error, dead.attempts) == (500, "refused", 1)
    assert await in_database(deliveries.send_again, dead.pk)
    await wait_until(lambda: receiver.app.taken, "the new try")
    assert len({one.headers["webhook-id"] for one in receiver.app.got}) == 1


async def test_who_is_gone_is_not_asked_again(courier: Courier, receiver: Running[Receiver], make: Make) -> None:
    await in_database(make_endpoint, receiver.url, hooks.HANDED_OFF)
    receiver.app.answers = [410]
    await in_database(hand_off, await in_database(make, "", State.BOT))
    await wait_for_rows(lambda: Delivery.objects.filter(state=DeliveryState.DEAD).first(), "the end")
    assert len(receiver.app.got) == 1


async def test_a_secret_is_changed_without_a_gap(
    courier: Courier, receiver: Running[Receiver], make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = await in_database(make_endpoint, receiver.url, hooks.HANDED_OFF)
    before = show_secret(endpoint)
    await in_database(renew_secret, endpoint)
    await in_database(hand_off, await in_database(make, "", State.BOT))
    got = await wait_until(lambda: receiver.app.got, "the event")
    assert before != show_secret(endpoint)
    assert (got[0].is_signed_by(before), got[0].is_signed_by(show_secret(endpoint))) == (True, True)
    assert not got[0].is_signed_by("whsec_c29tZXRoaW5nIGVsc2U=")


@pytest.mark.django_db
def test_nothing_is_told_of_what_was_rolled_back(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    make_endpoint("https://crm.example/hook")
    found = make("", State.BOT)
    with transaction.atomic():
        handoffs.hand_off(handoffs.lock_conversation(found.pk), Reason.ASKED)
        assert Delivery.objects.count() == 2
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_what_a_dead_process_had_claimed_is_claimed_again_and_marked_by_the_second_only(make: Make) -> None:
    make_endpoint("https://crm.example/hook", hooks.HANDED_OFF)
    hand_off(make("", State.BOT))
    (lost,) = deliveries.claim_due(10)
    assert deliveries.claim_due(10) == []
    Delivery.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    (again,) = deliveries.claim_due(10)
    assert (again.pk, again.key) == (lost.pk, lost.key)
    deliveries.mark_outcome(lost, deliveries.Outcome(False, error="late"))
    assert Delivery.objects.get().error == ""
    deliveries.mark_outcome(again, deliveries.Outcome(True, 200))
    assert Delivery.objects.get().state == DeliveryState.DELIVERED


@pytest.mark.django_db
def test_only_what_is_wanted_is_written_and_no_words_of_anybody(make: Make) -> None:
    make_endpoint("https://crm.example/hook", hooks.CLOSED)
    paused = make_endpoint("https://old.example/hook")
    Endpoint.objects.filter(pk=paused.pk).update(active=False)
    found = make("my secret words", State.BOT)
    hand_off(found)
    handoffs.close(found.pk)
    rows = list(Delivery.objects.values())
    assert [row["event"] for row in rows] == [hooks.CLOSED]
    assert "secret" not in str(rows)


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.1", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fd00::1", "fe80::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::",
        "64:ff9b::a9fe:a9fe", "ff02::1",
    ],
)  # fmt: skip
def test_private_addresses_are_not_public(number: str) -> None:
    assert not is_public(number)


@pytest.mark.parametrize("number", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_addresses_of_the_internet_are_public(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://localhost:8000/x", "https://2130706433/", "https://0x7f.1/", "https://[::1]/",
        "https://0/", "http://93.184.216.34/", "ftp://93.184.216.34/", "file:///etc/passwd", "https://a:b@example.org/",
        "https:///x", "https://example.org:99999/", "https://example.org/#x",
    ],
)  # fmt: skip
async def test_addresses_that_a_webhook_may_not_go_to(url: str) -> None:
    with pytest.raises(TargetRefused):
        await find_target(url)


async def test_no_packet_goes_to_a_private_address(
    courier: Courier, receiver: Running[Receiver], make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(config().__dict__, "webhooks_private", False)
    await in_database(make_endpoint, receiver.url.replace("http:", "https:"), hooks.HANDED_OFF)
    await in_database(hand_off, await in_database(make, "", State.BOT))
    dead = await wait_for_rows(lambda: Delivery.objects.filter(state=DeliveryState.DEAD).first(), "the refusal")
    assert (dead.error, receiver.app.got) == ("private", [])


async def test_a_receiver_that_was_away_gets_it_after_a_restart_of_ours(
    transactional_db: None, quick: None, receiver: Running[Receiver], make: Make
) -> None:
    await in_database(make_endpoint, receiver.url, hooks.HANDED_OFF)
    pool = DatabasePool(connection.vendor)
    await receiver.stop()
    await in_database(hand_off, await in_database(make, "", State.BOT))
    first = Courier(pool, {})
    first.start()
    await wait_for_rows(lambda: Delivery.objects.filter(error__startswith="unreached").first(), "a failed try")
    await first.stop()
    await receiver.start()
    await in_database(lambda: Delivery.objects.update(next_try_at=None))
    second = Courier(pool, {})
    second.start()
    await wait_until(lambda: receiver.app.taken, "the event")
    await asyncio.gather(second.stop(), pool.close())


@pytest.mark.django_db
def test_a_reply_that_can_be_taken_back_is_told_only_when_it_cannot(make: Make, meera: User) -> None:
    make_endpoint("https://crm.example/hook", hooks.MESSAGE_CREATED)
    found = make(state=State.AGENT, agent=meera)
    message = handoffs.record_agent_reply(found.pk, meera, "wait, no", hold_s=5.0)
    assert deliveries.claim_due(10) == []
    row = Delivery.objects.get()
    assert row.next_try_at is not None
    message.delete()
    assert build_body(row) is None
