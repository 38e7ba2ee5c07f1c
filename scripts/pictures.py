"""Takes the pictures of README.md: `python scripts/pictures.py http://127.0.0.1:8000 WELCOME_LINK`, while Seva runs.

The chat in three languages on a phone's screen and the desk with a person who waits. WELCOME_LINK is the once-only
address that `seva up` prints (the pictures then use up that link); leave it out to take the chat only.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
PHONE = {"width": 390, "height": 780}
DESKTOP = {"width": 1280, "height": 800}
QUESTIONS = {
    "en": "How many days does a refund take?",
    "gu": "refund aavta ketla divas lage",
    "ta": "ரிஃபண்ட் வர எத்தனை நாள் ஆகும்?",
}
WAITING = {
    "en": "I paid twice for TT-10432 and nobody answers. I want to talk to a person.",
    "gu": "મારે માણસ સાથે વાત કરવી છે",
    "ta": "என்ன சேவை இது! ரொம்ப மோசம். மனுஷங்ககிட்ட பேசணும்",
}


def main() -> None:
    """Chat and desk, into docs/pictures/."""
    url, *welcome = sys.argv[1:]
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for language, question in QUESTIONS.items():
            page = open_chat(browser, url, language)
            ask(page, question)
            page.screenshot(path=PICTURES / f"chat-{language}.png")
        take_shop(browser, url)
        if welcome:
            take_desk(browser, url, welcome[0])
        browser.close()


def open_chat(browser: Browser, url: str, language: str) -> Page:
    """A new visitor with the chat open."""
    page = browser.new_context(viewport=PHONE, locale=f"{language}-IN", device_scale_factor=2).new_page()
    page.goto(f"{url}/?lang={language}")
    page.locator("#seva-chat button").click()
    page.frame_locator("iframe").locator("#field").wait_for()
    return page


def ask(page: Page, question: str) -> None:
    """Writes it and waits until the answer stands still."""
    chat = page.frame_locator("iframe")
    chat.locator("#field").fill(question)
    chat.locator("#field").press("Enter")
    chat.locator(".message.bot:not(.typing) .bubble").first.wait_for()
    page.wait_for_timeout(1500)


def take_shop(browser: Browser, url: str) -> None:
    """The demo shop's front page."""
    page = browser.new_context(viewport=DESKTOP, locale="en-IN").new_page()
    page.goto(f"{url}/?lang=en")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / "shop.png")


def take_desk(browser: Browser, url: str, welcome: str) -> None:
    """Somebody waits, an agent has taken the conversation and answers."""
    for language, words in WAITING.items():
        customer = open_chat(browser, url, language)
        ask(customer, words)
        customer.frame_locator("iframe").locator(".banner.waiting").wait_for()
    page = browser.new_context(viewport=DESKTOP, locale="en-IN").new_page()
    page.goto(welcome)
    page.locator("[name=name]").fill("Meera Joshi")
    for field in ("password", "password_again"):
        page.locator(f"[name={field}]").fill("only-for-the-pictures")
    page.locator(".door button").click()
    page.locator(".row").first.click()
    page.locator(".talk-acts button").first.click()
    page.locator("#reply-text").fill("Namaste, this is Meera. I am looking at both payments now.")
    page.locator("#reply-text").press("Enter")
    page.locator(".said.agent").wait_for()
    page.wait_for_timeout(800)
    page.screenshot(path=PICTURES / "desk.png")


if __name__ == "__main__":
    main()
