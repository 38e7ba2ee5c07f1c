"""Django's admin shows the tables and changes none of them."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client

from tests.bot.desk.conftest import Make

OURS = sorted(
    f"{model._meta.app_label}/{model._meta.model_name}"
    for model in admin.site._registry
    if model._meta.app_label in {"shop", "conversations", "care"}
)


@pytest.fixture
def operator(client: Client, db: None) -> Client:
    """A superuser's browser."""
    client.force_login(User.objects.create_superuser("boss"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("table", OURS)
def test_tables_are_shown_and_nothing_can_be_added(operator: Client, table: str) -> None:
    assert operator.get(f"/admin/{table}/").status_code == 200
    assert operator.get(f"/admin/{table}/add/").status_code == 403


def test_conversation_is_shown_whole_and_cannot_be_changed(operator: Client, make: Make) -> None:
    found = make("words of the customer")
    address = f"/admin/conversations/conversation/{found.pk}/change/"
    assert "words of the customer" in operator.get(address).content.decode()
    assert operator.post(address, {"state": "closed"}).status_code == 403
