"""An agent sees before typing whether words can still go out, what files came, and in plain words what failed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bot.config import config
from bot.conversations.models import Attachment, Conversation, Message
from bot.conversations.outbox import build_outbound
from bot.conversations.states import Author, Delivery, Direction, FileState, State
from bot.page_texts import LANGUAGE_NAMES, area_texts
from tests.bot.desk.conftest import Make


def panel(desk: Client, found: Conversation, language: str = "en") -> str:
    return desk.get(f"/desk/c/{found.pk}?lang={language}", headers={"HX-Request": "true"}).content.decode()


def set_window(found: Conversation, hours: int) -> None:
    found.identity.window_closes_at = timezone.now() + timedelta(hours=hours)
    found.identity.save()


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_the_desk_says_so_before_an_agent_types(desk: Client, make: Make, meera: User, language: str) -> None:
    found = make(state=State.AGENT, agent=meera)
    words = area_texts("desk", language)
    assert "data-window" not in panel(desk, found, language)
    set_window(found, 3)
    page = panel(desk, found, language)
    assert words["window.open"] in page
    assert 'name="text"' in page
    set_window(found, -3)
    page = panel(desk, found, language).replace("&#x27;", "'")
    assert words["window.closed"] in page
    assert 'name="text"' not in page


def test_with_a_template_the_agent_may_write_and_knows_how_it_goes(
    desk: Client, make: Make, meera: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(config().__dict__, "whatsapp_template", ("shop_message",))
    found = make(state=State.AGENT, agent=meera)
    set_window(found, -3)
    page = panel(desk, found).replace("&#x27;", "'")
    assert area_texts("desk", "en")["window.template"] in page
    assert 'name="text"' in page


def test_an_agent_chooses_the_template_and_only_one_of_ours(
    desk: Client, make: Make, meera: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(config().__dict__, "whatsapp_template", ("shop_message", "order_news"))
    found = make(state=State.AGENT, agent=meera)
    set_window(found, -3)
    assert "<option>order_news</option>" in panel(desk, found)
    for name in ("order_news", "somebody_elses"):
        desk.post(f"/desk/c/{found.pk}/reply", {"text": name, "key": name, "template": name})
    said = found.messages.filter(author=Author.AGENT)
    assert [build_outbound(one, found).template for one in said] == ["order_news", ""]
    set_window(found, 3)
    assert "<option>" not in panel(desk, found)


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_what_failed_is_told_in_the_agents_language(desk: Client, make: Make, meera: User, language: str) -> None:
    found = make(state=State.AGENT, agent=meera)
    for author in (Author.AGENT, Author.BOT):
        Message.objects.create(
            conversation=found, channel="webchat", direction=Direction.OUTBOUND, author=author, text="lost",
            delivery=Delivery.FAILED, error="window_closed (131047)",
        )  # fmt: skip
    words = area_texts("desk", language)["failure.window_closed"]
    assert panel(desk, found, language).replace("&#x27;", "'").count(f"{words} (131047)") == 2


def test_files_are_shown_by_what_they_are(desk: Client, make: Make, meera: User) -> None:
    found = make("", state=State.AGENT, agent=meera)
    message = found.messages.get()
    Message.objects.filter(pk=message.pk).update(kind="image")
    kinds: list[dict[str, Any]] = [
        {"kind": "image", "state": FileState.STORED, "shown": True, "size": 2_500_000},
        {"kind": "document", "state": FileState.STORED, "file_name": "<b>bill</b>.pdf"},
        {"kind": "voice", "state": FileState.STORED},
        {"kind": "video", "state": FileState.REFUSED, "problem": "too_large"},
        {"kind": "image", "state": FileState.WAITING},
    ]
    rows = [Attachment.objects.create(message=message, position=place, **one) for place, one in enumerate(kinds)]
    page = panel(desk, found)
    words = area_texts("desk", "en")
    assert f'<img src="/desk/files/{rows[0].pk}"' in page
    assert "2.4 MB" in page
    assert "&lt;b&gt;bill&lt;/b&gt;.pdf" in page
    assert f'<audio controls preload="none" src="/desk/files/{rows[2].pk}"' in page
    assert words["file.problem.too_large"] in page
    assert words["file.waiting"] in page
    assert words["message_kind.image"] in page


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_the_list_says_what_came_without_words(desk: Client, make: Make, language: str) -> None:
    found = make("first words")
    found.messages.create(channel="webchat", direction=Direction.INBOUND, author=Author.CONTACT, kind="voice", text="")
    page = desk.get(f"/desk/?show=waiting&lang={language}").content.decode()
    assert f"<i>{area_texts('desk', language)['message_kind.voice']}</i>" in page
    assert "first words" not in page
