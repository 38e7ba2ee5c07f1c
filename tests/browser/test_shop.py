"""The demo shop's pages in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.chat import SHOP, Chat
from tests.browser.conftest import Open
from tests.browser.site import Site

pytestmark = pytest.mark.browser


def test_shop_works_without_javascript(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en-IN")
    page = context.new_page()
    page.goto(site.url)
    page.get_by_role("link", name="Copper Water Bottle").click()
    expect(page.get_by_role("heading", name="Copper Water Bottle")).to_be_visible()
    expect(page.get_by_text("₹699").first).to_be_visible()
    # What only JavaScript can do is not offered.
    expect(page.get_by_role("button", name=SHOP["ask_about"])).to_have_count(0)
    context.close()


def test_product_page_opens_the_chat_about_it(open_shop: Open, site: Site) -> None:
    page = open_shop("/products/copper-bottle")
    page.get_by_role("button", name=SHOP["ask_about"]).click()
    chat = Chat(page)
    chat.say("is it in stock")
    expect(chat.said("about: is it in stock")).to_be_visible()
    assert site.rasa.app.asked[-1]["context"]["page_product"] == "copper-bottle"


def test_pictures_load(open_shop: Open) -> None:
    page = open_shop()
    pictures = page.locator(".tile img")
    expect(pictures).to_have_count(12)
    pictures.last.scroll_into_view_if_needed()
    # The page's rules forbid `eval`, by which the browser would wait for an expression.
    expect(pictures.last).to_have_js_property("complete", True)
    assert pictures.last.evaluate("picture => picture.naturalWidth") > 0


def test_other_sites_may_not_frame_the_chat(site: Site, contexts: Callable[..., BrowserContext]) -> None:
    page = contexts().new_page()
    refused = re.compile("^chrome-error:")
    with page.expect_event("framenavigated", lambda frame: bool(refused.match(frame.url))):
        page.set_content(f'<iframe src="{site.url}/chat/"></iframe>')
