"""The widget as a guest: on somebody's page, in their colours, without moving, delaying or breaking anything there."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.chat import WIDGET, Chat
from tests.browser.conftest import Open
from tests.browser.site import Site

pytestmark = pytest.mark.browser

SIZE_MAX_BYTES = 60_000
# A host's page with a layout of its own: a grid, whose gaps any additional element would widen.
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Somebody's page</title>
<style>body {{ display: grid; gap: 40px; margin: 0 }} main {{ height: 300px; background: #eee }}</style>
<script>
window.shifts = 0;
new PerformanceObserver((list) => list.getEntries().forEach((one) => (shifts += one.value))).observe({{type: "layout-shift", buffered: true}});
</script>{head}<body><main id="main">Words of the page</main>{body}</body></html>
"""  # noqa: E501
BLUE = "#123a8c"
YELLOW = "#f5c518"

OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(site: Site, contexts: Callable[..., BrowserContext], watch: Callable[[Page], Page]) -> OpenPage:
    """Opens a page of a host: `open_page(head="<script …>", body="…")`. `hold`: takes what asks for the script."""

    def opened(head: str = "", body: str = "", hold: list[Route] | None = None, **who: object) -> Page:
        page = watch(contexts(**who).new_page())
        page.route("**/host-page", lambda route: _serve(route, PAGE.format(head=head, body=body)))
        if hold is not None:
            page.route("**/widget.js", lambda route: hold.append(route))
        page.goto(site.url + "/host-page", wait_until="commit")
        return page

    return opened


def _serve(route: Route, body: str) -> None:
    route.fulfill(body=body, content_type="text/html")


@pytest.mark.parametrize("place", ["head", "body"])
@pytest.mark.parametrize("how", ["", "async", "defer"])
def test_script_tag_may_stand_anywhere(open_page: OpenPage, place: str, how: str) -> None:
    chat = Chat(open_page(**{place: f'<script src="/widget.js" {how}></script>'})).open()
    chat.say(f"from the {place} {how}")
    expect(chat.said(f"about: from the {place} {how}".strip())).to_be_visible()


def test_page_is_painted_before_the_widget_arrives_and_never_moves(open_page: OpenPage) -> None:
    held: list[Route] = []
    page = open_page(head='<script src="/widget.js" async></script>', hold=held)
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    expect(page.get_by_text("Words of the page")).to_be_visible()
    before = page.locator("#main").bounding_box()
    assert len(held) == 1
    held[0].continue_()
    chat = Chat(page).open()
    chat.button(WIDGET["close"]).click()
    expect(page.get_by_role("button", name=WIDGET["open"])).to_be_visible()
    assert page.locator("#main").bounding_box() == before
    assert page.evaluate("document.body.scrollHeight") == 300
    assert page.evaluate("shifts") == 0


# What docs/your-own-shop.md offers to pages that must be complete whatever happens to us.
AFTER_LOAD = """<script>
addEventListener("load", () => {
  const chat = document.createElement("script");
  chat.src = "/widget.js";
  document.head.append(chat);
});
</script>"""


def test_server_that_never_answers_holds_up_nothing_of_the_page(open_page: OpenPage) -> None:
    held: list[Route] = []
    page = open_page(head='<script src="/widget.js" async></script>', hold=held)
    page.wait_for_load_state("domcontentloaded")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    # A browser waits for any script in the page before it says "load"; not for one that comes after.
    page = open_page(head=AFTER_LOAD, hold=held)
    page.wait_for_load_state("load")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    expect(page.get_by_text("Words of the page")).to_be_visible()
    assert len(held) == 2
    held[1].continue_()
    expect(page.get_by_role("button", name=WIDGET["open"])).to_be_visible()


# In every frame: what moves without having been asked to.
COUNT_SHIFTS = """
window.moved = [];
new PerformanceObserver((list) => list.getEntries().forEach((one) => one.hadRecentInput || moved.push(
  [one.value, ...one.sources.map(({ node }) => node && (node.outerHTML || node.textContent).slice(0, 60))]
))).observe({type: "layout-shift", buffered: true});
"""
# When all that was drawn by now has been counted.
AFTER_TWO_FRAMES = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(moved)))))"""


def test_nothing_moves_while_the_chat_opens_and_comes_back(open_page: OpenPage) -> None:
    page = open_page(body='<script src="/widget.js" async></script>')
    page.context.add_init_script(COUNT_SHIFTS)
    page.reload()
    chat = Chat(page).open()
    chat.say("buttons and cards please")
    expect(chat.said("about: buttons and cards please")).to_be_visible()
    page.reload()
    chat.open()
    expect(chat.said("about: buttons and cards please")).to_be_visible()
    expect(chat.frame.get_by_role("list", name=WIDGET["cards"])).to_be_visible()
    assert [frame.evaluate(AFTER_TWO_FRAMES) for frame in page.frames] == [[], []]


def test_page_loads_nothing_of_the_chat_until_it_is_opened(open_page: OpenPage, site: Site) -> None:
    asked: list[str] = []
    page = open_page(body='<script src="/widget.js" async></script>')
    expect(page.get_by_role("button", name=WIDGET["open"])).to_be_visible()
    page.on("request", lambda request: asked.append(request.url.removeprefix(site.url)))
    page.reload()
    expect(page.get_by_role("button", name=WIDGET["open"])).to_be_visible()
    assert asked == ["/host-page", "/widget.js"]


def test_whole_widget_is_small(site: Site) -> None:
    """Everything but the fonts, as it goes over the line."""
    page = httpx.get(site.url + "/chat/", trust_env=False).text
    own = Path(__file__).resolve().parents[2] / "bot/channels/webchat/static/webchat"
    files = {f"/static/webchat/{file.name}" for file in own.iterdir() if file.name != "loader.js"}
    files |= {path for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', page) if "/fonts/" not in path}
    sizes = {
        path: len(gzip.compress(httpx.get(site.url + path, trust_env=False).content, 9))
        for path in ("/widget.js", "/chat/", *files)
    }
    assert sum(sizes.values()) <= SIZE_MAX_BYTES, sizes


@pytest.mark.parametrize(("colour", "ink"), [(BLUE, "rgb(255, 255, 255)"), (YELLOW, "rgb(27, 25, 22)")])
def test_colours_are_the_page_s_and_words_stay_readable(open_page: OpenPage, colour: str, ink: str) -> None:
    page = open_page(body=f'<script src="/widget.js" async data-colour="{colour}"></script>')
    painted = "(element) => [getComputedStyle(element).backgroundColor, getComputedStyle(element).color]"
    asked = f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"
    assert page.get_by_role("button", name=WIDGET["open"]).evaluate(painted) == [asked, ink]
    chat = Chat(page).open()
    assert chat.frame.locator(".head").evaluate(painted) == [asked, ink]
    chat.say("in colour")
    expect(chat.said("about: in colour")).to_be_visible()
    assert chat.frame.locator(".mine .bubble").evaluate(painted) == [asked, ink]


def test_nonsense_for_a_colour_is_left_out(open_page: OpenPage) -> None:
    page = open_page(
        body='<script src="/widget.js" async data-colour="red;}} * {{color:red" data-theme="pink"></script>'
    )
    chat = Chat(page).open()
    assert chat.frame.locator(".head").evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(45, 90, 67)"


@pytest.mark.parametrize(
    ("asked", "dark", "shown_dark"),
    [("", True, True), ("", False, False), ("dark", False, True), ("light", True, False)],
)
def test_theme_is_the_system_s_or_the_page_s(open_page: OpenPage, asked: str, dark: bool, shown_dark: bool) -> None:
    page = open_page(body=f'<script src="/widget.js" async data-theme="{asked}"></script>', dark=dark)
    chat = Chat(page).open()
    ground = chat.frame.locator("body").evaluate("one => getComputedStyle(one).backgroundColor")
    assert ground == ("rgb(27, 25, 22)" if shown_dark else "rgb(251, 246, 236)")


# The page as if in the background, which no headless page ever is; what it notifies of is kept.
AWAY = """
Object.defineProperty(Document.prototype, "hidden", { get: () => Boolean(top.away) });
window.notified = [];
window.Notification = class extends Notification {
  constructor(title, options) { super(title, options); window.notified.push([title, options.body || ""]); }
};
"""


def test_hidden_page_counts_in_its_title_and_notifies_once_asked_to(
    site: Site, contexts: Callable[..., BrowserContext]
) -> None:
    context = contexts()
    context.grant_permissions(["notifications"], origin=site.url)
    context.add_init_script(AWAY)
    page = context.new_page()
    page.goto(site.url)
    title = page.title()
    chat = Chat(page).open()
    chat.say("before it is hidden")
    expect(chat.said("about: before it is hidden")).to_be_visible()
    answer_while_away(page, chat, site, "not asked for yet")
    expect(page).to_have_title(f"(1) {title}")
    assert page.evaluate("notified") == []
    come_back(page)
    expect(page).to_have_title(title)
    chat.button(WIDGET["menu"]).click()
    chat.button(WIDGET["notify.offer"]).click()
    expect(chat.frame.get_by_text(WIDGET["notify.on"])).to_be_visible()
    answer_while_away(page, chat, site, "a secret")
    expect(page).to_have_title(f"(1) {title}")
    assert page.evaluate("notified") == [[WIDGET["notify.title"], ""]]
    come_back(page)
    chat.button(WIDGET["menu"]).click()
    chat.button(WIDGET["notify.stop"]).click()
    expect(chat.frame.get_by_text(WIDGET["notify.off"])).to_be_visible()


def answer_while_away(page: Page, chat: Chat, site: Site, text: str) -> None:
    site.rasa.app.delay_s = 0.5
    try:
        chat.say(text)
        page.evaluate("window.away = true")
        expect(chat.said(f"about: {text}")).to_have_count(1)
    finally:
        site.rasa.app.delay_s = 0.0


def come_back(page: Page) -> None:
    page.evaluate("window.away = false")
    for frame in page.frames:
        frame.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_answer_that_came_while_no_page_was_open_is_counted_on_the_next(open_shop: Open, site: Site) -> None:
    page = open_shop()
    chat = Chat(page).open()
    chat.say("before leaving")
    expect(chat.said("about: before leaving")).to_be_visible()
    site.rasa.app.delay_s = 1.0
    try:
        chat.say("while leaving")
        expect(chat.frame.locator(".typing")).to_be_visible()
        chat.button(WIDGET["close"]).click()
        page.goto("about:blank")
    finally:
        site.rasa.app.delay_s = 0.0
    page.goto(site.url)
    unread = f"{WIDGET['open']}, {WIDGET['new_messages'].format(count=1)}"
    expect(page.get_by_role("button", name=unread)).to_be_visible(timeout=15_000)
