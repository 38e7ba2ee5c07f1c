"""The API passes on, puts aside, takes back and sends again, by the desk's rules; files go with a reply."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from bot.accounts.models import AuditEntry
from bot.config import config
from bot.conversations import events
from bot.conversations.events import Event
from bot.conversations.models import Attachment, Conversation, Message, Note
from bot.conversations.states import Author, Delivery, State
from tests.bot.api.conftest import Api
from tests.bot.desk.conftest import Make

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (20).to_bytes(4, "big") + (20).to_bytes(4, "big") + b"\x08" * 50


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_passing_on_to_an_agent_and_to_a_skill_with_a_note(api: Api, make: Make, meera: User) -> None:
    base = f"conversations/{make().pk}"
    api.post(f"{base}/take")
    shown = api.post(f"{base}/transfer", {"to_agent": "meera", "note": "knows about silk"}).json()
    assert (shown["state"], shown["agent"]["username"]) == ("agent", "meera")
    assert [note.text for note in Note.objects.all()] == ["knows about silk"]
    assert api.post(f"{base}/transfer", {"to_skill": "returns"}).status_code == 409
    shown = api.post(f"{base}/transfer", {"to_skill": "returns", "agent": "meera"}).json()
    assert (shown["state"], Conversation.objects.get().hand_offs.get().skill) == ("waiting", "returns")
    assert actions().count("conversation.passed_on") == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"to_agent": "meera", "to_skill": ""}, 422),
        ({"to_skill": "juggling"}, 422),
        ({"to_agent": "nobody"}, 404),
    ],
)
def test_passing_on_to_nobody_changes_nothing(
    api: Api, make: Make, meera: User, body: dict[str, str], status: int
) -> None:
    found = make()
    assert api.post(f"conversations/{found.pk}/transfer", body | {"note": "x"}).status_code == status
    found.refresh_from_db()
    assert (found.state, Note.objects.count(), actions()) == (State.WAITING, 0, [])


def test_giving_it_to_an_agent_needs_the_scope_for_that(
    with_scopes: Callable[..., Api], make: Make, meera: User
) -> None:
    base = f"conversations/{make().pk}"
    narrow = with_scopes("conversations:write")
    assert narrow.post(f"{base}/transfer", {"to_agent": "meera"}).status_code == 403
    assert narrow.post(f"{base}/transfer", {"to_skill": ""}).json()["state"] == "waiting"


def test_snoozed_until_a_time_and_woken(api: Api, make: Make) -> None:
    base = f"conversations/{make().pk}"
    until = (timezone.now() + timedelta(hours=2)).isoformat()
    assert api.post(f"{base}/snooze", {"until": until}).status_code == 409
    api.post(f"{base}/take")
    assert api.post(f"{base}/snooze", {"until": "2020-01-01T00:00:00Z"}).status_code == 409
    assert api.post(f"{base}/snooze", {"until": "soon"}).status_code == 422
    assert api.post(f"{base}/snooze", {"until": until}).json()["snoozed_until"] is not None
    assert api.post(f"{base}/wake").json()["snoozed_until"] is None
    assert actions() == ["conversation.taken", "conversation.snoozed", "conversation.woken"]


def test_a_held_reply_is_taken_back_and_one_that_is_not_held_has_gone(api: Api, make: Make) -> None:
    found = make()
    base = f"conversations/{found.pk}"
    api.post(f"{base}/take")
    held = api.post(f"{base}/messages", {"text": "wait, no", "undoable": True}).json()["id"]
    assert api.post(f"conversations/{make().pk}/messages/{held}/undo").status_code == 409
    assert api.post(f"{base}/messages/{held}/undo").json() == {"text": "wait, no"}
    assert not found.messages.filter(author=Author.AGENT).exists()
    gone = api.post(f"{base}/messages", {"text": "yes"}).json()["id"]
    assert api.post(f"{base}/messages/{gone}/undo").status_code == 409
    assert actions() == ["conversation.taken", "message.sent", "message.undone", "message.sent"]


def test_a_failed_reply_is_sent_again_unless_it_may_have_arrived(api: Api, make: Make) -> None:
    base = f"conversations/{make().pk}"
    api.post(f"{base}/take")
    sent = api.post(f"{base}/messages", {"text": "hello"}).json()["id"]
    Message.objects.filter(pk=sent).update(delivery=Delivery.FAILED, error="unsure")
    assert api.post(f"{base}/messages/{sent}/send-again").json()["code"] == "transition_refused"
    Message.objects.filter(pk=sent).update(error="unavailable")
    assert api.post(f"{base}/messages/{sent}/send-again").json()["delivery"] == "queued"
    assert api.post(f"{base}/messages/999999/send-again").status_code == 409


def test_typing_is_shown_to_ones_own_customer_only(api: Api, make: Make) -> None:
    base = f"conversations/{make().pk}"
    told: list[Event] = []
    remove = events.add_listener(told.append)
    assert api.post(f"{base}/typing").status_code == 409
    api.post(f"{base}/take")
    assert api.post(f"{base}/typing", {"on": False}).status_code == 204
    remove()
    assert [(one.data["on"], one.data["name"]) for one in told if one.name == events.TYPING] == [(False, "CRM")]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of a test lie in its own folder."""
    monkeypatch.setitem(config().__dict__, "data_dir", tmp_path)
    return tmp_path / "media"


def send_files(api: Api, found: Conversation, *contents: bytes, **headers: str) -> Any:
    sent = [SimpleUploadedFile(f"{number}.png", content) for number, content in enumerate(contents)]
    headers |= {"Authorization": f"Bearer {api.secret}"}
    return api._client.post(f"/api/v1/conversations/{found.pk}/messages", {"files": sent}, headers=headers)


def test_files_go_with_a_reply_once_and_are_listed_and_downloaded(api: Api, make: Make, store: Path) -> None:
    found = make()
    api.post(f"conversations/{found.pk}/take")
    key = {"Idempotency-Key": "the-picture"}
    first, again = (send_files(api, found, PNG, **key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    (file,) = api.get(f"conversations/{found.pk}/messages").json()["results"][-1]["files"]
    assert (file["file_name"], file["mime_type"], file["size"]) == ("0.png", "image/png", len(PNG))
    assert api.get(f"files/{file['id']}").content == PNG
    assert sum(one.is_file() for one in store.rglob("*")) == Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("contents", "reason"),
    [((b"<script>",), "kind"), ((b"",), "empty"), ((PNG,) * 6, "many"), ((PNG, PNG + b"x" * 2**24), "too_large")],
    ids=["kind", "empty", "many", "too large"],
)
def test_files_that_are_not_taken_leave_nothing(
    api: Api, make: Make, store: Path, contents: tuple[bytes, ...], reason: str
) -> None:
    found = make()
    api.post(f"conversations/{found.pk}/take")
    answer = send_files(api, found, *contents)
    assert (answer.status_code, answer.json()["errors"]) == (422, {"files": [reason]})
    assert not found.messages.filter(author=Author.AGENT).exists()
    assert not any(one.is_file() for one in store.rglob("*"))


def test_a_form_with_more_files_than_anybody_reads_is_a_problem_in_json(api: Api, make: Make, store: Path) -> None:
    answer = send_files(api, make(), *[PNG] * 101)
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
