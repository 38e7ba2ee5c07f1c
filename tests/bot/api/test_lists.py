"""Lists over the API: the queue in the desk's order, search by what an agent knows, the audit list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bot.accounts import audit
from bot.accounts.models import AuditEntry
from bot.conversations.handoffs import record_note
from bot.conversations.models import Conversation
from bot.conversations.states import State
from bot.shop.proofs import KnownPerson, VerifiedOrder
from tests.bot.api.conftest import Api
from tests.bot.desk.conftest import Make

pytestmark = pytest.mark.django_db
SOMEBODY = audit.Actor(audit.PERSON, 1, "Meera", "203.0.113.9")


def texts(api: Api, query: str = "") -> list[str]:
    return [one["last"]["text"] for one in api.get(f"queue?{query}").json()["results"]]


def test_the_queue_has_the_most_urgent_first_with_what_agents_see(api: Api, make: Make, meera: User) -> None:
    now = timezone.now()
    for text, minutes, priority in (("tomorrow", 900, 0), ("overdue", -4, 0), ("furious", 60, 2)):
        make(text).hand_offs.update(answer_by=now + timedelta(minutes=minutes), priority=priority, skill="returns")
    make("hers", State.AGENT, meera)
    queue = api.get("queue").json()
    first = queue["results"][0]
    assert texts(api) == ["furious", "overdue", "tomorrow"]
    assert (queue["waiting"], queue["more"]) == (3, False)
    assert (first["reason"], first["priority"], first["skill"], first["unread"]) == ("asked", 2, "returns", 1)
    assert first["conversation"]["state"] == "waiting"
    assert first["waiting_since"] < first["answer_by"]
    assert texts(api, "limit=1") == ["furious"]
    assert api.get("queue?limit=1").json()["more"] is True
    assert (texts(api, "show=mine&agent=meera"), texts(api, "show=mine")) == (["hers"], [])
    assert len(texts(api, "show=all")) == 4


def test_the_queue_is_narrowed(api: Api, make: Make) -> None:
    wanted, _ = make("the wanted one"), make("another one")
    Conversation.objects.filter(pk=wanted.pk).update(channel="telegram", language="gu")
    wanted.hand_offs.update(reason="complaint")
    for query in ("channel=telegram", "language=gu", "reason=complaint", "words=the%20WANTED"):
        assert texts(api, query) == ["the wanted one"], query
    for query in ("show=everything", "reason=boredom", "limit=501", "limit=x", "limit=0"):
        assert api.get(f"queue?{query}").status_code == 422, query


def test_search_finds_what_an_agent_would_find(api: Api, make: Make) -> None:
    found, _ = make("where is it"), make("hello")
    found.contact.name = "Hetal Shah"
    found.contact.save()
    until = timezone.now() + timedelta(hours=1)
    key = {"channel": "webchat", "external_id": found.identity.external_id}
    KnownPerson.objects.create(**key, phone="919825012345", email="hetal@example.org", until=until)
    VerifiedOrder.objects.create(conversation=str(found.pk), order="TT-10469", until=until)
    for words in ("hetal", "98250%2012345", "HETAL@example.org", "tt-10469", "%23TT-10469", "where%20is"):
        for path in ("conversations?q=", "queue?words="):
            results = api.get(path + words).json()["results"]
            assert [one.get("conversation", one)["id"] for one in results] == [str(found.pk)], path + words
    assert api.get("conversations?q=h").json()["results"] == []
    rows = AuditEntry.objects.values_list("action", flat=True)
    assert set(rows) == {"conversations.searched"}


def test_the_audit_list_is_read_with_filters_and_page_by_page(api: Api, desk: Client, make: Make, meera: User) -> None:
    found = make()
    record_note(found.pk, meera, "not by a request: nobody's change")
    for number in range(3):
        audit.record(SOMEBODY, "file.downloaded", conversation=found.pk, target=f"row-{number}")
    audit.record(audit.Actor(audit.OPERATOR, None, "root"), "privacy.erased", target="contact:7", detail={"a": 1})
    page = api.get("audit?who=meera&limit=2").json()
    assert [one["target"] for one in page["results"]] == ["row-2", "row-1"]
    (rest,) = api.get(page["next"].split("/api/v1/")[1]).json()["results"]
    assert (rest["target"], rest["kind"], rest["address"]) == ("row-0", "person", "203.0.113.9")
    for query, number in {
        "action=privacy.erased": 1,
        f"conversation={found.pk}": 3,
        "since=2099-01-01": 0,
        "until=2020-01-01": 0,
        "who=root&action=file.downloaded": 0,
    }.items():
        assert len(api.get(f"audit?{query}").json()["results"]) == number, query
    for query in ("conversation=x", "since=yesterday"):
        assert api.get(f"audit?{query}").status_code == 422
    assert AuditEntry.objects.filter(who="CRM", action="audit.viewed").count() == 9


def test_the_audit_list_cannot_be_changed_nor_read_without_its_scope(api: Api, with_scopes: Callable[..., Api]) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert api.call(method, "audit", {}).status_code == 403
    assert with_scopes("conversations:read", "people:manage").get("audit").status_code == 403


@pytest.mark.parametrize(
    "path",
    ["conversations?q=a%00b", "conversations?agent=%00", "queue?words=a%00b", "contacts?q=%00", "agents/%00",
     "audit?who=%00", "canned-replies/gu/%00", "people/%00"],
)  # fmt: skip
def test_nul_is_a_bad_request_on_every_database(api: Api, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
