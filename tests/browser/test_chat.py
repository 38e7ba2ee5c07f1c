"""What a customer sees and does in the chat window, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bot.page_texts import area_texts
from tests.browser.chat import WIDGET, Chat
from tests.browser.conftest import Open
from tests.browser.site import MESSAGE_RATE, Site

pytestmark = pytest.mark.browser


def test_customer_asks_and_gets_an_answer_with_buttons(open_shop: Open) -> None:
    chat = Chat(open_shop()).open()
    chat.say("buttons please")
    expect(chat.said("about: buttons please")).to_be_visible()
    expect(chat.button("Refund time")).to_be_visible()
    # The answer says that the question was read.
    expect(chat.frame.locator(".mine .mark").first).to_have_attribute("title", WIDGET["status.read"])


def test_pressed_button_is_shown_as_words_and_answered_by_its_meaning(open_shop: Open, site: Site) -> None:
    chat = Chat(open_shop()).open()
    chat.say("buttons please")
    chat.button("Refund time").click()
    expect(chat.said("Refund time")).to_be_visible()
    expect(chat.said('about: /faq{"topic":"refund.time"}')).to_be_visible()
    # What was offered before has had its answer.
    expect(chat.button("Yes, it helped")).to_have_count(0)


def test_starter_question_is_asked_with_one_press(open_shop: Open) -> None:
    chat = Chat(open_shop()).open()
    chat.button(WIDGET["starters.first"]).click()
    expect(chat.said("about: " + WIDGET["starters.first"])).to_be_visible()


def test_history_survives_a_reload(open_shop: Open) -> None:
    page = open_shop()
    chat = Chat(page).open()
    chat.say("first words")
    expect(chat.said("about: first words")).to_be_visible()
    page.reload()
    chat.say("second words")
    expect(chat.said("about: second words")).to_be_visible()
    expect(chat.said("first words")).to_have_count(1)
    expect(chat.said("about: first words")).to_have_count(1)


def test_message_written_while_the_gateway_is_away_arrives_once_it_is_back(open_shop: Open, site: Site) -> None:
    chat = Chat(open_shop()).open()
    chat.say("before")
    expect(chat.said("about: before")).to_be_visible()
    site.stop()
    try:
        chat.say("in between")
        expect(chat.said("in between")).to_be_visible()
        expect(chat.frame.get_by_text(WIDGET["connection.offline"])).to_be_visible()
    finally:
        site.start()
    expect(chat.said("about: in between")).to_be_visible(timeout=30_000)
    expect(chat.said("in between")).to_have_count(1)
    expect(chat.said("about: before")).to_have_count(1)
    expect(chat.frame.get_by_text(WIDGET["connection.offline"])).to_have_count(0)
    assert [said for _, _, said in site.rasa.app.ran].count("in between") == 1


def test_unsent_message_survives_a_reload_while_offline(open_shop: Open, site: Site) -> None:
    page = open_shop()
    chat = Chat(page).open()
    expect(chat.frame.locator(".hello")).to_be_visible()
    site.stop()
    try:
        chat.say("kept over the reload")
        expect(chat.said("kept over the reload")).to_be_visible()
    finally:
        site.start()
    page.reload()
    expect(chat.said("about: kept over the reload")).to_be_visible(timeout=30_000)
    expect(chat.said("kept over the reload")).to_have_count(1)


def test_two_tabs_show_the_same_conversation_once(open_shop: Open, site: Site) -> None:
    page = open_shop()
    first = Chat(page).open()
    first.say("from the first tab")
    expect(first.said("about: from the first tab")).to_be_visible()
    other = page.context.new_page()
    other.goto(site.url)
    second = Chat(other).open()
    expect(second.said("about: from the first tab")).to_be_visible()
    first.say("and again")
    expect(second.said("and again")).to_have_count(1)
    expect(second.said("about: and again")).to_have_count(1)


def test_html_and_scripts_stay_text(open_shop: Open) -> None:
    chat = Chat(open_shop()).open()
    chat.say("<img src=x onerror=alert(1)><b>bold</b>")
    expect(chat.said("<img src=x onerror=alert(1)><b>bold</b>")).to_be_visible()
    expect(chat.frame.locator(".bubble img, .bubble b")).to_have_count(0)


def test_links_are_safe(open_shop: Open) -> None:
    chat = Chat(open_shop()).open()
    chat.say("see https://example.com/a?b=1. and javascript:alert(1)")
    link = chat.frame.locator(".bubble a").first
    expect(link).to_have_attribute("href", "https://example.com/a?b=1")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(chat.frame.locator(".bubble a[href^=javascript]")).to_have_count(0)


def test_too_long_message_is_refused_before_sending_and_kept(open_shop: Open) -> None:
    chat = Chat(open_shop()).open()
    chat.field.fill("x" * 5000)
    expect(chat.frame.locator(".count.over")).to_be_visible()
    chat.field.press("Enter")
    expect(chat.frame.get_by_text(WIDGET["error.too_long"])).to_be_visible()
    assert len(chat.field.input_value()) == 5000


def test_shift_enter_writes_a_new_line(open_shop: Open) -> None:
    chat = Chat(open_shop()).open()
    chat.field.fill("one")
    chat.field.press("Shift+Enter")
    chat.field.type("two")
    chat.field.press("Enter")
    expect(chat.frame.locator(".mine .bubble")).to_have_text("one\ntwo")


def test_burst_over_the_rate_is_slowed_down_and_nothing_is_lost(open_shop: Open) -> None:
    chat = Chat(open_shop()).open()
    count = MESSAGE_RATE + 3
    for number in range(count):
        chat.say(f"burst {number:02}")
    expect(chat.frame.get_by_text(WIDGET["error.rate_limited"].split("{")[0].strip())).to_be_visible()
    expect(chat.frame.locator(".mine")).to_have_count(count)
    expect(chat.frame.locator(f'.mine:has(.mark[title="{WIDGET["status.sending"]}"])')).to_have_count(0, timeout=30_000)
    expect(chat.frame.locator(".foot.failed")).to_have_count(0)
    shown = chat.frame.locator(".mine .bubble").all_inner_texts()
    assert shown == [f"burst {number:02}" for number in range(count)]


def test_somebody_is_writing_is_shown_while_the_answer_is_made(open_shop: Open, site: Site) -> None:
    chat = Chat(open_shop()).open()
    site.rasa.app.delay_s = 1.0
    try:
        chat.say("think about it")
        expect(chat.frame.locator(".typing")).to_be_visible()
        expect(chat.said("about: think about it")).to_be_visible()
        expect(chat.frame.locator(".typing")).to_have_count(0)
    finally:
        site.rasa.app.delay_s = 0.0


def test_unread_answers_are_counted_on_the_button(open_shop: Open, site: Site) -> None:
    unread = f"{WIDGET['open']}, {WIDGET['new_messages'].format(count=1)}"
    page = open_shop()
    chat = Chat(page).open()
    chat.say("hello")
    expect(chat.said("about: hello")).to_be_visible()
    site.rasa.app.delay_s = 0.6
    try:
        chat.say("slow one")
        expect(chat.frame.locator(".mine .mark").last).to_have_attribute("title", WIDGET["status.delivered"])
        chat.button(WIDGET["close"]).click()
        expect(page.get_by_role("button", name=unread)).to_be_visible()
    finally:
        site.rasa.app.delay_s = 0.0
    page.get_by_role("button", name=unread).click()
    expect(chat.said("about: slow one")).to_be_visible()


def test_keyboard_alone_is_enough(open_shop: Open) -> None:
    page = open_shop()
    launcher = page.get_by_role("button", name=WIDGET["open"])
    launcher.focus()
    page.keyboard.press("Enter")
    chat = Chat(page)
    expect(chat.field).to_be_focused()
    page.keyboard.type("typed by keyboard")
    page.keyboard.press("Enter")
    expect(chat.said("about: typed by keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(launcher).to_be_visible()
    expect(launcher).to_be_focused()


@pytest.mark.parametrize("language", ["gu", "ta"])
def test_window_speaks_the_page_s_language(open_shop: Open, language: str) -> None:
    words = area_texts("widget", language)
    page = open_shop(f"/?lang={language}", language=language)
    chat = Chat(page, launcher=words["open"]).open()
    expect(chat.frame.locator(".hello")).to_have_text(words["greeting"])


def test_window_follows_the_conversation_s_language(open_shop: Open) -> None:
    chat = Chat(open_shop()).open()
    chat.say("gujarati please")
    expect(chat.said("about: gujarati please")).to_be_visible()
    expect(chat.frame.locator("html")).to_have_attribute("lang", "gu")
    expect(chat.field).not_to_have_attribute("placeholder", WIDGET["input_placeholder"])


def test_phone_uses_the_whole_screen_without_sideways_scrolling(open_shop: Open) -> None:
    page = open_shop(phone=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    chat = Chat(page).open()
    box = page.locator("iframe").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    chat.say("buttons and cards and two")
    expect(chat.said("and a second one")).to_be_visible()
    assert chat.frame.locator("html").evaluate("element => element.scrollWidth") == 390
    chat.button(WIDGET["close"]).click()
    expect(page.get_by_role("button", name=WIDGET["open"])).to_be_visible()
