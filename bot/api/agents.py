"""The API's operations on the team: who is there, what each takes, who is on a break, who was named in a note."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bot.accounts.scopes import CONVERSATIONS_READ
from bot.api import shapes
from bot.api.operation import PROBLEMS, OldestFirst, Operation, Pages
from bot.conversations.models import NoteMention
from bot.conversations.notes import list_unseen
from bot.conversations.skills import load_skills
from bot.conversations.states import State
from bot.desk.models import AgentProfile
from bot.desk.presence import find_presence
from bot.desk.profiles import CAPACITY_MAX, load_profile, mark_away, save_profile
from bot.errors import NotFound
from bot.page_texts import LANGUAGE_NAMES

AVAILABLE, AWAY = "available", "away"
PRESENCES = (AVAILABLE, AWAY, "offline")


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


class ProfileChange(serializers.Serializer[Any]):
    """What an agent takes; what is not named stays. All languages, or all skills, is the same as none of them."""

    languages = serializers.ListField(child=serializers.ChoiceField(choices=list(LANGUAGE_NAMES)), required=False)
    skills = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    capacity = serializers.IntegerField(min_value=0, max_value=CAPACITY_MAX, required=False)

    def validate_skills(self, names: list[str]) -> list[str]:
        """Those that there are."""
        if unknown := set(names) - set(load_skills()):
            raise serializers.ValidationError(f"There is no such skill: {', '.join(sorted(unknown))}.")
        return names


class PresenceChange(serializers.Serializer[Any]):
    """`seen`: the agent is there, in your program; it holds for some 20 seconds. Without it only the break changes."""

    presence = serializers.ChoiceField(choices=(AVAILABLE, AWAY))
    seen = serializers.BooleanField(default=True)


class MentionShape(serializers.ModelSerializer[NoteMention]):
    """A note that names an agent, who has not opened its conversation since."""

    conversation = serializers.UUIDField(source="note.conversation_id")
    note = shapes.NoteShape()

    class Meta:
        model = NoteMention
        fields = ("id", "conversation", "note")


def find_agents() -> QuerySet[User]:
    """All active agents."""
    found = User.objects.filter(is_active=True, is_staff=True).select_related("desk_profile")
    return found.annotate(has=Count("conversations", filter=Q(conversations__state=State.AGENT)))


class Agents(Operation, ListAPIView[User]):
    """The team."""

    serializer_class = AgentInFull
    pagination_class = OldestFirst
    queryset = find_agents()

    @extend_schema(operation_id="list_agents", responses={200: AgentInFull(many=True), **PROBLEMS})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All active agents: who can be given a conversation, who is there, with how much to do."""
        return self.list(request, *args, **kwargs)


class OneAgent(Operation):
    """What operations on one agent share."""

    def find_agent(self) -> User:
        """The agent of the address. Raises NotFound."""
        found = find_agents().filter(username=self.kwargs["username"]).first()
        if found is None:
            raise NotFound("no such agent")
        return found


class AgentView(OneAgent):
    """One agent."""

    @extend_schema(operation_id="read_agent", responses={200: AgentInFull, **PROBLEMS})
    def get(self, request: Request, username: str) -> Response:
        """Whether they are there, and what they take."""
        return Response(AgentInFull(self.find_agent()).data)

    @extend_schema(operation_id="change_agent", request=ProfileChange, responses={200: AgentInFull, **PROBLEMS})
    def patch(self, request: Request, username: str) -> Response:
        """Changes what the agent takes: languages, skills, capacity."""
        given, agent = self.read(ProfileChange), self.find_agent()
        with self.keep_change(f"user:{agent.pk}"):
            profile = load_profile(agent)
            before = {"languages": profile.languages, "skills": profile.skills, "capacity": profile.capacity}
            save_profile(agent, **(before | given))
        return self.get(request, username)


class AgentPresence(OneAgent):
    """Whether an agent takes new conversations."""

    @extend_schema(operation_id="set_presence", request=PresenceChange, responses={200: AgentInFull, **PROBLEMS})
    def put(self, request: Request, username: str) -> Response:
        """Away, nothing new is given to them. Who works in your program is there as long as you repeat this."""
        given, agent = self.read(PresenceChange), self.find_agent()
        mark_away(agent.pk, given["presence"] == AWAY, seen=given["seen"])
        return Response(AgentInFull(self.find_agent()).data)


class Mentions(OneAgent, ListAPIView[NoteMention]):
    """Where an agent was named."""

    serializer_class = MentionShape
    pagination_class = Pages
    queryset = NoteMention.objects.none()

    def get_queryset(self) -> QuerySet[NoteMention]:
        """Those the agent has not seen."""
        return list_unseen(self.find_agent())

    @extend_schema(operation_id="list_mentions", responses={200: MentionShape(many=True), **PROBLEMS})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Notes of colleagues that name the agent, until the conversation is opened or `read`; the newest first.

        Needs the scope `conversations:read` besides: their words are shown.
        """
        self.check_scope(CONVERSATIONS_READ)
        return self.list(request, *args, **kwargs)


def _profile_of(agent: User) -> AgentProfile:
    return getattr(agent, "desk_profile", None) or AgentProfile(user=agent)
