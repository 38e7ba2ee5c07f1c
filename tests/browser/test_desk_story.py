"""An agent answers and ends, in a real browser on both sides: undo, ready words, files, notes, coming back, keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, StorageState, expect

from bot.page_texts import area_texts
from tests.browser.chat import DESK
from tests.browser.conftest import AGENT_NAME, Open
from tests.browser.packages import read_package_file
from tests.browser.site import ROOT, Site
from tests.browser.test_access import AXE, RUN_AXE
from tests.browser.test_desk import ask_for_person, reply, take

pytestmark = pytest.mark.browser

STORY = area_texts("desk_story", "en")
HELLO = f"Hello, this is {AGENT_NAME} from Tulsi & Thread. Let me take a look."
PICTURE = next((ROOT / "docs" / "pictures").glob("*.png"))


def take_waiting(site: Site, desk: Page, case: str) -> None:
    desk.goto(f"{site.url}/desk/?show=waiting")
    take(desk, case)


def test_undo_ready_words_a_picture_and_a_note_that_stays_here(site: Site, open_shop: Open, desk: Page) -> None:
    chat = ask_for_person(open_shop, "ready")
    take_waiting(site, desk, "ready")
    box = desk.get_by_label(DESK["conversation.reply"])
    box.fill("not this, pleese")
    box.press("Enter")
    desk.get_by_role("button", name=STORY["undo.button"]).click()
    expect(box).to_have_value("not this, pleese")
    # A ready reply takes the place of the whole line; a second Enter sends it.
    box.fill("")
    box.press_sequentially("/hel")
    expect(desk.get_by_role("option", name="/hello")).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    expect(box).to_have_value(HELLO)
    desk.locator("[name=files]").set_input_files(PICTURE)
    expect(desk.locator(".attached")).to_contain_text(PICTURE.name)
    box.press("Enter")
    expect(desk.locator(".attached")).to_be_hidden()
    expect(chat.said(HELLO)).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("n")
    desk.keyboard.type("paid twice, between us")
    desk.get_by_role("button", name=STORY["note.keep"]).click()
    expect(desk.locator(".said.note", has_text="between us")).to_be_visible()
    reply(desk, "after the note")
    for _ in range(2):
        expect(chat.said("after the note")).to_be_visible()
        expect(chat.frame.locator("img.picture")).to_have_js_property("complete", True)
        assert chat.frame.locator("img.picture").evaluate("one => one.naturalWidth") > 0
        seen = chat.frame.locator("body").inner_text()
        assert "between us" not in seen
        assert "pleese" not in seen
        chat.page.reload()
    close(desk)


def close(desk: Page) -> None:
    """Leaves nothing in the list for the tests after this one."""
    desk.get_by_role("button", name=STORY["resolve.more"], exact=True).click()
    desk.get_by_role("button", name=DESK["conversation.close"], exact=True).click()
    expect(desk.locator("#panel")).to_contain_text(DESK["conversation.closed_note"])


def test_resolved_by_key_and_back_with_the_same_agent(site: Site, open_shop: Open, desk: Page) -> None:
    chat = ask_for_person(open_shop, "resolved")
    take_waiting(site, desk, "resolved")
    desk.get_by_label(DESK["conversation.reply"]).press("Escape")
    desk.keyboard.press("Shift+E")
    expect(desk.locator("#panel")).to_contain_text(DESK["conversation.closed_note"])
    expect(chat.frame.locator(".notice").last).to_contain_text("Thank you for writing to us")
    chat.say("one more thing")
    expect(desk.get_by_label(DESK["conversation.reply"])).to_be_visible()
    expect(desk.locator("#story")).to_contain_text("one more thing")
    expect(chat.frame.locator(".banner.agent")).to_contain_text(AGENT_NAME)
    desk.get_by_label(DESK["conversation.reply"]).press("Escape")
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name=STORY["keys.title"])).to_be_visible()
    desk.keyboard.press("Escape")
    close(desk)


@pytest.mark.parametrize("language", ["gu"])
def test_axe_finds_nothing_on_the_story(
    site: Site,
    contexts: Callable[..., BrowserContext],
    agent_state: StorageState,
    open_shop: Open,
    tmp_path_factory: pytest.TempPathFactory,
    language: str,
) -> None:
    script = read_package_file(tmp_path_factory.mktemp("npm"), *AXE)
    context = contexts(state=agent_state, language=language)
    context.add_init_script(script)
    page = context.new_page()
    ask_for_person(open_shop, f"axe {language}")
    page.goto(f"{site.url}/desk/?show=waiting&lang={language}")
    page.locator(".row", has_text=f"axe {language}").click()
    page.get_by_role("button", name=area_texts("desk", language)["conversation.take"]).click()
    box = page.get_by_label(area_texts("desk", language)["conversation.reply"])
    box.press("/")
    expect(page.locator("#canned [role=option]").first).to_be_visible()
    assert page.evaluate(RUN_AXE) == []
    box.fill("")
    page.locator(".thought summary").first.click()
    page.locator(".note-fold summary").click()
    page.locator(".snooze summary").click()
    assert page.evaluate(RUN_AXE) == []
    page.keyboard.press("Escape")
    page.locator("[data-keys]").click()
    assert page.evaluate(RUN_AXE) == []
    page.keyboard.press("Escape")
    page.locator(".more-acts summary").click()
    assert page.evaluate(RUN_AXE) == []
    page.locator(".talk-acts form[action$=close] button").click()
    page.locator(".talk-acts form[action$=close]").wait_for(state="detached")
    page.goto(f"{site.url}/desk/canned")
    assert page.evaluate(RUN_AXE) == []
