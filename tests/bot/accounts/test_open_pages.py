"""An open desk page is cut off at once when its person is signed out, and only then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from bot.accounts.sign_ins import end_all
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
