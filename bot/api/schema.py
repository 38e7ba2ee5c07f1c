"""How /api/schema describes what drf-spectacular cannot see by itself."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_bearer_security_scheme_object


class TokenScheme(OpenApiAuthenticationExtension):
    """The bearer token."""

    target_class = "bot.api.access.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, object]:
        """As OpenAPI has it."""
        return dict(build_bearer_security_scheme_object("Authorization", "Bearer"))
