"""Running the desk in a real browser: inviting somebody, their second factor, the admin's pages, on a phone too."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, StorageState, expect

from bot.accounts.totp import STEP_S, build_code
from bot.page_texts import area_texts
from tests.browser.packages import read_package_file
from tests.browser.site import Site
from tests.browser.test_access import AXE, RUN_AXE

pytestmark = pytest.mark.browser
WORDS = area_texts("desk_access", "en")
DESK = area_texts("desk", "en")
PAGES = ("account", "account/second-factor", "settings/people", "settings/integrations", "settings/audit")
PASSWORD = "a-new-password-27"


def read_key(page: Page) -> bytes:
    plain = page.locator(".key").inner_text().replace(" ", "")
    return base64.b32decode(plain + "=" * (-len(plain) % 8))


def test_an_invited_agent_signs_in_with_a_second_factor(
    site: Site, desk: Page, contexts: Callable[..., BrowserContext], watch: Callable[[Page], Page]
) -> None:
    desk.goto(f"{site.url}/desk/settings/people")
    desk.get_by_label(DESK["username"]).fill("kiran")
    desk.get_by_role("button", name=WORDS["people.make_link"]).click()
    link = desk.locator("#made-link").input_value()
    expect(desk.get_by_role("button", name=WORDS["people.copy"])).to_be_visible()
    guest = watch(contexts(phone=True).new_page())
    guest.goto(link)
    for name, value in {"name": "Kiran Patel", "password": PASSWORD, "password_again": PASSWORD}.items():
        guest.locator(f"[name={name}]").fill(value)
    guest.locator(".door button").click()
    guest.wait_for_url("**/desk/")
    guest.goto(f"{site.url}/desk/account/second-factor")
    key = read_key(guest)
    guest.get_by_label(WORDS["code.label"]).fill(build_code(key, int(time.time()) // STEP_S - 1))
    guest.get_by_role("button", name=WORDS["factor.switch_on"]).click()
    expect(guest.locator(".codes li")).to_have_count(10)
    again = contexts().new_page()
    again.goto(f"{site.url}/desk/")
    again.locator("[name=username]").fill("kiran")
    again.locator("[name=password]").fill(PASSWORD)
    again.locator(".door button").click()
    again.get_by_label(WORDS["code.label"]).fill(build_code(key, int(time.time()) // STEP_S))
    again.locator(".door button").click()
    again.wait_for_url("**/desk/")
    desk.get_by_role("button", name=WORDS["people.switch_off"]).click()
    expect(desk.get_by_role("button", name=WORDS["people.switch_on"])).to_be_visible()
    assert again.request.get(f"{site.url}/desk/account").url.startswith(f"{site.url}/desk/sign-in")


def test_pages_fit_a_phone_and_axe_finds_nothing(
    site: Site,
    agent_state: StorageState,
    contexts: Callable[..., BrowserContext],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    axe = read_package_file(tmp_path_factory.mktemp("npm"), *AXE)
    context = contexts(phone=True, state=agent_state)
    context.add_init_script(axe)
    page = context.new_page()
    for path, language in zip(PAGES, ("ta", "gu", "ta", "gu", "ta"), strict=True):
        page.goto(f"{site.url}/desk/{path}?lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path
        assert page.evaluate(RUN_AXE) == [], path


def test_a_restart_does_not_wait_for_open_desk_pages(site: Site, agent_state: StorageState) -> None:
    cookies = {one["name"]: one["value"] for one in agent_state["cookies"]}
    with httpx.stream("GET", f"{site.url}/desk/feed", cookies=cookies, trust_env=False, timeout=30) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        began = time.monotonic()
        site.stop()
        took = time.monotonic() - began
        # Ended, not cut off: what is left can be read to its end.
        list(lines)
    site.start()
    assert took < 4
