"""The API's operation that helps whoever answers: answers that fit."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bot.api.operation import PROBLEMS, Operation
from bot.desk.suggestions import build_suggestions


class SuggestionShape(serializers.Serializer[Any]):
    """An answer of the FAQ."""

    title = serializers.CharField()
    text = serializers.CharField()


class Suggestions(serializers.Serializer[Any]):
    """At most three, the likeliest first."""

    results = SuggestionShape(many=True)


class SuggestionsFor(Operation):
    """Answers that fit."""

    @extend_schema(operation_id="list_suggestions", responses={200: Suggestions, **PROBLEMS})
    def get(self, request: Request, conversation_id: uuid.UUID) -> Response:
        """Answers of the FAQ for the customer's last words, in their language."""
        return Response(Suggestions({"results": build_suggestions(self.find())}).data)
