"""A real browser against a real gateway. An error in a watched page's console, or a blocked file, fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState, sync_playwright

from benchmarks.chromium import CHROMIUM, FLAGS
from tests.browser.site import RasaThread, Site

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
AGENT_NAME = "Meera Joshi"
AGENT_PASSWORD = "tulsi-and-thread-2026"
# The browser's words for a connection that a test cuts on purpose.
CUT = (
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_EMPTY_RESPONSE",
    "ERR_INCOMPLETE_CHUNKED_ENCODING",
    "ERR_INTERNET_DISCONNECTED",
    "ERR_TUNNEL_CONNECTION_FAILED",
    "WebSocket",
    "htmx:sendError",
    "htmx:afterRequest",
)

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One gateway for all browser tests; each test has visitors of its own."""
    rasa = RasaThread()
    rasa.start()
    built = Site(tmp_path_factory.mktemp("site"), rasa)
    built.prepare()
    built.start()
    yield built
    built.stop()
    rasa.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser; contexts keep visitors apart."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def troubles() -> list[str]:
    """What the watched pages complained of."""
    return []


@pytest.fixture
def contexts(chromium: Browser, troubles: list[str]) -> Iterator[Callable[..., BrowserContext]]:
    """Makes visitors (`language`, `phone`, `proxy`, `dark`), and in the end checks that no page complained."""
    made: list[BrowserContext] = []

    def make(
        language: str = "en",
        phone: bool = False,
        state: StorageState | None = None,
        proxy: str = "",
        dark: bool = False,
    ) -> BrowserContext:
        options: dict[str, Any] = {**(PHONE if phone else DESKTOP), "locale": f"{language}-IN", "storage_state": state}
        options |= {"proxy": {"server": proxy} if proxy else None, "color_scheme": "dark" if dark else "light"}
        made.append(chromium.new_context(**options))
        return made[-1]

    yield make
    for context in made:
        context.close()
    assert troubles == []


@pytest.fixture
def watch(troubles: list[str]) -> Callable[[Page], Page]:
    """Listens to a page's console and errors."""

    def listen(page: Page) -> Page:
        page.on("console", lambda message: _note(troubles, message))
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        return page

    return listen


@pytest.fixture
def open_shop(site: Site, contexts: Callable[..., BrowserContext], watch: Callable[[Page], Page]) -> Open:
    """Opens the shop as a new visitor: `open_shop(language="gu", phone=True)`."""

    def opened(path: str = "/", **who: Any) -> Page:
        page = watch(contexts(**who).new_page())
        page.goto(site.url + path)
        return page

    return opened


@pytest.fixture(scope="session")
def agent_state(site: Site, chromium: Browser) -> StorageState:
    """The agent's cookies, after the once-only welcome page."""
    context = chromium.new_context(locale="en-IN")
    page = context.new_page()
    page.goto(site.url + site.welcome_path)
    page.locator("[name=name]").fill(AGENT_NAME)
    page.locator("[name=password]").fill(AGENT_PASSWORD)
    page.locator("[name=password_again]").fill(AGENT_PASSWORD)
    page.locator(".door button").click()
    page.wait_for_url("**/desk/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def desk(
    site: Site, agent_state: StorageState, contexts: Callable[..., BrowserContext], watch: Callable[[Page], Page]
) -> Page:
    """The desk, signed in."""
    page = watch(contexts(state=agent_state).new_page())
    page.goto(site.url + "/desk/")
    return page


@pytest.fixture(autouse=True, scope="session")
def _need_browser(request: pytest.FixtureRequest) -> None:
    """Browser tests need the browser: say so plainly instead of failing one by one."""
    if not Path(CHROMIUM).exists():
        pytest.exit("the browser tests need chromium; install it, or run: pytest -m 'not browser'")


def _note(troubles: list[str], message: ConsoleMessage) -> None:
    if message.type in {"error", "warning"} and not any(word in message.text for word in CUT):
        troubles.append(f"{message.type}: {message.text}")
