"""The widget after an absence: it follows the pages of what it missed, and shows everything once and in order."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat import Chat
from tests.browser.conftest import Open
from tests.browser.site import Site

pytestmark = pytest.mark.browser

MISSED = 230
WRITE_MISSED = f"""
import django
django.setup()
from bot.conversations.models import Conversation, Message
conversation = Message.objects.get(text="before the absence").conversation
Message.objects.bulk_create(
    Message(conversation=conversation, direction="outbound", author="bot", text=f"missed {{n}}", delivery="sent")
    for n in range({MISSED})
)
"""


def test_a_long_absence_is_made_good(open_shop: Open, site: Site) -> None:
    chat = Chat(open_shop()).open()
    chat.say("before the absence")
    expect(chat.said("about: before the absence")).to_be_visible()
    site.stop()
    try:
        chat.say("during the absence")
        site.run("-c", WRITE_MISSED)
    finally:
        site.start()
    expect(chat.said("about: during the absence")).to_be_visible(timeout=20_000)
    shown = chat.frame.locator(".bubble").all_inner_texts()
    words = [text.splitlines()[0] for text in shown if "absence" in text or text.startswith("missed")]
    assert words == [
        "before the absence",
        "about: before the absence",
        *(f"missed {number}" for number in range(MISSED)),
        "during the absence",
        "about: during the absence",
    ]


# The page's own modules over a socket that says what a test tells it to; `asked` is what the page asked for.
SCRIPT = """
async (events) => {
  const { Talk } = await import('/static/webchat/talk.js');
  const { Wire } = await import('/static/webchat/wire.js');
  const storage = { getItem: () => null, setItem: () => {} };
  const talk = new Talk(storage, () => {});
  const none = () => {};
  const wire = new Wire({ talk, storage, hello: () => ({}), on: { bot: none, state: none, typing: none, connection: none, error: none } });
  const handlers = {}, asked = [];
  const socket = {
    connected: true,
    on: (name, handler) => { handlers[name] = handler; },
    emit: (name, data) => asked.push(data.last_id),
    connect: none,
  };
  wire.connect(() => socket);
  for (const [name, data] of events) handlers[name](data);
  return { asked, shown: talk.messages.map((one) => one.id), ready: wire.ready };
}
"""  # noqa: E501


def state(ids: list[int], more: bool = False) -> list[Any]:
    history = [{"id": one, "author": "bot", "text": str(one)} for one in ids]
    return ["session_state", {"session_id": "s", "history": history, "last_id": ids[-1] if ids else 0, "more": more}]


def live(number: int) -> list[Any]:
    return ["bot_uttered", {"text": str(number), "metadata": {"id": number, "author": "bot"}}]


def echo(number: int) -> list[Any]:
    return ["user_echo", {"id": number, "cid": f"c{number}", "text": "mine"}]


CONNECT, CUT = ["connect", None], ["disconnect", "transport close"]
CASES: dict[str, tuple[list[list[Any]], list[int], list[int]]] = {
    "page after page": (
        [CONNECT, state([1]), CUT, CONNECT, state([2, 3], more=True), state([4, 5], more=True), state([6])],
        [0, 1, 3, 5],
        [1, 2, 3, 4, 5, 6],
    ),
    "a live message between two pages": (
        [CONNECT, state([1]), CUT, CONNECT, state([2, 3], more=True), live(9), state([4, 9])],
        [0, 1, 3],
        [1, 2, 3, 4, 9],
    ),
    "cut between two pages, after a live message": (
        [CONNECT, state([1]), CUT, CONNECT, state([2, 3], more=True), live(9), CUT, CONNECT, state([4, 9])],
        [0, 1, 3, 3],
        [1, 2, 3, 4, 9],
    ),
    "cut after live messages": (
        [CONNECT, state([1]), live(2), live(3), CUT, CONNECT, state([4])],
        [0, 3],
        [1, 2, 3, 4],
    ),
    "cut after own words that an earlier answer is still to overtake": (
        [CONNECT, state([1]), echo(3), CUT, CONNECT, state([2, 3])],
        [0, 1],
        [1, 2, 3],
    ),
    "a new page does not go back": ([CONNECT, state([50, 51], more=True)], [0], [50, 51]),
}  # fmt: skip


@pytest.fixture
def page(open_shop: Open) -> Page:
    return open_shop("/")


@pytest.mark.parametrize("case", CASES)
def test_the_page_asks_from_where_it_knows_everything(page: Page, case: str) -> None:
    events, asked, shown = CASES[case]
    assert page.evaluate(SCRIPT, events) == {"asked": asked, "shown": shown, "ready": True}


WRITING = """
async () => {
  const { Wire } = await import('/static/webchat/wire.js');
  const storage = { getItem: () => null, setItem: () => {} };
  const told = [];
  const wire = new Wire({ talk: {}, storage, hello: () => ({}), on: {} });
  wire.socket = {
    emit: (name, data) => told.push([name, data.on]),
    timeout: () => ({ emitWithAck: async () => { told.push(['sent']); return { ok: true }; } }),
  };
  wire.talk = { confirm: () => {}, mark: () => {} };
  wire.tellWriting(true);
  wire.ready = true;
  wire.signedAt = 0;
  for (let letter = 0; letter < 50; letter += 1) wire.tellWriting(true);
  await wire.sendOne({ cid: 'c1', text: 'hi' });
  for (let letter = 0; letter < 50; letter += 1) wire.tellWriting(true);
  wire.tellWriting(false);
  return told;
}
"""


def test_the_page_tells_that_its_customer_writes(page: Page) -> None:
    """At the first letter after a message, then seldom; and that the field was emptied."""
    assert page.evaluate(WRITING) == [["typing", True], ["sent"], ["typing", True], ["typing", False]]


STATUSES = """
async () => {
  const { Wire } = await import('/static/webchat/wire.js');
  const { Talk } = await import('/static/webchat/talk.js');
  const kept = {};
  const storage = { getItem: (key) => kept[key] ?? null, setItem: (key, value) => (kept[key] = value) };
  const talk = new Talk(storage, () => {});
  const wire = new Wire({ talk, storage, hello: () => ({}), on: { error: () => {} } });
  const seen = () => seen.all.push(talk.messages[0].status);
  seen.all = [];
  const answer = (give) => (wire.socket = { timeout: () => ({ emitWithAck: async () => { seen(); return give(); } }) });
  const item = talk.write('hi');
  seen();
  answer(() => { throw new Error('cut'); });
  await wire.sendOne(item);
  seen();
  answer(() => ({ ok: false, code: 'busy', retry_after_s: 1 }));
  await wire.sendOne(item);
  seen();
  answer(() => { seen.all.push(new Talk(storage, () => {}).messages[0].status); return { ok: true, id: 7 }; });
  await wire.sendOne(item);
  seen();
  return seen.all;
}
"""


def test_a_message_waits_is_on_its_way_and_has_arrived(page: Page) -> None:
    """Waiting once more if the line is cut or the server is busy; to a page that opens meanwhile it waits."""
    tries = ["sending", "sent", "sending", "sent", "sending", "sent", "sending", "delivered"]
    assert page.evaluate(STATUSES) == tries
