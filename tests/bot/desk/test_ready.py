"""Words that are ready for an agent: replies by a shortcut, answers of the FAQ."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bot.care.canned import OPEN, fill, list_canned
from bot.config import config
from bot.conversations import topics as understanding
from bot.conversations.models import Conversation, Message, Turn
from bot.conversations.states import Author, Direction, State
from bot.desk import suggestions, topics
from bot.page_texts import LANGUAGE_NAMES, area_texts
from knowledge.index import write_index
from tests.bot.desk.conftest import Make
from tests.bot.desk.test_windows import panel
from tests.environment import FAST
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.running import run_aside
from tests.knowledge.conftest import LetterCounts, LetterEncoder, write_faq


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_replies_are_in_the_customers_language_with_their_values(
    desk: Client, make: Make, meera: User, language: str
) -> None:
    found = make(state=State.AGENT, agent=meera)
    found.contact.name = "Hetal"
    found.contact.save()
    Conversation.objects.filter(pk=found.pk).update(language=language)
    page = html.unescape(panel(desk, found, "en"))
    hello = area_texts("canned", language)["hello"]
    assert hello.format(name="Hetal", agent="Meera Joshi", shop="Tulsi & Thread") in page
    assert area_texts("canned", language)["looking"].format(order=OPEN) in page
    assert "{" not in page.split('id="canned"')[1].split("</ul>")[0]


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_no_reply_needs_a_name(language: str) -> None:
    for one in list_all(language):
        text = fill(one, {"agent": "Meera", "shop": "S", "order": "TT-1"})
        assert "{" not in text
        assert " ," not in text
        assert not text.startswith((",", " "))


def list_all(language: str) -> list[str]:
    return list(area_texts("canned", language).values())


def test_the_shop_writes_its_own_and_takes_shipped_ones_away(desk: Client, make: Make, db: None) -> None:
    page = "/desk/canned"
    desk.post(page, {"in": "gu", "shortcut": "/Diwali", "text": "શુભ દિવાળી {name}!"})
    desk.post(page, {"in": "en", "shortcut": "hello", "text": "Hi!"})
    desk.post(page, {"in": "en", "shortcut": "moment", "text": " "})
    english = {one.shortcut: one.text for one in list_canned("en")}
    assert (english["hello"], "moment" in english, "diwali" in english) == ("Hi!", False, False)
    assert {one.shortcut: one.text for one in list_canned("gu")}["diwali"] == "શુભ દિવાળી {name}!"
    # Written back as it is shipped, it follows the shipped one again.
    desk.post(page, {"in": "en", "shortcut": "hello", "text": area_texts("canned", "en")["hello"]})
    assert not next(one for one in list_canned("en") if one.shortcut == "hello").own


@pytest.mark.parametrize("wrong", [{"shortcut": "two words"}, {"shortcut": ""}, {"shortcut": "<b>"}])
def test_a_shortcut_that_cannot_be_typed_is_refused(desk: Client, wrong: dict[str, str]) -> None:
    answer = desk.post("/desk/canned", {"in": "en", "text": "so", **wrong})
    assert answer.status_code == 422
    assert html.escape(area_texts("desk_story", "en")["canned.wrong"]) in answer.content.decode()


def test_strangers_write_no_replies(client: Client, db: None) -> None:
    assert client.post("/desk/canned", {"in": "en", "shortcut": "x", "text": "so"}).status_code == 302
    assert not any(one.own for one in list_canned("en"))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small FAQ index of the desk's own."""
    folder = tmp_path / "index"
    for module in (topics, suggestions):
        monkeypatch.setattr(module, "index_folder", lambda: folder)
    topics._live.cache_clear()
    suggestions._wordings.cache_clear()
    write_index(folder, LetterEncoder("letters", LetterCounts()), write_faq(tmp_path / "faq"))
    yield folder
    topics._live.cache_clear()
    suggestions._wordings.cache_clear()


def suggested(desk: Client, found: Conversation) -> str:
    return html.unescape(desk.get(f"/desk/c/{found.pk}/suggestions").content.decode())


def test_what_the_assistant_understood_is_suggested_in_the_customers_language(
    desk: Client, make: Make, meera: User, index: Path
) -> None:
    found = make(state=State.AGENT, agent=meera)
    Conversation.objects.filter(pk=found.pk).update(language="gu")
    others = [{"route": "faq", "topic": "refund.time", "confidence": 0.2}, {"route": "order_status", "confidence": 0.3}]
    record = {"route": "faq", "topic": "refund.method", "alternatives": others}
    turn = Turn.objects.create(conversation=found, message_id="1", record=record)
    found.messages.update(turn=turn)
    page = suggested(desk, found)
    assert page.index("refund.metho gu") < page.index("refund.time gu")
    assert page.count("data-suggestion=") == 2


def write(found: Conversation, text: str) -> None:
    Message.objects.create(
        conversation=found, channel="webchat", direction=Direction.INBOUND, author=Author.CONTACT, text=text
    )


@pytest.fixture
def near(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRasa]:
    """A Rasa that is asked what messages are near to."""
    with run_aside(FakeRasa(token=FAST["RASA_TOKEN"])) as running:
        found = replace(config(), rasa_urls=(running.url,))
        monkeypatch.setattr("bot.conversations.topics.config", lambda: found)
        understanding._client.cache_clear()
        yield running.app
        understanding._client().close()
        understanding._client.cache_clear()


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_what_is_written_to_the_agent_is_suggested_by_its_meaning(
    desk: Client, make: Make, meera: User, index: Path, near: FakeRasa, language: str
) -> None:
    found = make(state=State.AGENT, agent=meera)
    Conversation.objects.filter(pk=found.pk).update(language=language)
    assert suggested(desk, found).strip() == ""
    write(found, "paisa pacha kyare")
    near.near["paisa pacha kyare"] = ["refund.method", "unknown.topic", "refund.time"]
    page = suggested(desk, found)
    assert page.index(f"refund.metho {language}") < page.index(f"refund.time {language}")
    assert (page.count("data-suggestion="), near.asked[-1]["context"]["language"]) == (2, language)
    # Thanks are no question: what was asked before stands.
    write(found, "thanks")
    assert suggested(desk, found) == page
    # Nothing of it is a turn: the assistant answers nobody here.
    assert near.ran == []


@pytest.mark.parametrize("fault", [{"down": "turn_failed"}, {"malformed": True}, {"delay_s": 0.95}, {"token": "other"}])
def test_without_the_meaning_words_are_compared_and_nobody_waits(
    desk: Client, make: Make, meera: User, index: Path, near: FakeRasa, fault: dict[str, object]
) -> None:
    for name, value in fault.items():
        setattr(near, name, value)
    found = make(state=State.AGENT, agent=meera)
    for text in ("refund.time e en", "hm", "one moment"):
        write(found, text)
    assert 'data-suggestion="1"' in suggested(desk, found)
    assert len(near.asked) <= 1


def test_without_a_dialogue_engine_words_are_compared(desk: Client, make: Make, meera: User, index: Path) -> None:
    found = make(state=State.AGENT, agent=meera)
    assert suggested(desk, found).strip() == ""
    write(found, "refund.time e en")
    assert 'data-suggestion="1"' in suggested(desk, found)
