"""History over days: a new page shows the newest; whoever reads further up gets the rest, page by page."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.chat import WIDGET, Chat
from tests.browser.conftest import Open
from tests.browser.site import Site

pytestmark = pytest.mark.browser

MANY = 150
WRITE_MANY = f"""
import django
django.setup()
from datetime import timedelta
from bot.conversations.models import Message
first = Message.objects.get(text="long ago", direction="inbound")
Message.objects.bulk_create(
    Message(conversation=first.conversation, direction="outbound", author="bot", text=f"day {{n}}", delivery="sent")
    for n in range({MANY})
)
for row in Message.objects.filter(conversation=first.conversation):
    age = timedelta(days=3 if row.pk <= first.pk + {MANY} // 2 else 1)
    Message.objects.filter(pk=row.pk).update(created_at=row.created_at - age)
"""


def test_earlier_messages_come_in_above_and_what_is_read_stays(open_shop: Open, site: Site) -> None:
    page = open_shop()
    chat = Chat(page).open()
    chat.say("long ago")
    expect(chat.said("about: long ago")).to_be_visible()
    site.run("-c", WRITE_MANY)
    page.reload()
    expect(chat.said(f"day {MANY - 1}")).to_be_visible()
    assert chat.said("long ago").count() == 0
    more = chat.button(WIDGET["older"])
    more.scroll_into_view_if_needed()
    oldest = chat.said(f"day {MANY - 100}")
    before = oldest.bounding_box()
    more.click()
    expect(chat.said("long ago")).to_have_count(1)
    after = oldest.bounding_box()
    assert before is not None
    assert after is not None
    # The button above it is gone, nothing else has moved.
    assert abs(after["y"] - before["y"]) < 80
    expect(more).to_have_count(0)
    shown = [text for text in chat.frame.locator(".bubble").all_inner_texts() if text.startswith("day ")]
    assert shown == [f"day {number}" for number in range(MANY)]
    assert chat.frame.locator(".day").count() == 2
    expect(chat.log).to_have_attribute("aria-live", "polite")


@pytest.mark.parametrize("body", [{}, {"session": "forged", "before_id": 99}, {"session": 5, "before_id": 99}, []])
def test_earlier_messages_are_for_those_who_have_the_session(site: Site, body: object) -> None:
    answer = httpx.post(site.url + "/chat/earlier", json=body, trust_env=False)
    assert answer.status_code == httpx.codes.FORBIDDEN
