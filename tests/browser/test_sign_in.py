"""A customer who is signed in on the page is known in the chat; whoever comes after them there sees nothing of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat import SHOP, Chat
from tests.browser.conftest import Open
from tests.browser.site import Site

pytestmark = pytest.mark.browser

# Whom the gateway takes the writer of these words for: the e-mail that their page vouched for.
WHO_WROTE = """
import django
django.setup()
from bot.conversations.models import Message
from bot.shop.proofs import KnownPerson
person = Message.objects.get(text={text!r}, direction="inbound").conversation.identity
print("known:", *KnownPerson.objects.filter(external_id=person.external_id).values_list("email", flat=True))
"""
HETAL, KAVITHA = "hetal.patel@example.com", "kavitha.r@example.com"


def who_wrote(site: Site, text: str) -> list[str]:
    printed = site.run("-c", WHO_WROTE.format(text=text))
    return printed.partition("known:")[2].split()


def write(page: Page, text: str) -> Chat:
    """Says it in the chat of this page, which may be open from the page before."""
    chat = Chat(page).open()
    chat.say(text)
    expect(chat.said(f"about: {text}")).to_be_visible()
    return chat


def test_who_is_signed_in_on_the_page_is_known_in_the_chat(open_shop: Open, site: Site) -> None:
    page = open_shop("/?customer=gu")
    expect(page.get_by_text(f"{SHOP['account.signed_in']} Hetal Patel")).to_be_visible()
    write(page, "signed in with the first word")
    assert who_wrote(site, "signed in with the first word") == [HETAL]


def test_who_signs_in_later_keeps_the_conversation(open_shop: Open, site: Site) -> None:
    page = open_shop()
    write(page, "a stranger still")
    assert who_wrote(site, "a stranger still") == []
    page.get_by_role("link", name=SHOP["account.sign_in"]).click()
    expect(page.get_by_text("Thomas Mathew")).to_be_visible()
    chat = write(page, "no stranger any more")
    expect(chat.said("a stranger still")).to_be_visible()
    assert who_wrote(site, "no stranger any more") == ["thomas.mathew@example.org"]


def test_after_signing_out_the_next_one_begins_anew(open_shop: Open, site: Site) -> None:
    page = open_shop("/?customer=gu")
    write(page, "what only I should see")
    page.get_by_role("link", name=SHOP["account.sign_out"]).click()
    chat = write(page, "next at this computer")
    expect(chat.said("what only I should see")).to_have_count(0)
    assert who_wrote(site, "next at this computer") == []
    assert who_wrote(site, "what only I should see") == []


def test_another_customer_at_the_same_computer_has_a_conversation_of_their_own(open_shop: Open, site: Site) -> None:
    page = open_shop("/?customer=gu")
    write(page, "mine, and nobody else's")
    page.goto(f"{site.url}/?customer=ta")
    chat = write(page, "somebody else now")
    expect(chat.said("mine, and nobody else's")).to_have_count(0)
    assert who_wrote(site, "somebody else now") == [KAVITHA]
    assert who_wrote(site, "mine, and nobody else's") == [HETAL]


def test_a_page_may_say_later_who_signed_in(open_shop: Open, site: Site) -> None:
    page = open_shop()
    write(page, "before the sign-in")
    token = page.evaluate(
        'fetch(\'/?customer=ta\').then((answer) => answer.text()).then((text) => text.match(/data-token="([^"]+)"/)[1])'
    )
    with page.expect_response("**/shop-token") as answer:
        page.evaluate("(token) => window.seva.identify(token)", token)
    assert answer.value.ok
    write(page, "after the sign-in")
    assert who_wrote(site, "after the sign-in") == [KAVITHA]
