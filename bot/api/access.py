"""Who may use the API: tokens, their scopes (`bot.accounts.routes`), how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from bot.accounts.audit import TOKEN, Actor, find_address
from bot.accounts.routes import find_scope
from bot.api.models import Token
from bot.api.tokens import find_token
from bot.config import config

if TYPE_CHECKING:
    # DRF reads this module while it makes that one.
    from rest_framework.views import APIView


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer seva_…`. Cookies do not count, so no other page can use a signed-in browser."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        """The integration's account and its token."""
        words = get_authorization_header(request).split()
        if not words:
            return None
        try:
            word, secret = (one.decode("ascii") for one in words)
        except ValueError as error:
            raise AuthenticationFailed("Send the header as: Authorization: Bearer <token>.") from error
        token = find_token(secret) if word.lower() == "bearer" else None
        if token is None:
            raise AuthenticationFailed("This token is unknown or has been revoked.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a refused client is asked for."""
        return "Bearer"


class HasScope(BasePermission):
    """The token carries the scope that the table of routes names for this address and method."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """A route or method that is missing in the table is nobody's."""
        if not isinstance(request.auth, Token):
            return False
        match = request.resolver_match
        scope = find_scope(match.view_name if match else "", request.method or "")
        self.message = f"This token lacks the scope {scope}." if scope else "Nobody may do this."
        return scope is not None and (scope == "" or scope in request.auth.scopes)


class TokenRate(SimpleRateThrottle):
    """API_RATE requests a minute for each token."""

    scope = "token"

    def get_rate(self) -> str:
        """From the settings."""
        return f"{config().api_rate}/min"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """Counted by token; whoever has none is refused before."""
        return f"api-rate-{request.auth.pk}" if isinstance(request.auth, Token) else None


def build_token_actor(request: Any, token: Token) -> Actor:
    """The integration, for the audit list."""
    return Actor(TOKEN, token.pk, token.name, find_address(request))
