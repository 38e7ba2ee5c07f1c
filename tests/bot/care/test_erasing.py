"""Whoever is erased is named in no table any more, whichever part of the product had written them down."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from bot.care.forgetting import IDS_KEPT, forget_addresses
from bot.care.models import PrivacyRequest, Severity, Wish
from bot.care.records import Said, record_complaint, record_opinion, record_privacy_request
from bot.care.requests import erase_request
from bot.config import config
from bot.conversations.handoffs import hand_back, hand_off, record_note, take
from bot.conversations.models import Conversation, Message, Rating, Resolution, Turn
from bot.conversations.states import Reason
from bot.dialogue.storage import ANSWER, STATE, make_engine
from bot.shop.catalogue import load_catalogue
from bot.shop.codes import send_code
from bot.shop.identity import check_identity
from bot.shop.known import record_known
from bot.shop.restock import record_watch
from bot.shop.search import Wish as ProductWish
from bot.shop.shops import open_shop
from tests.bot.conversations.conftest import Say, say
from tests.shop_rows import load_demo_shop

__all__ = ["say"]
NAME, EMAIL, PHONE, WORD = "Suresh", "suresh.t@example.org", "919999910026", "marker-7431"
ORDER = "TT-10466"
# Of the orders themselves: these stay, as the law on invoices demands.
KEPT_BY_LAW = ("shop_order", "shop_customer", "shop_orderline", "shop_parcel")


def live(say: Say) -> Said:
    """Everything that one customer can leave behind; the rows of the request name them."""
    load_demo_shop()
    say(f"{NAME} here, {EMAIL}, {PHONE}, {WORD}", user=PHONE, channel="whatsapp", external_id=f"wamid.{PHONE}.1")
    say(f"{NAME} here", user=PHONE, channel="whatsapp", kind="edit", reading="nobody", changes=f"wamid.{PHONE}.1")
    talk = Conversation.objects.select_related("contact").get()
    key, contact = str(talk.pk), str(talk.contact_id)
    talk.contact.name = NAME
    talk.contact.save()
    talk.page, talk.last_bot_text = {"url": WORD}, f"Dear {NAME}"
    talk.save()
    Message.objects.update(author_name=NAME, handling="done", error=f"rejected {PHONE}")
    Turn.objects.create(
        conversation=talk, message_id="1", text=WORD, record={"name": NAME}, state="answered", error=PHONE
    )
    agent = User.objects.create_user("mira")
    hand_off(talk, Reason.ASKED, {"name": NAME})
    take(talk.pk, agent)
    record_note(talk.pk, agent, f"{NAME} {EMAIL}")
    hand_back(talk.pk, agent)
    assert check_identity(key, ORDER, EMAIL, contact=contact, message_id="2").ok
    order = open_shop().find_order(ORDER)
    assert order
    send_code(key, contact, order, "en", "3")
    record_known("whatsapp", PHONE, "contact", email=EMAIL, phone=f"+{PHONE}")
    record_complaint(Said(key, "4", contact, f"late {WORD}", "en"), "late", Severity.NORMAL)
    record_opinion(Said(key, "5", contact, f"good {WORD}", "en"), "good")
    solved = Resolution.objects.create(conversation=talk, agent=agent, agent_name="Mira")
    Rating.objects.create(conversation=talk, resolution=solved, agent=agent, stars=2, words=f"{NAME}: slow")
    item = load_catalogue()["oxford-formal-shirt"]
    record_watch(key, contact, "6", item, ProductWish(sizes=("44",)), "en")
    # A promise whose conversation is gone is still known by its contact.
    record_watch("gone", contact, "7", item, ProductWish(), "en")
    with engine().execution_options(writes=True).begin() as rasa:
        rasa.execute(sa.insert(STATE).values(conversation=key, version=1, state=EMAIL, saved_at=0.0))
        rasa.execute(sa.insert(ANSWER).values(conversation=key, message_id="1", version=1, answer=NAME))
    return Said(key, "8", contact, f"erase {EMAIL}", "en")


def engine() -> sa.engine.Engine:
    return make_engine(config().database_url, config().data_path)


def find_marks(*marks: str) -> dict[str, list[str]]:
    """Table -> the marks that any of its columns holds, over all tables of gateway, shop and Rasa."""
    tables: dict[str, str] = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - names of our own tables
            tables[name] = repr(cursor.fetchall())
    with engine().connect() as rasa:
        for name in sa.inspect(rasa).get_table_names():
            tables[name] = repr(rasa.execute(sa.text(f'SELECT * FROM "{name}"')).fetchall())  # noqa: S608
    found = {name: [mark for mark in marks if mark in rows] for name, rows in tables.items()}
    return {name: held for name, held in found.items() if held and name not in KEPT_BY_LAW}


def erase(said: Said) -> None:
    record_privacy_request(said, Wish.ERASE)
    assert erase_request(PrivacyRequest.objects.get().pk, "boss")


def test_no_table_names_an_erased_customer(say: Say) -> None:
    said = live(say)
    before = find_marks(NAME, EMAIL, PHONE, WORD)
    assert len(before) >= 13, before
    assert "conversations_earlierwords" in before
    watches = find_marks(f"'{said.contact}', '6'", f"'{said.contact}', '7'")
    assert list(watches) == ["shop_restockwatch"]
    erase(said)
    # The address stays until the last word has gone out to it, and the message's id as long as it may come again.
    assert set(find_marks(NAME, EMAIL, WORD)) == set()
    assert set(find_marks(PHONE)) == {"conversations_channelidentity", "conversations_message"}
    Message.objects.filter(direction="outbound").update(delivery="sent")
    assert forget_addresses() == 1
    assert set(find_marks(PHONE)) == {"conversations_message"}
    Message.objects.update(created_at=timezone.now() - IDS_KEPT - timedelta(minutes=1))
    forget_addresses()
    assert find_marks(NAME, EMAIL, PHONE, WORD) == {}
    assert find_marks(f"'{said.contact}', '6'", f"'{said.contact}', '7'") == {}


def test_a_message_of_an_erased_customer_that_comes_again_stays_quiet(say: Say) -> None:
    erase(live(say))
    Message.objects.filter(direction="outbound").update(delivery="sent")
    forget_addresses()
    count = Message.objects.count()
    again = say("what I said", user=PHONE, channel="whatsapp", external_id=f"wamid.{PHONE}.1")
    assert (again.recorded.duplicate, Message.objects.count()) == (True, count)


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_nor_do_the_database_files(say: Say) -> None:
    erase(live(say))
    Message.objects.filter(direction="outbound").update(delivery="sent")
    forget_addresses()
    name = str(connection.settings_dict["NAME"])
    files = [path for path in (Path(name), Path(f"{name}-wal")) if path.exists()]
    assert files
    assert [path.name for path in files if WORD.encode() in path.read_bytes()] == []
