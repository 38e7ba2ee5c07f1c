"""What the gateway does by itself: no operator and no timer of the system has to think of it."""

from __future__ import annotations

from datetime import timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

from bot.assembly import Gateway
from bot.care.forgetting import FORGOTTEN
from bot.care.models import PrivacyRequest
from bot.conversations.database import DatabasePool
from bot.conversations.models import ChannelIdentity, ChannelNotice, Contact, Conversation, Message
from bot.recurring import Duty, Recurring
from bot.shop.catalogue import load_catalogue
from bot.shop.proofs import IdentityTry, KnownPerson, ShownCode, VerifiedOrder
from bot.shop.restock import record_watch
from bot.shop.search import Wish
from tests.fakes.rows import in_database, wait_for_rows
from tests.fakes.visitor import wait_until
from tests.shop_rows import load_demo_shop


def leave_behind() -> None:
    """One who is erased and has been told, one who waits for a shirt that is there, and proofs, some of which ended.

    An announcement of a channel that is old, and one that is not.
    """
    load_demo_shop()
    waiting = Contact.objects.create()
    identity = ChannelIdentity.objects.create(contact=waiting, channel="webchat", external_id="x")
    talk = Conversation.objects.create(contact=waiting, identity=identity, channel="webchat")
    shirt = load_catalogue()["oxford-formal-shirt"]
    record_watch(str(talk.pk), str(waiting.pk), "1", shirt, Wish(sizes=("40",)), "en")
    contact = Contact.objects.create()
    ChannelIdentity.objects.create(contact=contact, channel="whatsapp", external_id="919999910026")
    now = timezone.now()
    PrivacyRequest.objects.create(
        conversation="c", contact=str(contact.pk), message_id="1", wish="erase", state="done", made_at=now, due_on=now
    )
    for name, until in (("ended", now - timedelta(seconds=1)), ("open", now + timedelta(hours=1))):
        ShownCode.objects.create(sent_to=name, text="123456", sent_at=now, until=until)
        KnownPerson.objects.create(channel="webchat", external_id=name, proof="token", until=until)
        VerifiedOrder.objects.create(conversation=name, order="TT-1", until=until)
    for name, at in (("ended", now - timedelta(days=8)), ("open", now - timedelta(hours=2))):
        IdentityTry.objects.create(conversation=name, key=name, right=False, tried_at=at)
    for name, age in (("ended", timedelta(days=31)), ("open", timedelta(days=29))):
        ChannelNotice.objects.create(channel="whatsapp", external_id=name, kind="account_update", created_at=now - age)


def read_left() -> tuple[str, list[str], bool]:
    """The beginning of the address; which proofs and announcements are left; whether who waits for a shirt was told."""
    left = [
        *ShownCode.objects.values_list("sent_to", flat=True),
        *KnownPerson.objects.values_list("external_id", flat=True),
        *VerifiedOrder.objects.values_list("conversation", flat=True),
        *IdentityTry.objects.values_list("conversation", flat=True),
        *ChannelNotice.objects.values_list("external_id", flat=True),
    ]
    address = ChannelIdentity.objects.get(channel="whatsapp").external_id
    told = Message.objects.filter(direction="outbound", text__contains="/products/oxford-formal-shirt").exists()
    return address[: len(FORGOTTEN)], left, told


async def test_a_running_gateway_keeps_promises_and_forgets_what_is_due(gateway: Gateway) -> None:
    await gateway.duties.stop()
    await in_database(leave_behind)
    gateway.duties.start()
    expected = (FORGOTTEN, ["open"] * 5, True)
    await wait_for_rows(lambda: read_left() == expected, "all duties")


async def test_a_fault_ends_no_duty(transactional_db: None) -> None:
    calls: list[int] = []

    def fail_twice() -> int:
        calls.append(1)
        if len(calls) < 3:
            raise DatabaseError if len(calls) == 1 else RuntimeError
        return 1

    woken: list[int] = []
    pool = DatabasePool(connection.vendor)
    duties = Recurring([Duty("test", fail_twice, 0.01, speaks=True)], pool, lambda: woken.append(1))
    duties.start()
    await wait_until(lambda: woken, "the third try")
    await duties.stop()
    await pool.close()
    assert len(calls) >= 3
