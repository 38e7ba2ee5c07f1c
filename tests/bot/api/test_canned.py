"""Replies that are ready, over the API: listed, filled in, and written for everybody at the desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bot.accounts.models import AuditEntry
from bot.care.canned import TEXT_MAX
from bot.care.models import CannedReply
from bot.conversations.models import Conversation
from bot.conversations.states import State
from bot.page_texts import area_texts
from tests.bot.api.conftest import Api
from tests.bot.desk.conftest import Make

pytestmark = pytest.mark.django_db
OWN = "canned-replies/gu/silk-care"
WORDS = "{name}, સિલ્ક ઠંડા પાણીમાં ધોજો. {shop}"


def listed(api: Api, path: str = "canned-replies?language=gu") -> dict[str, str]:
    return {one["shortcut"]: one["text"] for one in api.get(path).json()["results"]}


def test_ready_replies_as_written_and_for_a_conversation(api: Api, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    found.contact.name = "Hetal"
    found.contact.save()
    Conversation.objects.filter(pk=found.pk).update(language="gu")
    hello = area_texts("canned", "gu")["hello"]
    written = {one["shortcut"]: one for one in api.get("canned-replies?language=gu").json()["results"]}
    assert (written["hello"]["text"], written["hello"]["own"]) == (hello, False)
    base = f"conversations/{found.pk}/canned-replies"
    for query, name in (("", "CRM"), ("?agent=meera", "Meera Joshi")):
        assert listed(api, base + query)["hello"] == hello.format(name="Hetal", agent=name, shop="Tulsi & Thread")
    assert api.get("canned-replies?language=xx").status_code == 422
    assert {one["language"] for one in api.get("canned-replies").json()["results"]} == {"en"}


def test_written_used_at_the_desk_changed_and_taken_away(api: Api, desk: Client, make: Make, meera: User) -> None:
    found = make(state=State.AGENT, agent=meera)
    Conversation.objects.filter(pk=found.pk).update(language="gu")
    assert api.get(OWN).status_code == 404
    made = api.call("PUT", OWN, {"text": WORDS}).json()
    assert made == api.get(OWN).json() == {"shortcut": "silk-care", "language": "gu", "text": WORDS, "own": True}
    assert "સિલ્ક ઠંડા પાણીમાં ધોજો. Tulsi &amp; Thread" in desk.get(f"/desk/c/{found.pk}").content.decode()
    assert api.call("PUT", "canned-replies/gu/%20/SILK-care", {"text": "x"}).status_code == 404
    assert api.call("PUT", "canned-replies/gu/SILK-Care", {"text": "બીજું"}).json()["text"] == "બીજું"
    assert CannedReply.objects.get().changed_by == "CRM"
    assert (api.call("DELETE", OWN).status_code, api.call("DELETE", OWN).status_code) == (204, 404)
    assert "silk-care" not in listed(api)
    rows = AuditEntry.objects.filter(kind="token", action="canned.changed").values_list("who", "target")
    assert list(rows) == [("CRM", "silk-care gu")] * 3


def test_a_shipped_reply_is_rewritten_and_comes_back_as_it_was(api: Api) -> None:
    path, shipped = "canned-replies/ta/hello", area_texts("canned", "ta")["hello"]
    assert api.call("PUT", path, {"text": "வணக்கம்!"}).json()["own"] is True
    assert api.call("DELETE", path).status_code == 204
    assert "hello" not in listed(api, "canned-replies?language=ta")
    assert api.call("PUT", path, {"text": shipped}).json() == {
        "shortcut": "hello", "language": "ta", "text": shipped, "own": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("canned-replies/xx/hello", {"text": "x"}, 404),
        ("canned-replies/gu/two%20words", {"text": "x"}, 404),
        ("canned-replies/gu/" + "x" * 41, {"text": "x"}, 404),
        (OWN, {"text": " "}, 422),
        (OWN, {"text": "x" * (TEXT_MAX + 1)}, 422),
        (OWN, {}, 422),
    ],
)
def test_what_cannot_be_a_reply_is_kept_nowhere(api: Api, path: str, body: dict[str, str], status: int) -> None:
    assert api.call("PUT", path, body).status_code == status
    assert not CannedReply.objects.exists()
    assert not AuditEntry.objects.exists()


def test_reading_is_not_writing(with_scopes: Callable[..., Api]) -> None:
    reader = with_scopes("conversations:read", "conversations:write", "messages:write")
    assert reader.get("canned-replies/gu/hello").status_code == 200
    assert reader.call("PUT", OWN, {"text": "x"}).status_code == 403
    assert reader.call("DELETE", "canned-replies/gu/hello").status_code == 403
