"""What a customer has corrected or taken back: the desk says so, and shows what it said before."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from bot.channels.contract import InboundMessage
from bot.channels.reports import ChannelEvent, Edit
from bot.conversations.changes import record_edit
from bot.conversations.inbox import record_inbound
from bot.conversations.models import Conversation, EarlierWords, Message
from bot.page_texts import LANGUAGE_NAMES, area_texts

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def write(text: str, external_id: str, user: str = "u1", **values: str) -> Conversation:
    """A message of a customer on WhatsApp; the conversation it is in."""
    said = InboundMessage("whatsapp", external_id, user, text, sent_at=AT, **values)  # type: ignore[arg-type]
    return Conversation.objects.get(pk=record_inbound(said).recorded.conversation)


def change(kind: str, text: str, external_id: str, changes: str, user: str = "u1") -> None:
    write(text, external_id, user, kind=kind, reading="nobody", changes=changes)


def edit(text: str, at: datetime, number: str) -> None:
    event = ChannelEvent("whatsapp", number, "edited", {})
    record_edit(event, Edit("u1", "w1", text, at))


def read(desk: Client, found: Conversation, language: str) -> tuple[str, dict[str, str]]:
    page = desk.get(f"/desk/c/{found.pk}/story", {"lang": language}).content.decode()
    return html.unescape(page), area_texts("desk_story", language)


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_a_correction_shows_the_words_before(desk: Client, db: None, language: str) -> None:
    found = write("the blue kurta", "w1")
    page, words = read(desk, found, language)
    assert words["changed.edited"] not in page
    change("edit", "the green kurta", "w2", "w1")
    page, _ = read(desk, found, language)
    shown = page.split("said-before")[0]
    assert shown.count(words["changed.edited"]) == 1
    assert "the green kurta" in shown
    assert "the blue kurta" not in shown
    assert "the blue kurta" in page


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_what_is_taken_back_is_folded(desk: Client, db: None, language: str) -> None:
    found = write("my card is 4111", "w1")
    for number in ("w2", "w3"):
        change("deleted", "", number, "w1")
    page, words = read(desk, found, language)
    folded = page.split('<details class="before">')[1].split("</details>")[0]
    assert (page.count("my card is 4111"), "my card is 4111" in folded) == (1, True)
    assert words["changed.withdrawn"] in folded
    assert EarlierWords.objects.count() == 1


def test_every_version_is_kept_once_and_a_late_one_changes_nothing(desk: Client, db: None) -> None:
    found = write("one", "w1")
    for text, minutes in (("two", 1), ("two", 2), ("late", 1), ("three", 3)):
        edit(text, AT + timedelta(minutes=minutes), f"{text}{minutes}")
    edit("again", AT + timedelta(minutes=9), "three3")
    assert list(EarlierWords.objects.values_list("text", flat=True)) == ["one", "two"]
    page, _ = read(desk, found, "en")
    assert page.index("three") < page.index(">one<") < page.index(">two<")


def test_nobody_changes_what_another_person_said(db: None) -> None:
    write("mine", "w1")
    change("edit", "theirs", "w2", "w1", user="u2")
    change("deleted", "", "w3", "w1", user="u2")
    change("edit", "", "w4", "unknown")
    assert Message.objects.get(external_id="w1").text == "mine"
    assert not EarlierWords.objects.exists()
