"""The audit list: every look at personal data and every change, by whom, when, from where; nothing leaves it early."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bot.accounts import audit
from bot.accounts.models import AuditEntry
from bot.conversations import handoffs
from bot.conversations.models import Attachment
from bot.conversations.states import FileState, State
from bot.page_texts import area_texts
from tests.bot.accounts.conftest import Browser
from tests.bot.desk.conftest import Make

pytestmark = pytest.mark.django_db
SOMEBODY = audit.Actor(audit.PERSON, 1, "meera", "203.0.113.9")
WORDS = area_texts("desk_access", "en")


def seen(who: str = "agent") -> list[tuple[str, str]]:
    found = AuditEntry.objects.filter(who=who).exclude(action="account.signed_in").order_by("id")
    return list(found.values_list("action", "conversation"))


def test_what_an_agent_sees_and_does(browser: Browser, make: Make) -> None:
    agent, found = browser("agent"), make("secret words")
    file = Attachment.objects.create(message=found.messages.get(), kind="image", state=FileState.WAITING)
    page = f"/desk/c/{found.pk}"
    agent.get("/desk/")
    agent.get(page)
    agent.get(f"/desk/files/{file.pk}")
    agent.post(f"{page}/take")
    agent.post(f"{page}/reply", {"text": "also secret", "key": "k"})
    agent.post(f"{page}/reply", {"text": "also secret", "key": "k"})
    agent.post(f"{page}/typing")
    agent.post(f"{page}/close")
    own = str(found.pk)
    assert seen() == [
        ("list.viewed", ""),
        ("conversation.viewed", own),
        ("file.downloaded", ""),
        ("conversation.taken", own),
        ("message.sent", own),
        ("conversation.closed", own),
    ]
    assert AuditEntry.objects.get(action="file.downloaded").target == str(file.pk)
    assert set(AuditEntry.objects.values_list("address", flat=True)) == {"127.0.0.1"}
    assert "secret" not in str(list(AuditEntry.objects.values()))


def test_a_page_that_keeps_itself_up_to_date_is_one_view(browser: Browser, make: Make) -> None:
    agent, found = browser("agent"), make()
    for _ in range(3):
        agent.get("/desk/list")
        agent.get(f"/desk/c/{found.pk}/story")
    assert seen() == [("list.viewed", ""), ("conversation.viewed", str(found.pk))]
    agent.get(f"/desk/c/{found.pk}")
    assert len(seen()) == 3


def test_every_search_is_written_down_without_its_words(browser: Browser) -> None:
    agent = browser("agent")
    agent.get("/desk/?words=anita@example.org")
    agent.get("/desk/list?words=anita@example.org")
    assert seen() == [("conversations.searched", "")] * 2
    assert "anita" not in str(list(AuditEntry.objects.values()))


def test_a_refused_change_and_the_assistants_own_are_no_change_of_a_person(
    browser: Browser, make: Make, staff: dict[str, User]
) -> None:
    taken = make(state=State.AGENT, agent=staff["lead"])
    browser("agent").post(f"/desk/c/{taken.pk}/close")
    handoffs.close(make(state=State.BOT).pk)
    assert seen() == []


def test_who_is_refused_at_the_gate_saw_nothing(browser: Browser, make: Make) -> None:
    Client().get(f"/desk/c/{make().pk}")
    browser("agent").get("/desk/settings/audit")
    assert seen() == []


def test_rows_are_added_and_nothing_else() -> None:
    row = audit.record(SOMEBODY, "conversation.viewed")
    row.who = "somebody else"
    for change in (row.save, row.delete, AuditEntry.objects.all().delete, lambda: AuditEntry.objects.update(who="x")):
        with pytest.raises(TypeError):
            change()
    assert AuditEntry.objects.get().who == "meera"


def test_old_rows_leave_after_the_time_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for days in (364, 366):
        AuditEntry.objects.create(at=timezone.now() - timedelta(days=days), kind="person", who="meera", action="x")
    assert audit.forget_old() == 1
    assert AuditEntry.objects.count() == 1


def test_leads_read_it_with_filters(browser: Browser, make: Make) -> None:
    found = make()
    browser("agent").get(f"/desk/c/{found.pk}")
    audit.record(audit.Actor(audit.OPERATOR, None, "root"), "privacy.erased", target="contact:7")
    lead = browser("lead")
    page = html.unescape(lead.get("/desk/settings/audit").content.decode())
    assert page.index(WORDS["action.privacy.erased"]) > 0
    assert "contact:7" in page
    for query, there in {
        "who=AGENT": True,
        "who=root": False,
        "action=conversation.viewed": True,
        f"conversation={found.pk}": True,
        "conversation=nonsense": False,
        "since=2099-01-01": False,
        "until=2020-01-01": False,
        "since=nonsense&before=x": True,
    }.items():
        shown = lead.get(f"/desk/settings/audit?{query}").content.decode()
        assert (f"?conversation={found.pk}" in shown) is there, query


def test_older_entries_are_a_page_further(browser: Browser) -> None:
    for number in range(150):
        audit.record(SOMEBODY, "conversation.viewed", target=f"row-{number:03}")
    lead = browser("lead")
    first = lead.get("/desk/settings/audit?who=meera").content.decode()
    assert ("row-149" in first, "row-049" in first) == (True, False)
    older = first.split('class="outline" href="')[1].split('"')[0].replace("&amp;", "&")
    second = lead.get(f"/desk/settings/audit{older}").content.decode()
    assert ("row-149" in second, "row-049" in second, "row-000" in second) == (False, True, True)


def test_accounts_are_named_and_roles_are_told(browser: Browser, staff: dict[str, User]) -> None:
    browser("admin").post(f"/desk/settings/people/{staff['agent'].pk}", {"do": "role", "role": "lead"})
    shown = browser("lead").get("/desk/settings/audit?action=account.role_changed").content.decode()
    assert "agent · from: agent · to: lead" in shown
