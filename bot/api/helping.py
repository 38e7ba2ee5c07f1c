"""The API's operations that help whoever answers: answers that fit, and who is there."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bot.api import shapes
from bot.api.operation import PROBLEMS, OldestFirst, Operation
from bot.conversations.states import State
from bot.desk.models import AgentProfile
from bot.desk.presence import find_presence
from bot.desk.suggestions import build_suggestions

PRESENCES = ("available", "away", "offline")


class AgentInFull(shapes.AgentShape):
    """A person who answers, whether they are there, and what they take.

    Empty `languages` or `skills`: all of them. `capacity`: how many conversations at a time; `conversations`: now.
    """

    presence = serializers.SerializerMethodField()
    languages = serializers.SerializerMethodField()
    skills = serializers.SerializerMethodField()
    capacity = serializers.SerializerMethodField()
    conversations = serializers.IntegerField(source="has")

    @extend_schema_field(serializers.ChoiceField(choices=PRESENCES))
    def get_presence(self, agent: User) -> str:
        """Now."""
        return find_presence(getattr(agent, "desk_profile", None), timezone.now())

    def get_languages(self, agent: User) -> list[str]:
        """Codes."""
        return list(_profile_of(agent).languages)

    def get_skills(self, agent: User) -> list[str]:
        """Names, as a transfer takes them."""
        return list(_profile_of(agent).skills)

    def get_capacity(self, agent: User) -> int:
        """At a time."""
        return _profile_of(agent).capacity


class SuggestionShape(serializers.Serializer[Any]):
    """An answer of the FAQ."""

    title = serializers.CharField()
    text = serializers.CharField()


class Suggestions(serializers.Serializer[Any]):
    """At most three, the likeliest first."""

    results = SuggestionShape(many=True)


class Agents(Operation, ListAPIView[User]):
    """The team."""

    serializer_class = AgentInFull
    pagination_class = OldestFirst
    queryset = (
        User.objects.filter(is_active=True, is_staff=True)
        .select_related("desk_profile")
        .annotate(has=Count("conversations", filter=Q(conversations__state=State.AGENT)))
    )

    @extend_schema(operation_id="list_agents", responses={200: AgentInFull(many=True), **PROBLEMS})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All active agents: who can be given a conversation, who is there, with how much to do."""
        return self.list(request, *args, **kwargs)


class SuggestionsFor(Operation):
    """Answers that fit."""

    @extend_schema(operation_id="list_suggestions", responses={200: Suggestions, **PROBLEMS})
    def get(self, request: Request, conversation_id: uuid.UUID) -> Response:
        """Answers of the FAQ for the customer's last words, in their language."""
        return Response(Suggestions({"results": build_suggestions(self.find())}).data)


def _profile_of(agent: User) -> AgentProfile:
    """Their own, or that of somebody who has never opened the desk."""
    return getattr(agent, "desk_profile", None) or AgentProfile(user=agent)
