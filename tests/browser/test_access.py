"""The chat for people who use a keyboard, a screen reader or their own colours; axe-core looks for what we forget."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.page_texts import area_texts
from tests.browser.chat import WIDGET, Chat
from tests.browser.conftest import Open
from tests.browser.packages import read_package_file
from tests.browser.site import Site

pytestmark = pytest.mark.browser

AXE = ("axe-core", "4.14.1", "axe.min.js")
RUN_AXE = """async () => (await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}))
  .violations.map((one) => [one.id, one.nodes.map((node) => `${node.target} ${node.any.map((any) => any.message)}`)])"""  # noqa: E501

# What is added to the log itself, as a live region is read.
LISTEN = """
(log) => {
  window.heard = [];
  const hear = (node) => node.innerText && heard.push(node.innerText);
  new MutationObserver((all) => all.forEach((one) => one.addedNodes.forEach(hear))).observe(log, { childList: true });
}
"""


STARS = ("★★★★★ Excellent", "★☆☆☆☆ Poor")
# As if the server had sent it; who asks in life is an agent (test_ratings).
SHOW_STARS = """(buttons) => document.querySelector("seva-chat").talk.take(
  {id: 1e9, author: "system", text: "How was it?", ts: new Date().toISOString(), buttons})"""


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    return read_package_file(tmp_path_factory.mktemp("npm"), *AXE)


@pytest.mark.parametrize("language", ["en", "gu", "ta"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("colour", ["", "#f5c518"], ids=["own", "yellow"])
def test_axe_finds_nothing(
    axe: str, site: Site, contexts: Callable[..., BrowserContext], language: str, dark: bool, colour: str
) -> None:
    words = area_texts("widget", language)
    context = contexts(language=language, dark=dark)
    # The page's policy lets no script in; a test's own comes by the browser, not by the page.
    context.add_init_script(axe)
    page = context.new_page()
    page.goto(f"{site.url}/chat/?language={language}&colour={colour.replace('#', '%23')}")
    page.locator(".hello").wait_for()
    assert page.evaluate(RUN_AXE) == []
    say(page, "buttons and cards please")
    page.get_by_role("button", name="Refund time").wait_for()
    say(page, "I need a person")
    page.locator(".banner.waiting").wait_for()
    say(page, "two of them")
    page.evaluate(SHOW_STARS, [{"id": f"b_{title}", "title": title, "kind": "rating"} for title in STARS])
    page.locator(".star").first.focus()
    assert page.evaluate(RUN_AXE) == []
    page.get_by_role("button", name=words["menu"]).click()
    assert page.evaluate(RUN_AXE) == []
    page.get_by_role("button", name=words["forget.offer"]).click()
    assert page.evaluate(RUN_AXE) == []


def say(page: Page, text: str) -> None:
    page.locator("#field").fill(text)
    page.locator("#field").press("Enter")


def test_focus_goes_through_the_window_in_the_order_of_the_eyes(open_shop: Open) -> None:
    page = open_shop()
    chat = Chat(page).open()
    chat.say("buttons please")
    chat.button("Yes, it helped").wait_for()
    chat.frame.locator("select").focus()
    order = []
    for _ in range(8):
        order.append(
            chat.frame.locator(":focus").evaluate(
                "one => one.getAttribute('aria-label') || one.id || one.innerText.trim()"
            )
        )
        page.keyboard.press("Tab")
    assert order[1:4] == [WIDGET["menu"], WIDGET["close"], WIDGET["log"]]
    assert order[4:8] == ["Refund time", "Yes, it helped", WIDGET["attach"], WIDGET["input_label"]]


def test_menu_folds_by_escape_and_the_chat_stays_open(open_shop: Open) -> None:
    page = open_shop()
    chat = Chat(page).open()
    menu = chat.button(WIDGET["menu"])
    menu.focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).to_have_attribute("aria-expanded", "false")
    expect(menu).to_be_focused()
    expect(chat.field).to_be_visible()


def test_screen_reader_hears_answers_once_and_who_speaks(open_shop: Open) -> None:
    chat = Chat(open_shop()).open()
    chat.say("to be heard")
    expect(chat.said("about: to be heard")).to_be_visible()
    assert chat.log.get_attribute("aria-live") == "polite"
    chat.log.evaluate(LISTEN)
    chat.say("heard again")
    expect(chat.said("about: heard again")).to_be_visible()
    heard = "\n".join(chat.log.evaluate("() => heard"))
    assert heard.count("about: heard again") == 1
    assert WIDGET["assistant"] in heard
