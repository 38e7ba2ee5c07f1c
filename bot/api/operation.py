"""What the API's operations share: pages, who acts, that looking is written down."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ParseError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from bot.accounts.audit import Actor, actor, record
from bot.accounts.routes import API_CHANGES, API_VIEWS
from bot.accounts.scopes import AGENTS_ACT
from bot.api import shapes
from bot.api.access import build_token_actor
from bot.api.models import Token
from bot.conversations.models import Conversation
from bot.errors import AccessDenied, NotFound

PROBLEMS = dict.fromkeys((400, 401, 403, 404, 409, 422, 429), shapes.Problem)
KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Your own name of this message, up to 255 characters: the same again sends nothing again.",
)


class Pages(CursorPagination):
    """Pages by an opaque cursor: nothing is skipped or shown twice when something new comes in between."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    ordering: str | tuple[str, ...] = "-id"


class OldestFirst(Pages):
    """As things were said."""

    ordering = "id"


class ByOpening(Pages):
    """The newest conversation first (`since` of `Conversations.get_queryset`)."""

    ordering = ("-since", "-id")


class Operation(APIView):
    """What all operations share: who acts, and that looking is written down."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Once the token, its scope and its rate are checked."""
        super().initial(request, *args, **kwargs)
        asked = [*map(str, kwargs.values()), *(one for many in request.query_params.lists() for one in many[1])]
        if any("\0" in one for one in asked):
            raise ParseError("NUL is in no name.")  # PostgreSQL would refuse it later, and less kindly
        if isinstance(request.auth, Token):
            who = self.who()
            actor.set(who)
            match = request.resolver_match
            view = API_VIEWS.get(match.view_name) if match else None
            if view == "list.viewed" and (request.query_params.get("q") or request.query_params.get("words")):
                view = "conversations.searched"
            if view and request.method == "GET":
                target = kwargs.get("pk") or kwargs.get("file_id") or ""
                record(who, view, conversation=kwargs.get("conversation_id", ""), target=target)

    def find(self) -> Conversation:
        """The conversation of the address. Raises NotFound."""
        found = Conversation.objects.select_related("contact", "agent").filter(pk=self.kwargs["conversation_id"])
        if (first := found.first()) is None:
            raise NotFound("no such conversation")
        return first

    def choose_agent(self, username: str | None) -> User:
        """Who acts: the integration itself or, with the scope for it, a person. Raises AccessDenied, NotFound."""
        if not username:
            return self.token().user
        self.check_scope(AGENTS_ACT)
        agent = User.objects.filter(username=username, is_active=True, is_staff=True).first()
        if agent is None:
            raise NotFound("no such agent")
        return agent

    def token(self) -> Token:
        """What the request was let in by. Raises AccessDenied."""
        if not isinstance(self.request.auth, Token):
            raise AccessDenied("no token")
        return self.request.auth

    def who(self) -> Actor:
        """The integration, for the audit list."""
        return build_token_actor(self.request, self.token())

    def name_token(self) -> str:
        """Who changes something, as agents read it."""
        return self.token().name

    def check_scope(self, scope: str) -> None:
        """For what needs more than the address does. Raises AccessDenied."""
        if scope not in self.token().scopes:
            raise AccessDenied(f"This token lacks the scope {scope}.")

    @contextmanager
    def keep_change(self, target: object = "") -> Iterator[None]:
        """For a change that tells nobody of itself: it and its row in the audit list are one transaction."""
        with transaction.atomic():
            yield
            self.record_change(target)

    def record_change(self, target: object = "") -> None:
        """The row of the audit list for a change that tells nobody of itself."""
        match, who = self.request.resolver_match, actor.get()
        if match and who:
            action = API_CHANGES[match.view_name]
            record(who, action, conversation=self.kwargs.get("conversation_id", ""), target=target)

    def name_key(self) -> str | None:
        """The Idempotency-Key, apart from the keys of other integrations and of desk pages; None if none was sent."""
        key = self.request.headers.get("Idempotency-Key", "")
        if not key:
            return None
        return "api-" + hashlib.sha256(f"{self.token().pk}:{key}".encode()).hexdigest()[:48]

    def read(self, shape: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """The request's body, checked."""
        given = shape(data=self.request.data or {})
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)
