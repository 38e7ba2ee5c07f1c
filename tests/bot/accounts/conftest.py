"""People of the staff with a password, and their browsers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bot.accounts.models import Role
from bot.accounts.roles import set_role
from tests.bot.desk.conftest import make

__all__ = ["make"]
PASSWORD = "tulsi-and-thread-2026"
Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    """Hashing slowly is what protects a password, and what makes tests slow."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def staff(db: None) -> dict[str, User]:
    """One of each role, by its name."""
    made = {str(role): User.objects.create_user(str(role), password=PASSWORD) for role in Role}
    for name, user in made.items():
        set_role(user, Role(name))
    return made


@pytest.fixture
def browser(staff: dict[str, User]) -> Browser:
    """A browser in which somebody has signed in with the password."""

    def opened(who: str, device: str = "Firefox") -> Client:
        client = Client(headers={"User-Agent": device})
        answer = client.post("/desk/sign-in", {"username": who, "password": PASSWORD})
        assert answer.status_code == 302, answer.content
        return client

    return opened
