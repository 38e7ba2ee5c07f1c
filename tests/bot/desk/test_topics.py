"""Agents read titles and words for what the assistant noted, in the desk's language; never its own names for them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from bot.conversations.models import Conversation, Message, Turn
from bot.conversations.states import Author, Direction, TurnState
from bot.desk import topics
from bot.language.texts import say
from bot.page_texts import LANGUAGE_NAMES, area_texts
from knowledge.index import write_index
from tests.bot.desk.conftest import Make
from tests.bot.desk.test_windows import panel
from tests.knowledge.conftest import LetterCounts, LetterEncoder, write_faq


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the desk looks for titles; nothing is there yet."""
    folder = tmp_path / "index"
    monkeypatch.setattr(topics, "index_folder", lambda: folder)
    topics._live.cache_clear()
    yield folder
    topics._live.cache_clear()


def answer(found: Conversation, **record: object) -> None:
    turn = Turn.objects.create(
        conversation=found, message_id=uuid.uuid4().hex, text="x", state=TurnState.ANSWERED, record=record
    )
    Message.objects.create(
        conversation=found, channel="webchat", direction=Direction.OUTBOUND, author=Author.BOT, text="so", turn=turn
    )


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_topics_have_their_title(desk: Client, make: Make, index: Path, language: str, tmp_path: Path) -> None:
    found = make()
    answer(found, topic="refund.method", route="faq", confidence=0.9, decision="answer")
    assert "<span>refund.method</span>" in panel(desk, found, language)
    write_index(index, LetterEncoder("letters", LetterCounts()), write_faq(tmp_path / "faq"))
    page = panel(desk, found, language)
    assert f"<span>refund.metho {language}</span>" in page
    assert f"</b> refund.time {language}</p>" in page
    assert "refund.method" not in page


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_what_is_no_topic_has_words(desk: Client, make: Make, index: Path, language: str) -> None:
    found = make()
    answer(found, route="greet", decision="answer")
    answer(found, route="order_status", decision="answer")
    answer(found, route="something_new", decision="answer")
    page = panel(desk, found, language)
    words = (area_texts("desk", language)["turn.route.greet"], say("handoff.routes.order_status", language))
    for word in (*words, "something_new"):
        assert f"<span>{word}</span>" in page


def test_kinds_that_no_page_can_show_have_a_word(desk: Client, make: Make) -> None:
    found = make("· paid media")
    found.messages.update(kind="paid_media")
    page = panel(desk, found).replace("&#x27;", "'")
    assert area_texts("desk", "en")["message_kind.unsupported"] in page
    assert "paid media" not in page
