"""A matter that a person solves, in a real browser: words arrive and are seen, stars and words say how it was."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.language.texts import say
from tests.browser.chat import DESK, WIDGET, Chat
from tests.browser.conftest import AGENT_NAME, DESKTOP, PHONE, Open
from tests.browser.site import Site
from tests.browser.test_desk import ASKED, take

pytestmark = pytest.mark.browser


def resolve(site: Site, desk: Page, case: str) -> None:
    """The agent takes the customer who said `case`, and calls it solved."""
    desk.goto(f"{site.url}/desk/?show=waiting")
    take(desk, case)
    desk.get_by_label(DESK["conversation.reply"]).press("Escape")
    desk.keyboard.press("Shift+E")
    expect(desk.locator("#panel")).to_contain_text(DESK["conversation.closed_note"])


def check_question(customer: Page, chat: Chat) -> Locator:
    """The question says who helped, and its five stars have names, room for a thumb, and places at both widths."""
    stars = chat.frame.get_by_role("group", name=WIDGET["rating.title"]).get_by_role("button")
    expect(stars).to_have_count(5)
    expect(chat.frame.locator(".notice").last).to_contain_text(say("system.rating.ask", "en", name=AGENT_NAME))
    heard = [str(stars.nth(place).get_attribute("aria-label")).partition(":")[0] for place in range(5)]
    assert heard == [WIDGET["rating.stars"].format(count=count) for count in range(1, 6)]
    frame = next(one for one in customer.frames if "/chat/" in one.url)
    for size in DESKTOP["viewport"], PHONE["viewport"]:
        customer.set_viewport_size(size)
        assert frame.evaluate(
            "document.querySelector('#log').scrollWidth <= document.querySelector('#log').clientWidth"
        )
        box = stars.last.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
    return stars


def test_words_are_seen_then_stars_are_given_and_the_desk_shows_them(site: Site, open_shop: Open, desk: Page) -> None:
    customer = open_shop()
    chat = Chat(customer).open()
    chat.say(ASKED.format("rate me"))
    expect(chat.frame.locator(".banner.waiting")).to_be_visible()
    chat.say("is anybody there? rate me")
    mark = chat.frame.locator(".mine .mark").last
    expect(mark).to_have_attribute("title", WIDGET["status.delivered"])
    place = mark.bounding_box()
    resolve(site, desk, "rate me")
    # No agent has answered: they have seen it.
    expect(mark).to_have_attribute("title", WIDGET["status.read"])
    expect(chat.frame.locator(".mine .foot .sr").last).to_have_text(WIDGET["status.read"])
    seen = mark.bounding_box()
    assert place
    assert seen
    assert [place[key] - seen[key] for key in ("x", "width", "height")] == [0, 0, 0]
    stars = check_question(customer, chat)
    stars.nth(3).focus()
    customer.keyboard.press("Enter")
    expect(chat.frame.locator(".notice").last).to_contain_text(say("system.rating.thanks", "en", stars=4))
    expect(chat.frame.locator(".banner.closed")).to_be_visible()
    expect(chat.frame.locator(".mine").last).to_contain_text(WIDGET["rating.stars"].format(count=4))
    chat.button(say("system.rating.add", "en")).click()
    expect(chat.frame.get_by_text(say("system.rating.words", "en"))).to_be_visible()
    chat.say("so patient")
    expect(chat.frame.get_by_text(say("system.rating.added", "en"))).to_be_visible()
    expect(chat.frame.locator(".banner.closed")).to_be_visible()
    customer.reload()
    chat.open()
    expect(chat.frame.locator(".mine", has_text="★★★★☆")).to_have_count(1)
    expect(chat.frame.locator(".mine .mark").first).to_have_attribute("title", WIDGET["status.read"])
    expect(desk.locator("#card")).to_contain_text("★★★★☆")
    expect(desk.locator("#card")).to_contain_text("“so patient”")
