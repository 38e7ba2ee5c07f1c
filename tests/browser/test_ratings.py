"""Stars in a real browser: given by keyboard and by touch, said to screen readers, seen at the desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from bot.language.texts import say
from tests.browser.chat import DESK, WIDGET, Chat
from tests.browser.conftest import AGENT_NAME, DESKTOP, PHONE, Open
from tests.browser.packages import read_package_file
from tests.browser.site import Site
from tests.browser.test_access import AXE, RUN_AXE
from tests.browser.test_desk import ASKED, take

pytestmark = pytest.mark.browser


def resolve(site: Site, desk: Page, case: str) -> None:
    """The agent takes the customer who said `case`, and calls it solved."""
    desk.goto(f"{site.url}/desk/?show=waiting")
    take(desk, case)
    desk.get_by_label(DESK["conversation.reply"]).press("Escape")
    desk.keyboard.press("Shift+E")
    expect(desk.locator("#panel")).to_contain_text(DESK["conversation.closed_note"])


def test_stars_then_words_and_the_desk_shows_both(
    site: Site, open_shop: Open, desk: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    customer = open_shop()
    chat = Chat(customer).open()
    chat.say(ASKED.format("rate me"))
    expect(chat.frame.locator(".banner.waiting")).to_be_visible()
    resolve(site, desk, "rate me")
    stars = chat.frame.get_by_role("group", name=WIDGET["rating.title"]).get_by_role("button")
    expect(stars).to_have_count(5)
    expect(chat.frame.locator(".notice").last).to_contain_text(say("system.rating.ask", "en", name=AGENT_NAME))
    heard = [str(stars.nth(place).get_attribute("aria-label")).partition(":")[0] for place in range(5)]
    assert heard == [WIDGET["rating.stars"].format(count=count) for count in range(1, 6)]
    frame = next(one for one in customer.frames if "/chat/" in one.url)
    # A test's own script comes by the browser, where the page's policy has no say.
    frame.evaluate(read_package_file(tmp_path_factory.mktemp("npm"), *AXE))
    for size in DESKTOP["viewport"], PHONE["viewport"]:
        customer.set_viewport_size(size)
        assert frame.evaluate(RUN_AXE) == []
        assert frame.evaluate(
            "document.querySelector('#log').scrollWidth <= document.querySelector('#log').clientWidth"
        )
        box = stars.last.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
    stars.nth(3).focus()
    customer.keyboard.press("Enter")
    expect(chat.frame.locator(".notice").last).to_contain_text(say("system.rating.thanks", "en", stars=4))
    expect(chat.frame.locator(".banner.closed")).to_be_visible()
    expect(chat.frame.locator(".mine").last).to_contain_text(WIDGET["rating.stars"].format(count=4))
    chat.button(say("system.rating.add", "en")).click()
    expect(chat.frame.get_by_text(say("system.rating.words", "en"))).to_be_visible()
    chat.say("so patient")
    expect(chat.frame.get_by_text(say("system.rating.added", "en"))).to_be_visible()
    customer.reload()
    chat.open()
    expect(chat.frame.locator(".mine", has_text="★★★★☆")).to_have_count(1)
    desk.reload()
    expect(desk.locator("#card")).to_contain_text("★★★★☆")
    expect(desk.locator("#card")).to_contain_text("“so patient”")
