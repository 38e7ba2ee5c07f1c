"""Customers on WhatsApp and Telegram, two agents at the desk: what each of them sees and what reaches the phones."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, StorageState, expect

from bot.page_texts import area_texts
from tests.browser.chat import DESK
from tests.browser.conftest import AGENT_NAME
from tests.browser.site import Site, wait_for
from tests.browser.test_desk_story import PICTURE, STORY
from tests.browser.test_queue import QUEUE
from tests.fakes.bot_api_server import TOKEN, FakeBotApi
from tests.fakes.graph_server import FakeGraph
from tests.fakes.meta import SETTINGS, Meta, build_status, build_text, envelope
from tests.fakes.running import run_aside
from tests.fakes.telegram_person import SECRET, TelegramPerson

pytestmark = pytest.mark.browser

OTHER_NAME = "Nila Raman"
HIRE = """
import django
django.setup()
from benchmarks.desk_rows import sign_in
from django.contrib.auth.models import User
print(sign_in(User.objects.create_user("nila", first_name="Nila", last_name="Raman", is_staff=True)))
"""
TEMPLATES = ("follow_up", "order_news")
NOTE = "paid twice, please check the refund first"
WISH = "a person please, where is my parcel"
TO_TOP = """async (story) => {
  story.scrollTop = 0;
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
}"""
NOT_ALLOWED = {"code": 131049, "title": "Message not delivered"}

Desks = tuple[Page, Page]


@dataclass
class Phones:
    """The platforms, and the people behind them."""

    site: Site
    graph: FakeGraph
    bot_api: FakeBotApi
    other: StorageState
    count: int = 0

    def write(self, text: str) -> None:
        """The customer on WhatsApp writes."""
        self.count += 1
        self.post(messages=[build_text(text, wamid=f"wamid.in{self.count}")])

    def report(self, text: str, status: str, **more: Any) -> None:
        """WhatsApp tells what became of the message with these words."""
        wait_for(lambda: any(text in one for one in self.graph.texts()), f"{text!r} at WhatsApp")
        [place] = [place for place, one in enumerate(self.graph.texts(), start=1) if text in one]
        self.post(statuses=[build_status(f"wamid.out{place}", status, **more)])

    def post(self, **value: Any) -> None:
        async def go() -> int:
            meta = Meta(self.site.url)
            try:
                return (await meta.post(envelope(**value))).status_code
            finally:
                await meta.close()

        assert run(go()) == 200

    def end_window(self) -> None:
        """A day has gone by since the customer's last message."""
        with closing(sqlite3.connect(self.site.data_dir / "seva.db", timeout=10)) as rows, rows:
            rows.execute("UPDATE conversations_channelidentity SET window_closes_at = '2026-01-01'")


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Its result; beside this thread, where the browser has a loop of its own."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, work).result()


@pytest.fixture(scope="module")
def phones(site: Site, agent_state: StorageState, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phones]:
    """Another gateway with the same accounts, one more agent, and both platforms."""
    folder = tmp_path_factory.mktemp("channels")
    ours, its = sqlite3.connect(site.data_dir / "seva.db"), sqlite3.connect(folder / "seva.db")
    with closing(ours), closing(its):
        ours.backup(its)
    with run_aside(FakeGraph()) as graph, run_aside(FakeBotApi()) as bot_api:
        built = Site(folder, site.rasa, settings={name.upper(): value for name, value in SETTINGS.items()})
        built.settings |= {"WHATSAPP_API_URL": graph.url, "WHATSAPP_TEMPLATE": ",".join(TEMPLATES)}
        built.settings |= {"TELEGRAM_API_URL": bot_api.url, "TELEGRAM_BOT_TOKEN": TOKEN}
        built.settings |= {"TELEGRAM_WEBHOOK_SECRET": SECRET}
        key = built.run("-c", HIRE).split()[-1]
        cookie = {"name": "sessionid", "value": key, "domain": "127.0.0.1", "path": "/"}
        built.start()
        yield Phones(built, graph.app, bot_api.app, {"cookies": [cookie], "origins": []})
        built.stop()


@pytest.fixture
def desks(
    phones: Phones,
    agent_state: StorageState,
    contexts: Callable[..., BrowserContext],
    watch: Callable[[Page], Page],
) -> Desks:
    """Both agents, each with everything that waits before them."""
    pages = [watch(contexts(state=state).new_page()) for state in (agent_state, phones.other)]
    for page in pages:
        page.goto(phones.site.url + "/desk/?show=waiting")
    return pages[0], pages[1]


def expect_row(desks: Desks, words: str, *tags: str) -> None:
    """It has come to both lists by itself."""
    for page in desks:
        row = page.locator(".row", has_text=words)
        for tag in tags:
            expect(row).to_contain_text(tag)


def send(page: Page, words: str, *files: Any) -> Locator:
    """The agent's message, as it stands in the story."""
    box = page.get_by_label(DESK["conversation.reply"])
    box.fill(words)
    if files:
        page.locator("[name=files]").set_input_files(*files)
    box.press("Enter")
    said = page.locator(".said.agent", has_text=words)
    expect(said).to_be_visible()
    return said


def take(page: Page) -> None:
    page.get_by_role("button", name=DESK["conversation.take"]).click()
    expect(page.get_by_label(DESK["conversation.reply"])).to_be_visible()


def test_whatsapp_from_the_first_word_to_the_day_after(phones: Phones, desks: Desks) -> None:
    meera, nila = desks
    phones.write(WISH)
    expect_row(desks, WISH, DESK["channel.whatsapp"], DESK["languages.en"], DESK["reason.asked"])
    for page in desks:
        page.locator(".row", has_text=WISH).click()
        expect(page.locator("#story")).to_contain_text(WISH)
    take(meera)
    expect(nila.locator("#panel")).to_contain_text(DESK["state.agent_name"].replace("{name}", AGENT_NAME))
    expect(nila.locator("form[action$='/take']")).to_have_count(0)
    answer_on_whatsapp(phones, meera)
    pass_on(meera, OTHER_NAME, NOTE)
    nila.reload()
    expect(nila.locator(".said.note")).to_contain_text(NOTE)
    end_and_go_on(phones, nila)
    answer_after_a_day(phones, nila)
    assert (max(phones.graph.count().values()), phones.graph.refused) == (1, [])
    assert not any(NOTE in text for text in phones.graph.texts())


def answer_on_whatsapp(phones: Phones, meera: Page) -> None:
    """Words that are read, and a picture that is not delivered."""
    words, picture = send(meera, "it is on its way"), send(meera, "this is the parcel", PICTURE)
    for status in ("delivered", "read"):
        phones.report("it is on its way", status)
        expect(words.locator(".turn")).to_have_text(DESK[f"delivery.{status}"])
    phones.report("this is the parcel", "failed", errors=[NOT_ALLOWED])
    expect(picture.locator(".turn")).to_contain_text(DESK["failure.not_allowed"])
    expect(picture.locator(".turn")).to_be_in_viewport()
    sent = phones.graph.accepted[-2:]
    assert [(body["type"], text) for body, text in zip(sent, phones.graph.texts()[-2:], strict=True)] == [
        ("text", f"*{AGENT_NAME}:*\nit is on its way"),
        ("image", f"*{AGENT_NAME}:*\nthis is the parcel"),
    ]
    assert PICTURE.read_bytes() in phones.graph.uploads[sent[1]["image"]["id"]]


def end_and_go_on(phones: Phones, nila: Page) -> None:
    """Resolved; the customer writes again and is back with the same agent."""
    nila.get_by_role("button", name=STORY["resolve.button"]).click()
    expect(nila.locator("#panel")).to_contain_text(DESK["conversation.closed_note"])
    phones.write("one more thing")
    expect(nila.locator(".said.contact", has_text="one more thing")).to_be_in_viewport()
    expect(nila.get_by_label(DESK["conversation.reply"])).to_be_visible()
    # Who reads further up stays there.
    nila.locator("#story").evaluate(TO_TOP)
    phones.write("are you there?")
    expect(nila.locator("#story")).to_contain_text("are you there?")
    assert nila.locator("#story").evaluate("story => story.scrollTop") == 0


def answer_after_a_day(phones: Phones, nila: Page) -> None:
    """Only a template goes out, until the customer writes."""
    phones.end_window()
    nila.reload()
    expect(nila.locator(".window")).to_contain_text(DESK["window.template"])
    expect(nila.locator("[name=files]")).to_have_count(0)
    nila.get_by_label(STORY["template"]).select_option(TEMPLATES[1])
    send(nila, "your parcel has arrived")
    wait_for(lambda: phones.graph.accepted[-1]["type"] == "template", "the template at WhatsApp")
    assert phones.graph.accepted[-1]["template"]["name"] == TEMPLATES[1]
    # The panel changes under the agent's hands: what was begun goes on.
    nila.get_by_label(DESK["conversation.reply"]).press_sequentially("/mom")
    phones.write("thank you so much")
    expect(nila.locator("#story")).to_contain_text("thank you so much")
    expect(nila.locator(".window")).to_contain_text(DESK["window.open"])
    expect(nila.get_by_label(STORY["template"])).to_have_count(0)
    nila.keyboard.press("Enter")
    expect(nila.get_by_label(DESK["conversation.reply"])).to_have_value(area_texts("canned", "en")["moment"])


def pass_on(page: Page, name: str, note: str) -> None:
    page.get_by_role("link", name=QUEUE["transfer.title"]).click()
    form = page.get_by_role("form", name=QUEUE["transfer.title"])
    form.get_by_label(QUEUE["transfer.to"]).select_option(label=f"{name} · {QUEUE['presence.available']}")
    form.get_by_label(QUEUE["transfer.note"]).fill(note)
    form.get_by_role("button", name=QUEUE["transfer.go"]).click()
    expect(page.locator("#talk")).to_have_count(0)


def test_telegram_answered_with_ready_words_taken_back_and_corrected(phones: Phones, desks: Desks) -> None:
    meera, nila = desks
    hetal = TelegramPerson(phones.site.url, language="gu")
    asked = run(hetal.say("gujarati person please"))
    expect_row(desks, "gujarati person", DESK["channel.telegram"], DESK["languages.gu"], "Hetal")
    nila.locator(".row", has_text="gujarati person").click()
    take(nila)
    expect(meera.locator(".row", has_text="gujarati person")).to_have_count(0)

    box = nila.get_by_label(DESK["conversation.reply"])
    box.press_sequentially("/mom")
    expect(nila.get_by_role("option", name="/moment")).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    ready = area_texts("canned", "gu")["moment"]
    expect(box).to_have_value(ready)
    box.press("Enter")
    expect(nila.locator(".said.agent", has_text=ready)).to_be_visible()
    send(nila, "not this, pleese")
    nila.locator(".said.agent", has_text="pleese").get_by_role("button", name=STORY["undo.button"]).click()
    expect(box).to_have_value("not this, pleese")
    send(nila, "this one")
    wait_for(lambda: "this one" in phones.bot_api.texts("4711")[-1], "the last reply at Telegram")
    said = phones.bot_api.texts("4711")
    assert [ready in said[-2], "this one" in said[-1]] == [True, True], said
    assert not any("pleese" in text for text in said)

    corrected = {**asked["message"], "text": "gujarati person, order 1001", "edit_date": 1_760_000_100}
    run(hetal.deliver({"edited_message": corrected}))
    expect(nila.locator(".said.contact", has_text="order 1001")).to_be_visible()
    assert phones.bot_api.find_repeats() == []
