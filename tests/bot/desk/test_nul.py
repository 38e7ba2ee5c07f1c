"""A NUL that a program has pasted is left out, whatever the field: PostgreSQL takes none in any text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bot.care.models import CannedReply, ContactNote, Tag
from bot.conversations.models import Conversation, Message
from bot.conversations.states import Author, State
from tests.bot.desk.conftest import Make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "form", "kept"),
    [
        ("c/{}/tag", {"add": "v\0ip"}, lambda: Tag.objects.get().word),
        ("c/{}/about", {"about": "v\0ip"}, lambda: ContactNote.objects.get().text),
        ("c/{}/reply", {"text": "v\0ip", "key": "k\0"}, lambda: Message.objects.get(author=Author.AGENT).text),
        ("canned", {"shortcut": "v\0ip", "text": "v\0ip", "in": "en"}, lambda: CannedReply.objects.get().text),
    ],
    ids=["tag", "about", "reply", "canned"],
)
def test_nul_is_left_out(
    desk: Client, make: Make, meera: User, path: str, form: dict[str, str], kept: Callable[[], str]
) -> None:
    found = make(state=State.AGENT, agent=meera)
    assert desk.post(f"/desk/{path.format(found.pk)}", form).status_code == 302
    assert kept() == "vip"


@pytest.mark.parametrize("name", ["channel", "language", "reason", "words"])
def test_nul_in_a_filter_is_left_out(desk: Client, make: Make, name: str) -> None:
    found = make("webchat")
    Conversation.objects.filter(pk=found.pk).update(channel="webchat", language="gu")
    value = {"channel": "web\0chat", "language": "g\0u", "reason": "as\0ked", "words": "web\0chat"}[name]
    page = desk.get("/desk/list", {"show": "waiting", name: value}).content.decode()
    assert str(found.pk) in page
