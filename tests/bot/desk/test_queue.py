"""The queue: what is most urgent, what filters and search find, and that its size costs nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bot.config import config
from bot.conversations.models import ChannelIdentity, Contact, Conversation
from bot.conversations.states import CameBack, State
from bot.desk import lists
from bot.page_texts import LANGUAGE_NAMES, area_texts
from bot.shop.models import Order
from bot.shop.proofs import KnownPerson, VerifiedOrder
from tests.bot.desk.conftest import Make
from tests.shop_rows import load_demo_shop

List = Callable[..., str]
EMAIL, PHONE, ORDER = "hetal.shah@example.com", "919825012345", "TT-10402"


@pytest.fixture
def listed(desk: Client) -> List:
    """The list that an address asks for, as written."""

    def get(lang: str = "en", **query: str | int) -> str:
        return desk.get("/desk/list", {"lang": lang, **query}).content.decode().replace("&#x27;", "'")

    return get


def test_what_was_promised_first_is_due_first_whoever_came_first(listed: List, make: Make) -> None:
    now = timezone.now()
    for text, minutes in (("tomorrow", 900), ("soon", 5), ("long overdue", -30), ("overdue", -4)):
        make(text).hand_offs.update(answer_by=now + timedelta(minutes=minutes))
    make("furious").hand_offs.update(answer_by=now + timedelta(minutes=60), priority=2)
    page = listed(show="waiting")
    places = [page.index(text) for text in ("furious", "long overdue", "overdue</span>", "soon", "tomorrow")]
    assert places == sorted(places)


def test_a_line_names_the_day_the_customer_was_told_where_the_shops_date_is_frozen(
    listed: List, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = replace(config(), shop_today=date(2026, 2, 9))
    monkeypatch.setattr("bot.conversations.notices.config", lambda: frozen)
    make().hand_offs.update(answer_by=timezone.now() + timedelta(days=2))
    assert re.search(r"Wed, 11 February, \d\d:\d\d", listed(show="waiting"))


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_a_line_says_what_is_late_and_why_it_is_back(listed: List, make: Make, language: str) -> None:
    words = area_texts("desk_queue", language)
    found = make()
    found.hand_offs.update(answer_by=timezone.now() - timedelta(minutes=30), came_back=CameBack.GONE, skill="returns")
    page = listed(language, show="waiting")
    late = re.escape(words["late"]).replace(r"\{time\}", "[^<]*30[^<]*")
    assert re.search(late, page)
    assert words["back.gone"] in page
    assert words["skill.returns"] in page


@pytest.mark.parametrize(
    "query", [{"channel": "telegram"}, {"language": "gu"}, {"reason": "complaint"}], ids=lambda query: next(iter(query))
)
@pytest.mark.parametrize("show", ["waiting", "all"])
def test_filters_leave_what_fits(listed: List, make: Make, query: dict[str, str], show: str) -> None:
    wanted, _ = make("the wanted one"), make("another one")
    Conversation.objects.filter(pk=wanted.pk).update(channel="telegram", language="gu")
    wanted.hand_offs.update(reason="complaint")
    page = listed(show=show, **query)
    assert "the wanted one" in page
    assert "another one" not in page
    assert "selected" in page


def test_a_filter_that_fits_nothing_says_so(listed: List, make: Make) -> None:
    make()
    assert area_texts("desk_queue", "en")["none.narrowed"] in listed(show="waiting", channel="telegram")


@pytest.mark.parametrize(
    "words",
    [
        "silk dupatta",
        "SILK  Dupatta",
        "Hetal",
        "+91 98250 12345",
        "98250-12345",
        EMAIL,
        "hetal.shah@",
        ORDER,
        "tt-10402",
    ],
)
def test_search_finds_by_anything_known(listed: List, make: Make, words: str) -> None:
    found = make("is the silk dupatta washable?", State.CLOSED)
    Contact.objects.filter(pk=found.contact_id).update(name="Hetal Shah")
    ChannelIdentity.objects.filter(pk=found.identity_id).update(channel="whatsapp", external_id=PHONE)
    until = timezone.now() + timedelta(days=1)
    KnownPerson.objects.create(channel="whatsapp", external_id=PHONE, email=EMAIL, until=until)
    VerifiedOrder.objects.create(conversation=str(found.pk), order=ORDER, until=until)
    make("about something else")
    page = listed(words=words)
    assert str(found.pk) in page
    assert "about something else" not in page


def test_search_finds_by_the_buyers_address_of_a_confirmed_order(listed: List, make: Make) -> None:
    load_demo_shop()
    order = Order.objects.exclude(email="").exclude(phone="").first()
    assert order is not None
    found, _ = make("whose it is"), make("another one")
    VerifiedOrder.objects.create(conversation=str(found.pk), order=order.name, until=timezone.now())
    for words in (order.email, order.phone, order.digits):
        page = listed(words=words)
        assert ("whose it is" in page, "another one" in page) == (True, False), words


@pytest.mark.parametrize("words", ["100%", "a_b", "'; --", "<b>", "x", "\0"])
def test_odd_words_are_only_words(listed: List, make: Make, words: str) -> None:
    make("nothing of the kind: axb")
    page = listed(words=words)
    if len(words) > 1:
        assert "nothing of the kind" not in page
    assert "<b>" not in page.replace("<b>Visitor", "")


def test_more_is_shown_on_request(listed: List, make: Make) -> None:
    for number in range(53):
        make(f"case {number}.")
    first = listed(show="waiting")
    assert (first.count('class="row waiting"'), "rows=100" in first) == (50, True)
    page = listed(show="waiting", rows=100)
    assert page.count('class="row waiting"') == 53
    assert 'id="list-more" hidden' in page


@pytest.mark.parametrize("show", ["waiting", "mine", "snoozed", "all"])
def test_the_number_of_queries_does_not_grow_with_the_list(desk: Client, make: Make, meera: User, show: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.get("/desk/list", {"show": show})
        return len(asked)

    for _ in range(2):
        make(), make(state=State.AGENT, agent=meera)
    count()  # makes the agent's profile
    few = count()
    for _ in range(20):
        make(), make(state=State.AGENT, agent=meera)
    assert count() == few
    assert few <= 11


def test_my_unanswered_ones_come_first(desk: Client, listed: List, make: Make, meera: User) -> None:
    answered, asks = make("answered", State.AGENT, meera), make("asks", State.AGENT, meera)
    asks.messages.update(created_at=timezone.now() - timedelta(hours=1))
    Conversation.objects.filter(pk=asks.pk).update(last_message_at=timezone.now() - timedelta(hours=1))
    desk.get(f"/desk/c/{answered.pk}")
    page = listed(show="mine")
    assert page.index("asks") < page.index("answered")
    assert 'data-news="1"' in page


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_the_desk_says_that_it_is_outside_opening_hours(
    listed: List, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    words = area_texts("desk_queue", language)["hours.closed"].split("{time}")[0]
    for at, closed in (("2026-11-23 12:00", False), ("2026-11-23 22:00", True)):
        now = datetime.fromisoformat(at).replace(tzinfo=zone)
        monkeypatch.setattr(lists, "read_shop_time", lambda _, now=now: now)
        said = listed(language).partition('id="list-hours"')[2].partition("</p>")[0]
        assert (words in said, "09:00" in said) == (closed, closed)
