"""An unmodified Rasa widget from npm converses over Rasa's own socket protocol; our additions do not disturb it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.packages import read_package_file
from tests.browser.site import Site

pytestmark = pytest.mark.browser

# botfront's rasa-webchat, the widget that Rasa's documentation names.
NAME, VERSION, FILE = "rasa-webchat", "1.0.1", "lib/index.js"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Somebody's page</title><body>
<script src="/rasa-webchat.js"></script>
<script>WebChat.default({initPayload: "", customData: {}, socketUrl: location.origin, title: "Rasa", params: {storage: "local"}}, null)</script>
"""  # noqa: E501


@pytest.fixture
def page(contexts: Callable[..., BrowserContext], site: Site, tmp_path: Path) -> Page:
    """A page with nothing but that widget, opened. Not watched: the widget asks for fonts of others."""
    script = read_package_file(tmp_path, NAME, VERSION, FILE)
    page = contexts().new_page()
    page.route("**/rasa-webchat.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))
    page.route("**/rasa-page", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    page.goto(site.url + "/rasa-page")
    page.locator(".rw-launcher").click()
    return page


def say(page: Page, text: str) -> None:
    page.locator(".rw-new-message").fill(text)
    page.locator(".rw-new-message").press("Enter")


def test_rasa_widget_asks_and_is_answered(page: Page, site: Site) -> None:
    say(page, "written in a Rasa widget")
    expect(page.locator(".rw-response", has_text="about: written in a Rasa widget")).to_have_count(1)
    assert [said for _, _, said in site.rasa.app.ran].count("written in a Rasa widget") == 1


def test_rasa_widget_presses_a_button_by_its_title(page: Page, site: Site) -> None:
    say(page, "buttons please")
    page.locator(".rw-reply", has_text="Refund time").click()
    expect(page.locator(".rw-client", has_text="Refund time")).to_be_visible()
    expect(page.locator(".rw-response", has_text='about: /faq{"topic":"refund.time"}')).to_be_visible()


def test_rasa_widget_goes_on_after_a_restart_of_the_gateway(page: Page, site: Site) -> None:
    say(page, "before the restart of the Rasa widget")
    expect(page.locator(".rw-response", has_text="before the restart of the Rasa widget")).to_be_visible()
    conversation = site.rasa.app.ran[-1][0]
    site.restart()
    say(page, "after the restart of the Rasa widget")
    expect(page.locator(".rw-response", has_text="after the restart of the Rasa widget")).to_be_visible(timeout=30_000)
    assert site.rasa.app.ran[-1][0] == conversation
