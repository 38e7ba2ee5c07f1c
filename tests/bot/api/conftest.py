"""Integrations as the API finds them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from bot.accounts.scopes import SCOPES
from bot.api.tokens import issue_token
from tests.bot.desk.conftest import desk, make, meera

__all__ = ["desk", "make", "meera"]


class Api:
    """An integration with a token, or without."""

    def __init__(self, secret: str = "") -> None:
        self.secret = secret
        self._client = Client()

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        data = json.dumps(body) if body is not None else ""
        return self._client.generic(method, f"/api/v1/{path}", data, content_type="application/json", headers=headers)

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        return self.call("POST", path, body or {}, **headers)


@pytest.fixture
def with_scopes(db: None) -> Callable[..., Api]:
    """Makes an integration that may do what is named."""
    cache.clear()
    return lambda *scopes: Api(issue_token("CRM", scopes)[1])


@pytest.fixture
def api(with_scopes: Callable[..., Api]) -> Api:
    """An integration that may do everything."""
    return with_scopes(*SCOPES)
