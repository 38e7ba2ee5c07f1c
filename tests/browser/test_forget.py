"""A customer asks the chat to forget them: asked back once, then gone from every page of the browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.chat import WIDGET, Chat
from tests.browser.conftest import Open
from tests.browser.site import Site

pytestmark = pytest.mark.browser

DONE = re.compile(
    re.escape(WIDGET["forget.done"]).replace(r"\{day\}", ".+").replace(r"\{number\}", r"P\u2060-\u2060\d+")
)


def ask_to_forget(chat: Chat) -> None:
    chat.button(WIDGET["menu"]).click()
    chat.button(WIDGET["forget.offer"]).click()
    expect(chat.frame.get_by_role("dialog", name=WIDGET["forget.title"])).to_be_visible()


def test_forgotten_conversation_is_gone_here_and_the_next_is_another(open_shop: Open, site: Site) -> None:
    page = open_shop()
    chat = Chat(page).open()
    chat.say("to be forgotten")
    expect(chat.said("about: to be forgotten")).to_be_visible()
    before = site.rasa.app.ran[-1][0]
    ask_to_forget(chat)
    chat.button(WIDGET["forget.sure"]).click()
    expect(chat.frame.get_by_text(DONE)).to_be_visible()
    expect(chat.frame.locator(".bubble")).to_have_count(0)
    expect(chat.frame.locator(".hello")).to_be_visible()
    chat.say("a new beginning")
    expect(chat.said("about: a new beginning")).to_be_visible()
    assert site.rasa.app.ran[-1][0] != before
    page.reload()
    expect(chat.said("about: a new beginning")).to_be_visible()
    expect(chat.said("to be forgotten")).to_have_count(0)


def test_other_pages_of_the_browser_forget_too(open_shop: Open, site: Site) -> None:
    page = open_shop()
    chat = Chat(page).open()
    chat.say("in two pages")
    expect(chat.said("about: in two pages")).to_be_visible()
    other = page.context.new_page()
    other.goto(site.url)
    second = Chat(other).open()
    expect(second.said("about: in two pages")).to_be_visible()
    ask_to_forget(chat)
    chat.button(WIDGET["forget.sure"]).click()
    expect(second.frame.locator(".hello")).to_be_visible()
    expect(second.frame.locator(".bubble")).to_have_count(0)
    second.say("both together again")
    expect(chat.said("about: both together again")).to_be_visible()


def test_kept_after_all_nothing_changes(open_shop: Open) -> None:
    page = open_shop()
    chat = Chat(page).open()
    chat.say("to be kept")
    expect(chat.said("about: to be kept")).to_be_visible()
    ask_to_forget(chat)
    expect(chat.button(WIDGET["forget.keep"])).to_be_focused()
    page.keyboard.press("Escape")
    expect(chat.frame.get_by_role("dialog")).to_have_count(0)
    expect(chat.said("to be kept")).to_be_visible()


def test_nothing_is_let_go_while_the_gateway_is_away(open_shop: Open, site: Site) -> None:
    chat = Chat(open_shop()).open()
    chat.say("still here")
    expect(chat.said("about: still here")).to_be_visible()
    site.stop()
    try:
        ask_to_forget(chat)
        chat.button(WIDGET["forget.sure"]).click()
        expect(chat.said("about: still here")).to_be_visible()
    finally:
        site.start()
    chat.say("and after")
    expect(chat.said("about: and after")).to_be_visible(timeout=20_000)
