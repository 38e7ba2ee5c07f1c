"""The queue in real browsers: live within a second, two agents who want the same, one who is gone, and at night."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, StorageState, expect

from bot.page_texts import area_texts
from tests.browser.chat import DESK, Chat
from tests.browser.conftest import AGENT_NAME, Open
from tests.browser.site import Site
from tests.browser.test_desk import ASKED, ask_for_person, open_case, reply

pytestmark = pytest.mark.browser

QUEUE = area_texts("desk_queue", "en")
OTHER_NAME = "Ravi Shah"
HIRE = """
import django
django.setup()
from benchmarks.desk_rows import sign_in
from django.contrib.auth.models import User
print(sign_in(User.objects.create_user("ravi", first_name="Ravi", last_name="Shah", is_staff=True)))
"""
# The hour at which it is three at night in the zone.
NIGHT_HOUR = 3


@pytest.fixture(scope="module")
def other_state(site: Site) -> StorageState:
    """A second agent's cookies."""
    key = site.run("-c", HIRE).split()[-1]
    cookie = {"name": "sessionid", "value": key, "domain": "127.0.0.1", "path": "/"}
    return {"cookies": [cookie], "origins": []}


@pytest.fixture
def open_desk(
    site: Site, contexts: Callable[..., BrowserContext], watch: Callable[[Page], Page]
) -> Callable[[StorageState], Page]:
    """Opens the desk of whoever the cookies belong to."""

    def opened(state: StorageState) -> Page:
        page = watch(contexts(state=state).new_page())
        page.goto(site.url + "/desk/?show=waiting")
        return page

    return opened


@pytest.fixture
def night(site: Site, tmp_path: Path) -> Iterator[Site]:
    """Another gateway with the same accounts, where it is the middle of the night."""
    with (
        closing(sqlite3.connect(site.data_dir / "seva.db")) as ours,
        closing(sqlite3.connect(tmp_path / "seva.db")) as its,
    ):
        ours.backup(its)
    # POSIX names zones by what has to be added to get to UTC.
    behind = (datetime.now(UTC).hour - NIGHT_HOUR + 12) % 24 - 12
    built = Site(tmp_path, site.rasa, settings={"SHOP_TIMEZONE": f"Etc/GMT{behind:+d}"})
    built.start()
    yield built
    built.stop()


def test_the_queue_is_live_and_leaves_the_agent_in_peace(open_shop: Open, desk: Page) -> None:
    desk.goto(desk.url.split("?")[0] + "?show=waiting")
    chat = ask_for_person(open_shop, "live one")
    row = desk.locator(".row", has_text="live one")
    expect(row).to_be_visible(timeout=1000)
    assert desk.title().startswith("(")
    desk.get_by_role("button", name=QUEUE["alerts.start"]).click()
    row.focus()
    ask_for_person(open_shop, "live two")
    expect(desk.locator(".row", has_text="live two")).to_be_visible(timeout=1000)
    expect(row).to_be_focused()
    chat.say("and in a hurry")
    expect(desk.locator(".row", has_text="and in a hurry")).to_be_visible(timeout=1000)
    search = desk.get_by_role("searchbox", name=QUEUE["find.label"])
    search.fill("live two")
    expect(desk.locator(".row")).to_have_count(1)
    expect(search).to_be_focused()
    search.fill("nobody ever said this")
    expect(desk.locator("#list-none")).to_have_text(QUEUE["none.found"])
    desk.locator("#tab-waiting").click()
    expect(desk.locator(".row", has_text="live two")).to_be_visible()
    expect(search).to_have_value("")
    desk.reload()
    expect(desk.get_by_role("button", name=QUEUE["alerts.stop"])).to_be_visible()


def test_two_agents_want_the_same_and_pass_it_on(
    open_shop: Open,
    site: Site,
    agent_state: StorageState,
    other_state: StorageState,
    open_desk: Callable[[StorageState], Page],
) -> None:
    chat = ask_for_person(open_shop, "race")
    desks = {AGENT_NAME: open_desk(agent_state), OTHER_NAME: open_desk(other_state)}
    for page in desks.values():
        open_case(page, "race")
    for name, page in desks.items():
        [colleague] = set(desks) - {name}
        expect(page.locator("#others")).to_contain_text(colleague)
    button = "form[action$='/take'] button"
    for page in desks.values():
        page.locator(button).evaluate("button => setTimeout(() => button.click(), 200)")
    banner = chat.frame.locator(".banner.agent")
    expect(banner).to_be_visible()
    winner = next(name for name in desks if name in banner.inner_text())
    [loser] = set(desks) - {winner}
    expect(desks[loser].locator("#panel")).to_contain_text(f"with {winner}", ignore_case=True)
    expect(desks[loser].get_by_label(DESK["conversation.reply"])).to_have_count(0)
    desks[winner].get_by_label(DESK["conversation.reply"]).press_sequentially("I")
    expect(desks[loser].locator("#others")).to_contain_text(QUEUE["others.writing"].replace("{names}", winner))
    desks[winner].get_by_role("link", name=QUEUE["transfer.title"]).click()
    form = desks[winner].get_by_role("form", name=QUEUE["transfer.title"])
    form.get_by_label(QUEUE["transfer.to"]).select_option(label=f"{loser} · {QUEUE['presence.available']}")
    form.get_by_label(QUEUE["transfer.note"]).fill("yours, please be quick")
    form.get_by_role("button", name=QUEUE["transfer.go"]).click()
    expect(banner).to_contain_text(loser)
    expect(desks[loser].locator("#story")).to_contain_text("yours, please be quick")
    reply(desks[loser], "here I am")
    expect(chat.said("here I am")).to_be_visible()
    chat.say("are you still there?")
    leave(desks[loser], site)
    row = desks[winner].locator(".row", has_text="are you still there?")
    expect(row).to_contain_text(QUEUE["back.gone"], timeout=10_000)
    expect(chat.frame.locator(".banner.waiting")).to_be_visible()
    assert "be quick" not in chat.log.inner_text()


def leave(page: Page, site: Site) -> None:
    """Closes the page, longer ago than an agent may be gone."""
    page.close()
    with closing(sqlite3.connect(site.data_dir / "seva.db", timeout=10)) as rows, rows:
        rows.execute(
            "UPDATE desk_agentprofile SET seen_at = '2026-01-01', excused_at = NULL WHERE user_id IN"
            " (SELECT agent_id FROM conversations_conversation WHERE state = 'agent' AND agent_id NOT NULL)"
        )


def test_at_night_the_customer_knows_when_and_the_desk_says_so(
    night: Site, contexts: Callable[..., BrowserContext], agent_state: StorageState
) -> None:
    page = contexts().new_page()
    page.goto(night.url)
    chat = Chat(page).open()
    chat.say(ASKED.format("night"))
    expect(chat.log).to_contain_text("Our team is away right now")
    chat.say("I'll write it down here then")
    desk = contexts(state=agent_state).new_page()
    desk.goto(night.url + "/desk/?show=waiting")
    expect(desk.locator("#list-hours")).to_contain_text("Outside opening hours")
    row = desk.locator(".row", has_text="write it down")
    expect(row).to_contain_text(QUEUE["due"].partition("{")[0])
    row.click()
    expect(desk.locator("#story")).to_contain_text("I'll write it down here then")
