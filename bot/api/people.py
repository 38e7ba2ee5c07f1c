"""The API's operations on the staff's accounts: what an admin does on the page of people.

Admins are out of reach of a token without `admins:manage`: one that could make an admin could do everything.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bot.accounts import members
from bot.accounts.models import Role, SignIn
from bot.accounts.scopes import ADMINS_MANAGE
from bot.accounts.sign_ins import list_sign_ins
from bot.api.operation import PROBLEMS, OldestFirst, Operation
from bot.config import config
from bot.errors import AccountRefused, NotFound, TransitionRefused

NAME_BAD = "name_bad"


class PersonShape(serializers.Serializer[Any]):
    """Somebody of the staff. `state`: `invited` has no password yet, `off` may not sign in."""

    username = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.values)
    state = serializers.ChoiceField(choices=members.STATES)
    has_second_factor = serializers.BooleanField(source="has_factor")

    def to_representation(self, instance: User) -> dict[str, Any]:
        """As the page of people describes them."""
        return dict(super().to_representation(members.describe(instance)))


class SignInShape(serializers.ModelSerializer[SignIn]):
    """A browser in which somebody is signed in."""

    class Meta:
        model = SignIn
        fields = ("device", "address", "created_at", "seen_at")


class PersonInFull(PersonShape):
    """With the browsers they are signed in with."""

    sign_ins = SignInShape(many=True)

    def to_representation(self, instance: User) -> dict[str, Any]:
        """The browsers last used first."""
        shown = PersonShape(instance).data
        return {**shown, "sign_ins": SignInShape(list_sign_ins(instance), many=True).data}


class Link(serializers.Serializer[Any]):
    """Where somebody chooses a password: pass it on to nobody else. It works once, for three days."""

    link = serializers.URLField()


class PersonWithLink(PersonShape):
    """Somebody who was invited, and the link for them."""

    link = serializers.SerializerMethodField()

    @extend_schema_field(serializers.URLField())
    def get_link(self, person: members.Person) -> str:
        """Shown this once."""
        return str(self.context["link"])


class Invitation(serializers.Serializer[Any]):
    """Who is to come. An admin needs the scope `admins:manage`."""

    username = serializers.CharField(max_length=members.NAME_MAX)
    role = serializers.ChoiceField(choices=Role.values, default=Role.AGENT.value)


class PersonChange(serializers.Serializer[Any]):
    """What is to be different. `active`: whether they may sign in."""

    role = serializers.ChoiceField(choices=Role.values, required=False)
    active = serializers.BooleanField(required=False)


class PersonOperation(Operation):
    """What all of them share."""

    def find_person(self) -> User:
        """Who the address names. Raises NotFound."""
        found = members.list_staff().filter(username=self.kwargs["username"]).first()
        if found is None:
            raise NotFound("no such person")
        return found

    def find_changeable(self) -> User:
        """The same, held, if this token may change them. Inside a transaction. Raises NotFound, AccessDenied."""
        person = self.find_person()
        members.hold(person)
        if person.is_superuser:
            self.check_scope(ADMINS_MANAGE)
        return person

    def build_link(self, user: User) -> str:
        """The page where they choose a password."""
        return config().base_url + members.build_link_path(self.who(), user)


class People(PersonOperation, ListAPIView[User]):
    """The staff."""

    serializer_class = PersonShape
    pagination_class = OldestFirst
    queryset = members.list_staff()

    def filter_queryset(self, queryset: QuerySet[User]) -> QuerySet[User]:
        """All of them."""
        return queryset

    @extend_schema(operation_id="list_people", responses={200: PersonShape(many=True), **PROBLEMS})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Everybody who has or had an account at the desk, also those who are switched off."""
        return self.list(request, *args, **kwargs)

    @extend_schema(operation_id="invite", request=Invitation, responses={201: PersonWithLink, **PROBLEMS})
    def post(self, request: Request) -> Response:
        """Makes an account without a password, and the link for it. 409 `account_refused` if the name is taken.

        No e-mail is sent: pass the link on.
        """
        given = self.read(Invitation)
        role = Role(given["role"])
        if role == Role.ADMIN:
            self.check_scope(ADMINS_MANAGE)
        try:
            with transaction.atomic():
                user = members.invite(self.who(), given["username"], role)
                link = self.build_link(user)
        except AccountRefused as refused:
            if refused.reason != NAME_BAD:
                raise
            raise serializers.ValidationError({"username": [NAME_BAD]}) from refused
        return Response(PersonWithLink(user, context={"link": link}).data, status=201)


class PersonView(PersonOperation):
    """One person."""

    @extend_schema(operation_id="read_person", responses={200: PersonInFull, **PROBLEMS})
    def get(self, request: Request, username: str) -> Response:
        """With where they are signed in."""
        return Response(PersonInFull(self.find_person()).data)

    @extend_schema(operation_id="change_person", request=PersonChange, responses={200: PersonInFull, **PROBLEMS})
    def patch(self, request: Request, username: str) -> Response:
        """A role counts from the next click; who is switched off is out at once. The last admin stays (409)."""
        given = self.read(PersonChange)
        with transaction.atomic():
            person = self.find_changeable()
            if given.get("role") == Role.ADMIN:
                self.check_scope(ADMINS_MANAGE)
            if "role" in given:
                members.change_role(self.who(), person, Role(given["role"]))
            if "active" in given:
                members.switch(self.who(), person, given["active"])
        return Response(PersonInFull(person).data)


class PersonLink(PersonOperation):
    """A way in, or back in."""

    @extend_schema(operation_id="make_link", request=None, responses={200: Link, **PROBLEMS})
    def post(self, request: Request, username: str) -> Response:
        """A new link to choose a password; using it signs them out everywhere else. 409 for who is switched off."""
        with transaction.atomic():
            person = self.find_changeable()
            if not person.is_active:
                raise TransitionRefused("this account is switched off")
            return Response({"link": self.build_link(person)})


class PersonSignOut(PersonOperation):
    """Their browsers."""

    @extend_schema(operation_id="sign_out", request=None, responses={200: PersonInFull, **PROBLEMS})
    def post(self, request: Request, username: str) -> Response:
        """Signs them out everywhere, at once."""
        with transaction.atomic():
            person = self.find_changeable()
            members.sign_out_everywhere(self.who(), person)
        return Response(PersonInFull(person).data)


class PersonSecondFactor(PersonOperation):
    """Their second factor."""

    @extend_schema(operation_id="delete_second_factor", responses={204: None, **PROBLEMS})
    def delete(self, request: Request, username: str) -> Response:
        """For somebody who has lost the phone: the password alone signs them in, until they set up another one."""
        with transaction.atomic():
            members.take_second_factor_off(self.who(), self.find_changeable())
        return Response(status=204)
