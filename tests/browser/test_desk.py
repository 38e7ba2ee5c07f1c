"""A person takes over, in a real browser on both sides: the customer's page and the agent's desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from bot.page_texts import area_texts
from tests.browser.chat import DESK, Chat
from tests.browser.conftest import AGENT_NAME, Open
from tests.browser.site import Site

pytestmark = pytest.mark.browser

STORY = area_texts("desk_story", "en")
ASKED = "I need a person, case {}"


def ask_for_person(open_shop: Open, case: str) -> Chat:
    chat = Chat(open_shop()).open()
    chat.say(ASKED.format(case))
    expect(chat.frame.locator(".banner.waiting")).to_be_visible()
    return chat


def open_case(desk: Page, case: str) -> None:
    desk.locator(".row", has_text=case).click()
    expect(desk.locator("#story")).to_contain_text(ASKED.format(case))


def take(desk: Page, case: str) -> None:
    open_case(desk, case)
    desk.get_by_role("button", name=DESK["conversation.take"]).click()
    expect(desk.get_by_label(DESK["conversation.reply"])).to_be_visible()


def reply(desk: Page, text: str) -> None:
    desk.get_by_label(DESK["conversation.reply"]).fill(text)
    desk.get_by_label(DESK["conversation.reply"]).press("Enter")
    expect(desk.locator(".said.agent", has_text=text)).to_have_count(1)


def test_waiting_customer_appears_on_the_desk_without_a_reload(open_shop: Open, desk: Page) -> None:
    expect(desk.locator("#tab-waiting")).to_be_visible()
    ask_for_person(open_shop, "appears")
    row = desk.locator(".row", has_text="appears")
    expect(row).to_be_visible()
    expect(row).to_contain_text(DESK["reason.asked"])


def test_agent_takes_replies_and_closes_and_the_customer_sees_it_live(open_shop: Open, desk: Page) -> None:
    chat = ask_for_person(open_shop, "whole")
    take(desk, "whole")
    expect(chat.frame.locator(".banner.agent")).to_contain_text(AGENT_NAME)
    reply(desk, "Namaste, I am looking at it.")
    expect(chat.said("Namaste, I am looking at it.")).to_be_visible()
    expect(chat.frame.locator(".message.agent .who").last).to_contain_text(AGENT_NAME)
    chat.say("thank you very much")
    expect(desk.locator("#story")).to_contain_text("thank you very much")
    desk.get_by_role("button", name=STORY["resolve.more"], exact=True).click()
    desk.get_by_role("button", name=DESK["conversation.close"], exact=True).click()
    expect(chat.frame.locator(".banner.closed")).to_be_visible()
    expect(desk.locator("#panel")).to_contain_text(DESK["conversation.closed_note"])
    # Writing again starts over with the assistant.
    chat.say("one more thing")
    expect(chat.said("about: one more thing")).to_be_visible()
    expect(chat.frame.locator(".banner")).to_have_count(0)


def test_assistant_is_silent_with_an_agent_and_back_after_hand_back(open_shop: Open, desk: Page, site: Site) -> None:
    chat = ask_for_person(open_shop, "back")
    take(desk, "back")
    chat.say("are you there")
    expect(desk.locator("#story")).to_contain_text("are you there")
    desk.get_by_label(DESK["conversation.reply"]).press_sequentially("Y")
    expect(chat.frame.locator(".typing")).to_contain_text(AGENT_NAME)
    reply(desk, "Yes, I am.")
    expect(chat.frame.locator(".typing")).to_have_count(0)
    expect(chat.said("Yes, I am.")).to_be_visible()
    assert "are you there" not in [said for _, _, said in site.rasa.app.ran]
    desk.get_by_role("button", name=DESK["conversation.hand_back"]).click()
    expect(chat.frame.locator(".banner")).to_have_count(0)
    chat.say("assistant again")
    expect(chat.said("about: assistant again")).to_be_visible()


def test_story_shows_what_the_assistant_thought(open_shop: Open, desk: Page) -> None:
    chat = Chat(open_shop()).open()
    chat.say("buttons before")
    expect(chat.said("about: buttons before")).to_be_visible()
    chat.say(ASKED.format("story"))
    open_case(desk, "story")
    expect(desk.locator(".turn").first).to_contain_text("return.how")
    expect(desk.locator(".turn").first).to_contain_text("90")
    expect(desk.locator(".summary")).to_contain_text(DESK["reason.asked"])


def test_draft_survives_a_reload_and_messages_of_the_customer(open_shop: Open, desk: Page) -> None:
    chat = ask_for_person(open_shop, "draft")
    take(desk, "draft")
    desk.get_by_label(DESK["conversation.reply"]).fill("half a sent")
    chat.say("still waiting")
    expect(desk.locator("#story")).to_contain_text("still waiting")
    expect(desk.get_by_label(DESK["conversation.reply"])).to_have_value("half a sent")
    desk.reload()
    expect(desk.get_by_label(DESK["conversation.reply"])).to_have_value("half a sent")


def test_agent_goes_on_after_the_gateway_restarts(open_shop: Open, desk: Page, site: Site) -> None:
    chat = ask_for_person(open_shop, "restart")
    take(desk, "restart")
    site.restart()
    chat.say("after the restart")
    expect(desk.locator("#story")).to_contain_text("after the restart", timeout=30_000)
    reply(desk, "I am still here.")
    expect(chat.said("I am still here.")).to_be_visible()


def test_desk_works_on_a_phone(open_shop: Open, desk: Page) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    chat = ask_for_person(open_shop, "phone")
    take(desk, "phone")
    expect(desk.locator("#list")).to_be_hidden()
    assert desk.evaluate("document.documentElement.scrollWidth") == 390
    reply(desk, "From my phone.")
    expect(chat.said("From my phone.")).to_be_visible()
    desk.get_by_role("link", name=DESK["conversation.back"]).click()
    expect(desk.locator("#list")).to_be_visible()


def test_desk_needs_a_sign_in(open_shop: Open, desk: Page) -> None:
    page = open_shop("/desk/")
    expect(page.get_by_role("heading", name=DESK["sign_in"])).to_be_visible()
