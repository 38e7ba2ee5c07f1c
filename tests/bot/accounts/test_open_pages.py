"""Pages as the gateway serves them, asynchronously: cut off at once when their person is signed out; known who acts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient

from bot.accounts.models import AuditEntry
from bot.accounts.sign_ins import end_all
from bot.conversations import handoffs
from tests.bot.desk.conftest import Make
from tests.bot.desk.test_live import feed, open_page
from tests.fakes.rows import in_database

__all__ = ["feed", "open_page"]
pytestmark = pytest.mark.django_db(transaction=True)


async def test_live_connection_ends_with_the_sign_in_of_its_person(open_page: Callable[..., Any]) -> None:
    page, _, own = await open_page("meera")
    other = await in_database(lambda: User.objects.create_user("other", is_staff=True))
    await in_database(end_all, other)
    await in_database(end_all, own)
    async with asyncio.timeout(5):
        with pytest.raises(AssertionError, match="ended"):
            await page.wait_for("session.ended")


async def test_who_acts_is_known_behind_the_asynchronous_door_too(transactional_db: None, make: Make) -> None:
    agent = await in_database(lambda: User.objects.create_user("meera", is_staff=True))
    browser = AsyncClient()
    await browser.aforce_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    found = await in_database(make)
    answer = await browser.post(f"/desk/c/{found.pk}/take")
    assert answer.status_code == 302
    stranger = await in_database(make, "another")
    await in_database(handoffs.close, stranger.pk)
    rows = await in_database(lambda: list(AuditEntry.objects.values_list("who", "action", "conversation")))
    assert rows == [("meera", "conversation.taken", str(found.pk))]
