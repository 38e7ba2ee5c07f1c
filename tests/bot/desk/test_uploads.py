"""Pictures and papers that an agent sends: what is taken, what goes out, who may fetch it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bot.channels.telegram.keyboards import ChoiceSigner
from bot.channels.telegram.rendering import build_calls
from bot.channels.webchat.file_links import FileLinks
from bot.channels.whatsapp.render import build_parts
from bot.config import config
from bot.conversations.history import find_session
from bot.conversations.models import Attachment, Conversation, Message
from bot.conversations.outbox import build_outbound
from bot.conversations.states import Author, Delivery, State
from bot.page_texts import area_texts
from tests.bot.desk.conftest import Make

HTMX = {"HX-Request": "true"}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (20).to_bytes(4, "big") + (20).to_bytes(4, "big") + b"\x08" * 50
PDF = b"%PDF-1.7 the bill"


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of a test lie in its own folder."""
    monkeypatch.setitem(config().__dict__, "data_dir", tmp_path)
    return tmp_path


def count_files(folder: Path) -> int:
    return sum(one.is_file() for one in (folder / "media").rglob("*"))


def send(desk: Client, found: Conversation, *files: tuple[str, bytes], text: str = "", key: str = "k") -> str:
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    answer = desk.post(f"/desk/c/{found.pk}/reply", {"text": text, "key": key, "files": sent}, headers=HTMX)
    return answer.content.decode()


def test_a_picture_goes_out_on_every_channel(desk: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    send(desk, found, ("kurta.png", PNG), ("bill.pdf", PDF), text="Both are here")
    message = build_outbound(found.messages.get(author=Author.AGENT), found)
    assert [one.path.read_bytes() for one in message.files] == [PNG, PDF]
    assert [one.body["type"] for one in build_parts(message, "en")] == ["image", "document"]
    assert [one.method for one in build_calls(message, ChoiceSigner("k"))] == [
        "sendMessage", "sendPhoto", "sendDocument",
    ]  # fmt: skip


def test_the_customer_is_told_of_it_when_it_goes_out(desk: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    send(desk, found, ("kurta.png", PNG), ("bill.pdf", PDF))
    assert len(find_session("webchat", found.identity.external_id).history) == 1
    Message.objects.filter(author=Author.AGENT).update(delivery=Delivery.SENDING, next_try_at=None)
    said = find_session("webchat", found.identity.external_id).history[-1]
    assert [(one["name"], one["shown"]) for one in said["files"]] == [("kurta.png", True), ("bill.pdf", False)]
    [picture, _] = FileLinks(config().secret_key.reveal()).describe(said["files"])
    answer = Client().get(picture["url"])
    assert (answer.content, answer.headers["Content-Type"]) == (PNG, "image/png")
    assert Client().get(picture["url"][:-1]).status_code == 404


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ([("x.png", b"<script>alert(1)</script>")], "file_kind"),
        ([("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")], "file_kind"),
        ([("x.png", b"")], "file_empty"),
        ([("good.png", PNG), ("big.pdf", PDF + b"x" * (17 * 1024 * 1024))], "file_too_large"),
        ([(f"{number}.png", PNG) for number in range(6)], "file_many"),
    ],
    ids=["not what it says", "svg", "empty", "too large", "too many"],
)
def test_what_is_not_taken_leaves_nothing_and_says_why(
    desk: Client, make: Make, meera: User, own_store: Path, files: list[tuple[str, bytes]], error: str
) -> None:
    found = make(state=State.AGENT, agent=meera)
    page = send(desk, found, *files, text="look")
    assert area_texts("desk_story", "en")[f"error.{error}"] in page
    assert not found.messages.filter(author=Author.AGENT).exists()
    assert count_files(own_store) == 0


def test_second_click_and_undo_leave_no_file_behind(desk: Client, make: Make, meera: User, own_store: Path) -> None:
    found = make(state=State.AGENT, agent=meera)
    for _ in range(2):
        send(desk, found, ("kurta.png", PNG))
    assert (Attachment.objects.count(), count_files(own_store)) == (1, 1)
    message = found.messages.get(author=Author.AGENT)
    desk.post(f"/desk/c/{found.pk}/replies/{message.pk}/undo", headers=HTMX)
    assert (Attachment.objects.count(), count_files(own_store)) == (0, 0)


def test_who_has_not_taken_it_sends_no_file(desk: Client, make: Make, own_store: Path) -> None:
    send(desk, make(), ("kurta.png", PNG))
    assert (Attachment.objects.count(), count_files(own_store)) == (0, 0)
