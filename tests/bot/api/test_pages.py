"""The admin's page of other programs: a token is shown once, webhooks and their log, "send again"."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bot.accounts.models import AuditEntry, Role
from bot.accounts.roles import set_role
from bot.accounts.secret_words import make_salt
from bot.api import hooks
from bot.api.models import Delivery, DeliveryState, Endpoint, Token
from bot.api.signing import show_secret
from bot.page_texts import area_texts
from tests.bot.desk.conftest import Make

PAGE = "/desk/settings/integrations"
WORDS = area_texts("desk_access", "en")
HOOK = {"do": "hook", "name": "CRM", "url": "https://crm.example/hook", "events": list(hooks.EVENTS)}


@pytest.fixture
def admin(desk: Client, meera: User) -> Client:
    """Meera's browser, as an admin."""
    set_role(meera, Role.ADMIN)
    return desk


def test_token_is_shown_once_and_works_until_it_is_revoked(admin: Client) -> None:
    page = admin.post(PAGE, {"do": "token", "name": "CRM", "scopes": ["conversations:read"]}).content.decode()
    (secret,) = re.findall(r'value="(seva_[\w-]+)"', page)
    assert secret not in admin.get(PAGE).content.decode()
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/me", headers=headers).json()["scopes"] == ["conversations:read"]
    admin.post(PAGE, {"do": "revoke", "token": Token.objects.get().pk})
    assert Client().get("/api/v1/me", headers=headers).status_code == 401
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == ["token.made", "token.revoked"]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"url": "http://crm.example/"}, "hook_not_https"),
        ({"url": "javascript:alert(1)"}, "hook_malformed"),
        ({"url": "https://a:b@crm.example/"}, "hook_malformed"),
        ({"events": []}, "hook_empty"),
        ({"name": " "}, "hook_empty"),
        ({"do": "token"}, "token_empty"),
    ],
)
def test_what_cannot_be_is_explained(admin: Client, change: dict[str, object], refused: str) -> None:
    answer = admin.post(PAGE, HOOK | change)
    assert (answer.status_code, WORDS[f"refused.{refused}"].replace("'", "&#x27;") in answer.content.decode()) == (
        422,
        True,
    )
    assert not Endpoint.objects.exists()
    assert not Token.objects.exists()


def test_webhook_is_added_paused_renewed_and_deleted(admin: Client) -> None:
    assert admin.post(PAGE, HOOK).status_code == 302
    endpoint = Endpoint.objects.get()
    own = f"{PAGE}/{endpoint.pk}"
    before = show_secret(endpoint)
    assert before in admin.get(own).content.decode()
    admin.post(own, {"do": "renew"})
    admin.post(own, {"do": "pause"})
    endpoint.refresh_from_db()
    assert (show_secret(endpoint) == before, endpoint.active) == (False, False)
    admin.post(own, {"do": "delete"})
    assert not Endpoint.objects.exists()
    assert admin.get(own).status_code == 302


def test_log_shows_what_failed_and_sends_it_again(admin: Client, make: Make) -> None:
    endpoint = Endpoint.objects.create(name="CRM", url="https://crm.example", events=[], salt=make_salt())
    now = timezone.now()
    row = Delivery.objects.create(
        endpoint=endpoint, conversation=make("secret words"), event=hooks.CLOSED, created_at=now, retry_until=now,
        state=DeliveryState.DEAD, attempts=9, status=500, error="refused", done_at=now,
    )  # fmt: skip
    own = f"{PAGE}/{endpoint.pk}"
    page = admin.get(f"{own}?state=dead").content.decode()
    assert (hooks.CLOSED in page, "500" in page, "secret words" in page) == (True, True, False)
    assert hooks.CLOSED not in admin.get(f"{own}?state=delivered").content.decode()
    admin.post(own, {"do": "again", "delivery": row.pk})
    row.refresh_from_db()
    assert (row.state, row.attempts, row.retry_until > now) == (DeliveryState.PENDING, 0, True)


@pytest.mark.parametrize("language", ["en", "gu", "ta"])
@pytest.mark.parametrize("page", ["/desk/account", "/desk/account/second-factor", "/desk/settings/people", PAGE,
                                  "/desk/settings/audit"])  # fmt: skip
def test_pages_speak_three_languages(admin: Client, page: str, language: str) -> None:
    shown = admin.get(f"{page}?lang={language}").content.decode()
    assert area_texts("desk_access", language)["nav.account"] in shown
    if language != "en":
        assert WORDS["nav.desk"] not in shown
