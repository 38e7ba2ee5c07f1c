"""The chat over bad lines: no web sockets, a gateway that is killed, a line that is cut again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.chat import Chat
from tests.browser.conftest import Open
from tests.browser.proxy import RefusingProxy
from tests.browser.site import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def proxy(site: Site) -> Iterator[RefusingProxy]:
    proxy = RefusingProxy(site.port)
    proxy.start()
    yield proxy
    proxy.stop()


def test_chat_works_behind_a_proxy_that_blocks_web_sockets(
    proxy: RefusingProxy, site: Site, contexts: Callable[..., BrowserContext], watch: Callable[[Page], Page]
) -> None:
    page = watch(contexts(proxy=proxy.url).new_page())
    page.goto(site.url)
    chat = Chat(page).open()
    for number in range(3):
        chat.say(f"polled {number}")
        expect(chat.said(f"about: polled {number}")).to_be_visible()
    assert proxy.refused
    assert proxy.passed
    page.reload()
    chat.say("polled after the reload")
    expect(chat.said("about: polled after the reload")).to_be_visible()
    expect(chat.said("about: polled 0")).to_have_count(1)


def test_killed_gateway_loses_and_doubles_nothing(open_shop: Open, site: Site) -> None:
    chat = Chat(open_shop()).open()
    chat.say("before the kill")
    expect(chat.said("about: before the kill")).to_be_visible()
    site.rasa.app.delay_s = 1.0
    try:
        chat.say("during the kill")
        expect(chat.frame.locator(".typing")).to_be_visible()
        site.kill()
        chat.say("after the kill")
        site.start()
        expect(chat.said("about: after the kill")).to_be_visible(timeout=60_000)
    finally:
        site.rasa.app.delay_s = 0.0
    expect(chat.frame.locator(".mine .bubble")).to_have_text(["before the kill", "during the kill", "after the kill"])
    for words in ("before", "during", "after"):
        expect(chat.said(f"about: {words} the kill")).to_have_count(1)
    ran = [said for _, _, said in site.rasa.app.ran]
    assert [ran.count(f"{words} the kill") for words in ("before", "during", "after")] == [1, 1, 1]


def test_line_that_breaks_in_the_middle_of_a_burst_keeps_the_order(open_shop: Open) -> None:
    page = open_shop()
    chat = Chat(page).open()
    chat.say("line 0")
    expect(chat.said("about: line 0")).to_be_visible()
    for number in range(1, 6):
        chat.say(f"line {number}")
        page.context.set_offline(number % 2 == 1)
    page.context.set_offline(False)
    expect(chat.frame.locator(".mine:has(.foot:is(.sending, .sent))")).to_have_count(0, timeout=30_000)
    expect(chat.frame.locator(".mine .bubble")).to_have_text([f"line {number}" for number in range(6)])
