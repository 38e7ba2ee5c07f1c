"""Webhooks are set up over the API: by the admin's scope only, the secret shown once, never to private addresses."""

from __future__ import annotations

import pytest

from bot.accounts.models import AuditEntry
from bot.api import hooks
from bot.api.models import Delivery, DeliveryState, Endpoint, Kind
from bot.api.signing import show_secret
from tests.bot.api.conftest import Api
from tests.bot.desk.conftest import Make

pytestmark = pytest.mark.django_db
WISH = {"name": "CRM", "url": "https://crm.example/hook", "events": list(hooks.EVENTS)}


def test_added_read_changed_paused_renewed_and_deleted(api: Api) -> None:
    made = api.post("webhooks", WISH).json()
    endpoint = Endpoint.objects.get()
    assert (made["secret"], made["id"]) == (show_secret(endpoint), endpoint.pk)
    own = f"webhooks/{endpoint.pk}"
    plain = {key: value for key, value in made.items() if key != "secret"}
    assert api.get("webhooks").json()["results"] == [api.get(own).json()] == [plain]
    changed = api.call("PATCH", own, {"events": [hooks.CLOSED], "active": False}).json()
    assert changed == plain | {"events": [hooks.CLOSED], "active": False}
    assert api.call("PATCH", own, {"active": False}).json() == changed
    renewed = api.post(f"{own}/renew-secret").json()["secret"]
    endpoint.refresh_from_db()
    assert renewed == show_secret(endpoint) != made["secret"]
    assert (api.call("DELETE", own).status_code, api.get(own).status_code) == (204, 404)
    rows = AuditEntry.objects.order_by("id").values_list("who", "action", "target")
    assert [(who, action.removeprefix("webhook."), target) for who, action, target in rows] == [
        ("CRM", action, f"webhook:{made['id']}")
        for action in ("added", "changed", "paused", "secret_renewed", "deleted")
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://crm.example/"}, "url"),
        ({"url": "https://a:b@crm.example/"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["customer.sneezed"]}, "events"),
        ({"name": " "}, "name"),
    ],
)
def test_what_cannot_be_is_neither_added_nor_changed(api: Api, change: dict[str, object], field: str) -> None:
    own = f"webhooks/{api.post('webhooks', WISH).json()['id']}"
    for answer in (api.post("webhooks", WISH | change), api.call("PATCH", own, change)):
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert Endpoint.objects.count() == 1
    assert (api.get(own).json()["url"], api.get(own).json()["events"]) == (WISH["url"], WISH["events"])


def test_the_connector_to_chatwoot_is_none_of_them(api: Api) -> None:
    other = Endpoint.objects.create(name="Chatwoot", kind=Kind.CHATWOOT, url="https://x.example/", salt="s")
    assert api.get("webhooks").json()["results"] == []
    assert api.call("DELETE", f"webhooks/{other.pk}").status_code == 404
    assert Endpoint.objects.filter(pk=other.pk).exists()


def test_the_log_is_read_and_what_was_given_up_is_sent_again(api: Api, make: Make) -> None:
    own, other = (f"webhooks/{api.post('webhooks', WISH).json()['id']}/deliveries" for _ in range(2))
    base = f"conversations/{make('my secret words').pk}"
    api.post(f"{base}/take")
    api.post(f"{base}/messages", {"text": "hello"})
    (row,) = api.get(own).json()["results"]
    assert (row["event"], row["state"], row["conversation"]) == ("message.created", "pending", base.split("/")[1])
    Delivery.objects.update(state=DeliveryState.DEAD, attempts=9, error="refused")
    assert [one["id"] for one in api.get(f"{own}?state=dead").json()["results"]] == [row["id"]]
    assert api.get(f"{own}?state=delivered").json()["results"] == []
    assert api.post(f"{other}/{row['id']}/send-again").status_code == 404
    again = api.post(f"{own}/{row['id']}/send-again").json()
    assert (again["id"], again["state"], again["attempts"]) == (row["id"], "pending", 0)
    assert AuditEntry.objects.filter(action="webhook.sent_again").count() == 1
