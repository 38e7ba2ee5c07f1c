"""/api/schema is valid OpenAPI, names every operation, and what each answers is what it says."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator, RefResolver

from bot.accounts.routes import SCOPES
from bot.api.models import Delivery
from bot.conversations.links import issue_link, use_link
from bot.conversations.models import Attachment, Conversation
from bot.conversations.states import FileState, State
from bot.media.store import open_store
from bot.shop.proofs import VerifiedOrder
from tests.bot.api.conftest import Api
from tests.bot.desk.conftest import Make
from tests.shop_rows import load_demo_shop

pytestmark = pytest.mark.django_db
Json = dict[str, Any]
NOTHING_SAID = 204
# What an operation is sent that needs something.
BODIES: Json = {
    "reply": {"text": "hello", "agent": "meera"},
    "write_note": {"text": "a note"},
    "assign": {"agent": "meera"},
    "close": {"agent": "meera"},
    "hand_back": {"agent": "meera"},
    "resolve": {"agent": "meera"},
    "transfer": {"to_skill": "", "note": "please"},
    "snooze": {"agent": "meera", "until": (timezone.now() + timedelta(hours=3)).isoformat()},
    "wake": {"agent": "meera"},
    "typing": {"agent": "meera"},
    "undo_reply": {"agent": "meera"},
    "send_again": {"agent": "meera"},
    "add_webhook": {"name": "CRM", "url": "https://crm.example/hook", "events": ["message.created"]},
    "change_webhook": {"active": False},
    "set_tags": {"tags": ["wholesale"]},
    "write_contact_note": {"text": "deaf in one ear"},
    "change_agent": {"capacity": 3},
    "set_presence": {"presence": "away"},
    "invite": {"username": "ravi", "role": "lead"},
    "change_person": {"role": "lead", "active": True},
    "write_canned_reply": {"text": "Hello {name}"},
    "cancel_order": {"agent": "meera"},
    "return_item": {"agent": "meera", "position": 1, "reason": "size", "way": "refund"},
}
# Of the demo shop: what each needs.
ORDERS = {"list_orders": "TT-10469", "cancel_order": "TT-10469", "return_item": "TT-10453"}
# What works only once an agent has the conversation.
TAKEN = {"reply", "close", "hand_back", "resolve", "snooze", "wake", "typing", "undo_reply", "send_again", *ORDERS}


@pytest.fixture
def schema(client: Client) -> Json:
    answer = client.get("/api/schema")
    assert answer.status_code == 200
    return dict(yaml.safe_load(answer.content))


def list_operations(schema: Json) -> list[tuple[str, str, Json]]:
    return [
        (method.upper(), path, operation)
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]


def check(schema: Json, operation: Json, answer: Any) -> list[str]:
    """How the answer differs from what is said of it."""
    described = operation["responses"][str(answer.status_code)]
    if answer.status_code == NOTHING_SAID:
        return ["there are bytes"] if answer.content or "content" in described else []
    said = described["content"]
    kind = answer.headers["Content-Type"].split(";")[0]
    if kind != "application/json":
        return [] if kind in said or "application/octet-stream" in said else [f"{kind} is not named"]
    shape = _allow_null(said["application/json"]["schema"])
    resolver = RefResolver("", _allow_null(schema))
    return [error.message for error in Draft202012Validator(shape, resolver=resolver).iter_errors(answer.json())]


def _allow_null(shape: Any) -> Any:
    """OpenAPI 3.0's `nullable` in the words of JSON Schema."""
    if isinstance(shape, list):
        return [_allow_null(one) for one in shape]
    if not isinstance(shape, dict):
        return shape
    plain = {key: _allow_null(one) for key, one in shape.items() if key not in ("nullable", "format")}
    return {"anyOf": [plain, {"type": "null"}]} if shape.get("nullable") is True else plain


def prepare(api: Api, name: str, talk: Conversation, make: Make) -> Json:
    """What else has to be there for this operation, and its names in the address."""
    if "webhook" in name or "deliver" in name:
        endpoint = api.post("webhooks", BODIES["add_webhook"]).json()["id"]
        api.post(f"conversations/{talk.pk}/take")
        api.post(f"conversations/{talk.pk}/messages", {"text": "told to others"})
        return {"endpoint_id": endpoint, "delivery_id": Delivery.objects.get(endpoint=endpoint).pk}
    if name == "list_mentions":
        api.post(f"conversations/{talk.pk}/notes", {"text": "@meera look"})
    if name.endswith("_canned_reply"):
        return {"language": "gu", "shortcut": "hello"}
    if order := ORDERS.get(name):
        until = timezone.now() + timedelta(hours=1)
        VerifiedOrder.objects.create(conversation=str(talk.pk), order=order, until=until)
        return {"number": order}
    if name == "split_identity":
        known = make("known")
        assert use_link(talk, issue_link("webchat", known.identity.external_id)) == "system.link.done"
        return {"id": known.contact_id, "identity_id": talk.identity_id}
    if name not in ("undo_reply", "send_again"):
        return {}
    said = {"text": "wait", "agent": "meera", "undoable": name == "undo_reply"}
    message = api.post(f"conversations/{talk.pk}/messages", said).json()["id"]
    return {"message_id": message}


def test_schema_is_valid(schema: Json) -> None:
    validate_schema(schema)
    assert schema["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_operation_of_the_table_of_routes_is_described(schema: Json) -> None:
    described = [(method, path) for method, path, _ in list_operations(schema) if path != "/api/schema"]
    assert len(described) == sum(len(methods) for methods in SCOPES.values())


def test_every_operation_answers_what_the_schema_says(api: Api, schema: Json, make: Make, meera: User) -> None:
    load_demo_shop()
    talk = make("hello")
    file = Attachment.objects.create(
        message=talk.messages.get(), kind="image", state=FileState.STORED, mime_type="image/png", size=4
    )
    path = open_store().path_of(file.pk)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x89PNG")
    done = []
    for method, pattern, operation in list_operations(schema):
        name = operation["operationId"]
        talk = make(name, State.WAITING)
        if name in TAKEN:
            api.post(f"conversations/{talk.pk}/assign", {"agent": "meera"})
        parts = {"conversation_id": talk.pk, "file_id": file.pk, "id": talk.contact_id, "username": "meera"} | prepare(
            api, name, talk, make
        )
        filled = pattern.format(**parts)
        answer = api.call(
            method,
            filled.removeprefix("/api/v1/"),
            BODIES.get(name) if method != "GET" else None,
            **{"Idempotency-Key": name},
        )
        assert answer.status_code in (200, 201, 204), (name, answer.content)
        assert check(schema, operation, answer) == [], name
        done.append(name)
    assert len(done) == len(set(done)) == len(list_operations(schema))


def test_a_wrong_answer_would_be_seen(api: Api, schema: Json, make: Make) -> None:
    operation = schema["paths"]["/api/v1/conversations/{conversation_id}"]["get"]
    answer = api.get(f"conversations/{make().pk}")
    wrong = answer.json() | {"state": "asleep"}
    answer.json = lambda: wrong
    assert check(schema, operation, answer) != []


def test_refusals_are_described(api: Api, schema: Json) -> None:
    operation = schema["paths"]["/api/v1/conversations/{conversation_id}"]["get"]
    assert api.get(f"conversations/{uuid.uuid4()}").status_code == 404
    assert "404" in operation["responses"]
