"""The chat window as a customer uses it, for tests: open, write, read, press."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Locator, Page, expect

from bot.page_texts import area_texts

# The words of the pages, as the pages read them.
WIDGET = area_texts("widget", "en")
DESK = area_texts("desk", "en")
SHOP = area_texts("shop_page", "en")


class Chat:
    """The frame on a shop page. Opens it if it is not open."""

    def __init__(self, page: Page, launcher: str = WIDGET["open"]) -> None:
        self.page = page
        self.frame: FrameLocator = page.frame_locator("iframe")
        self._launcher = page.get_by_role("button", name=launcher)

    def open(self) -> Chat:
        """Opens it; one that was open on the page before comes back by itself, which is waited for."""
        expect(self._launcher.or_(self.page.locator("iframe")).filter(visible=True)).to_be_visible()
        if self._launcher.is_visible():
            self._launcher.click()
        self.field.wait_for()
        return self

    @property
    def field(self) -> Locator:
        return self.frame.locator("#field")

    @property
    def log(self) -> Locator:
        return self.frame.get_by_role("log")

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def said(self, text: str) -> Locator:
        """Bubbles with exactly this text."""
        return self.frame.locator(".bubble").get_by_text(text, exact=True)

    def button(self, title: str) -> Locator:
        return self.frame.get_by_role("button", name=title)
