"""The API: what the desk can do, with a token; every refusal is JSON; the same key sends once."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from bot.accounts.models import AuditEntry
from bot.api.models import Token
from bot.api.tokens import revoke_token
from bot.config import config
from bot.conversations.models import Conversation, Message
from bot.conversations.states import Author, State
from tests.bot.api.conftest import Api
from tests.bot.desk.conftest import Make

pytestmark = pytest.mark.django_db


def test_token_is_kept_as_a_hash_only(api: Api) -> None:
    kept = str(list(Token.objects.values()))
    assert api.secret not in kept
    assert api.get("me").json() == {"name": "CRM", "scopes": Token.objects.get().scopes}


@pytest.mark.parametrize("header", ["", "Bearer seva_wrong", "Basic x", "Bearer", "Bearer a b", "Bearer ü"])
def test_without_a_good_token_the_answer_is_no(header: str, make: Make) -> None:
    stranger = Api()
    answer = stranger.call("GET", f"conversations/{make().pk}", Authorization=header)
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_revoked_token_is_dead_at_once(api: Api) -> None:
    revoke_token(Token.objects.get().pk)
    assert api.get("me").status_code == 401


def test_a_signed_in_browser_is_no_token(desk: object, make: Make) -> None:
    answer = desk.get(f"/api/v1/conversations/{make().pk}")  # type: ignore[attr-defined]
    assert answer.status_code == 401


def test_list_filters_and_searches(api: Api, make: Make, meera: User) -> None:
    waiting, mine = make("blue kurta"), make("red saree", State.AGENT, meera)
    for query, wanted in {
        "state=waiting": [waiting],
        "agent=meera": [mine],
        "q=KURTA": [waiting],
        f"contact={mine.contact_id}": [mine],
        "contact=x": [],
        "channel=whatsapp": [],
        "": [mine, waiting],
    }.items():
        found = api.get(f"conversations?{query}").json()["results"]
        assert {one["id"] for one in found} == {str(one.pk) for one in wanted}, query


def test_pages_by_cursor_skip_and_repeat_nothing_when_something_comes_between(api: Api, make: Make) -> None:
    made = [make(f"case {number}") for number in range(5)]
    first = api.get("conversations?limit=2").json()
    make("came between")
    seen = [one["id"] for one in first["results"]]
    following = first["next"]
    while following:
        page = api.get(following.split("/api/v1/")[1]).json()
        seen += [one["id"] for one in page["results"]]
        following = page["next"]
    assert seen == [str(one.pk) for one in reversed(made)]


def test_take_reply_note_close(api: Api, make: Make) -> None:
    found = make("where is my order")
    base = f"conversations/{found.pk}"
    shown = api.get(base).json()
    assert (shown["state"], shown["hand_offs"][0]["reason"]) == ("waiting", "asked")
    assert api.post(f"{base}/messages", {"text": "too early"}).json()["code"] == "transition_refused"
    assert api.post(f"{base}/take").json()["agent"]["name"] == "CRM"
    answer = api.post(f"{base}/messages", {"text": "On its way."})
    assert (answer.status_code, answer.json()["delivery"]) == (201, "queued")
    assert api.post(f"{base}/notes", {"text": "called the courier"}).status_code == 201
    assert [one["text"] for one in api.get(f"{base}/notes").json()["results"]] == ["called the courier"]
    said = [(one["author"], one["text"]) for one in api.get(f"{base}/messages").json()["results"]]
    assert said == [("contact", "where is my order"), ("agent", "On its way.")]
    assert api.post(f"{base}/close").json()["state"] == "closed"


def test_assigning_and_writing_in_an_agents_name(
    api: Api, with_scopes: Callable[..., Api], make: Make, meera: User
) -> None:
    base = f"conversations/{make().pk}"
    assert api.post(f"{base}/assign", {"agent": "meera"}).json()["agent"]["username"] == "meera"
    assert api.post(f"{base}/messages", {"text": "mine?"}).status_code == 409
    assert api.post(f"{base}/messages", {"text": "yes", "agent": "meera"}).json()["author_name"] == "Meera Joshi"
    narrow = with_scopes("messages:write")
    assert narrow.post(f"{base}/messages", {"text": "no", "agent": "meera"}).status_code == 403
    assert api.post(f"{base}/assign", {"agent": "nobody"}).status_code == 404
    assert api.post(f"{base}/hand-back", {"agent": "meera"}).json()["state"] == "bot"


def test_the_same_idempotency_key_sends_once(api: Api, with_scopes: Callable[..., Api], make: Make) -> None:
    found = make()
    base = f"conversations/{found.pk}"
    api.post(f"{base}/take")
    key = {"Idempotency-Key": "order-7-shipped"}
    first, again = (api.post(f"{base}/messages", {"text": "Shipped!"}, **key) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 200, again.json()["id"])
    other = api.post(f"{base}/messages", {"text": "Something else"}, **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Message.objects.filter(author=Author.AGENT).count() == 1


def test_contacts_with_their_channels(api: Api, make: Make) -> None:
    contact = make().contact
    contact.name = "Anita"
    contact.save()
    make()
    assert [one["name"] for one in api.get("contacts?q=anit").json()["results"]] == ["Anita"]
    assert api.get(f"contacts/{contact.pk}").json()["identities"][0]["channel"] == "webchat"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "conversations/{other}", None, 404, "not_found"),
        ("GET", "conversations/{other}/messages", None, 404, "not_found"),
        ("GET", "contacts/999999", None, 404, "not_found"),
        ("GET", "files/{other}", None, 404, "not_found"),
        ("GET", "nothing/here", None, 404, "not_found"),
        ("POST", "conversations/{other}/take", {}, 404, "not_found"),
        ("POST", "conversations/{own}/messages", {}, 422, "invalid"),
        ("POST", "conversations/{own}/messages", {"text": "  "}, 422, "invalid"),
        ("POST", "conversations/{own}/messages", {"text": "\u200b"}, 422, "empty"),
        ("POST", "conversations/{own}/notes", [1], 422, "invalid"),
        ("POST", "conversations/{own}/assign", {}, 422, "invalid"),
        ("GET", "conversations?cursor=nonsense", None, 404, "not_found"),
        ("DELETE", "conversations", None, 403, "permission_denied"),
    ],
)
def test_every_refusal_is_a_problem_in_json(
    api: Api, make: Make, method: str, path: str, body: object, status: int, code: str
) -> None:
    answer = api.call(method, path.format(own=make().pk, other=uuid.uuid4()), body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_broken_json_is_a_problem_too(api: Api, make: Make) -> None:
    path = f"/api/v1/conversations/{make().pk}/notes"
    answer = api._client.post(
        path, "{", content_type="application/json", headers={"Authorization": f"Bearer {api.secret}"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_too_many_requests_are_told_when_to_come_back(
    api: Api, with_scopes: Callable[..., Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(config().__dict__, "api_rate", 3)
    codes = [api.get("me").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    refused = api.get("me")
    assert (refused.json()["code"], int(refused.headers["Retry-After"]) > 0) == ("throttled", True)


def test_what_an_integration_sees_and_does_is_in_the_audit_list(api: Api, make: Make) -> None:
    found = make("secret words")
    base = f"conversations/{found.pk}"
    api.get(f"{base}/messages")
    api.post(f"{base}/take")
    api.post(f"{base}/messages", {"text": "also secret"})
    api.get(f"contacts/{found.contact_id}")
    api.get("conversations?q=secret")
    rows = list(AuditEntry.objects.order_by("id").values_list("kind", "who", "action", "conversation", "address"))
    own = str(found.pk)
    assert rows == [
        ("token", "CRM", "conversation.viewed", own, "127.0.0.1"),
        ("token", "CRM", "conversation.taken", own, "127.0.0.1"),
        ("token", "CRM", "message.sent", own, "127.0.0.1"),
        ("token", "CRM", "contact.viewed", "", "127.0.0.1"),
        ("token", "CRM", "conversations.searched", "", "127.0.0.1"),
    ]
    assert "secret" not in str(list(AuditEntry.objects.values()))


def test_refused_change_leaves_no_trace_of_a_change(api: Api, make: Make, meera: User) -> None:
    found: Conversation = make(state=State.AGENT, agent=meera)
    assert api.post(f"conversations/{found.pk}/take").status_code == 409
    assert not AuditEntry.objects.exists()
