"""The API's operations on people: their channels, tags and note, and taking a wrong join back."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bot.api import shapes
from bot.api.operation import PROBLEMS, Operation, Pages
from bot.care.models import ContactNote, Tag
from bot.conversations.models import Contact
from bot.desk.cards import CONTACT_NOTE_MAX, TAG_MAX, add_tag, remove_tag, save_contact_note, split_identity
from bot.errors import NotFound, TransitionRefused

TAGS_MAX = 50


class Tags(serializers.Serializer[Any]):
    """Words that agents have put on a person."""

    tags = serializers.ListField(child=serializers.CharField(max_length=TAG_MAX), max_length=TAGS_MAX)


class AboutContact(serializers.Serializer[Any]):
    """What agents should know of a person whatever the conversation; never sent."""

    text = serializers.CharField(max_length=CONTACT_NOTE_MAX, allow_blank=True)


class Contacts(Operation, ListAPIView[Contact]):
    """People, newest first."""

    serializer_class = shapes.ContactShape
    pagination_class = Pages
    queryset = Contact.objects.all()

    @extend_schema(operation_id="list_contacts", parameters=[OpenApiParameter("q", str, description="In names")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Searched by name."""
        return self.list(request, *args, **kwargs)

    def filter_queryset(self, queryset: QuerySet[Contact]) -> QuerySet[Contact]:
        """By name."""
        words = self.request.query_params.get("q", "").strip()
        return queryset.filter(name__icontains=words) if words else queryset


class ContactView(Operation, RetrieveAPIView[Contact]):
    """One person."""

    serializer_class = shapes.ContactInFull
    queryset = Contact.objects.prefetch_related("identities")

    @extend_schema(operation_id="read_contact", responses={200: shapes.ContactInFull, **PROBLEMS})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """With the channels they are reached on."""
        return self.retrieve(request, *args, **kwargs)


class OfContact(Operation):
    """What is kept of a person."""

    def check_contact(self) -> int:
        """The person of the address. Raises NotFound."""
        pk = int(self.kwargs["pk"])
        if not Contact.objects.filter(pk=pk).exists():
            raise NotFound("no such contact")
        return pk


class ContactTags(OfContact):
    """Tags."""

    @extend_schema(operation_id="list_tags", responses={200: Tags, **PROBLEMS})
    def get(self, request: Request, pk: int) -> Response:
        """All of them."""
        return Response({"tags": self._list(self.check_contact())})

    @extend_schema(operation_id="set_tags", request=Tags, responses={200: Tags, **PROBLEMS})
    def put(self, request: Request, pk: int) -> Response:
        """Exactly these from now on; those that stay keep whose they are."""
        wanted = {" ".join(str(word).split()) for word in self.read(Tags)["tags"]}
        contact, who = self.check_contact(), self.name_token()
        with self.keep_change(contact):
            before = set(self._list(contact))
            for word in before - wanted:
                remove_tag(contact, word)
            for word in sorted(wanted - before):
                add_tag(contact, word, who)
        return Response({"tags": self._list(contact)})

    def _list(self, contact: int) -> list[str]:
        return list(Tag.objects.filter(contact=str(contact)).values_list("word", flat=True))


class ContactNoteView(OfContact):
    """The one text about a person."""

    @extend_schema(operation_id="read_contact_note", responses={200: AboutContact, **PROBLEMS})
    def get(self, request: Request, pk: int) -> Response:
        """Empty if nobody has written any."""
        note = ContactNote.objects.filter(contact=str(self.check_contact())).first()
        return Response({"text": note.text if note else ""})

    @extend_schema(operation_id="write_contact_note", request=AboutContact, responses={200: AboutContact, **PROBLEMS})
    def put(self, request: Request, pk: int) -> Response:
        """Puts these words in the place of what stood there."""
        text, contact = self.read(AboutContact)["text"], self.check_contact()
        with self.keep_change(contact):
            save_contact_note(contact, text, self.name_token())
        return self.get(request, pk)


class Split(OfContact):
    """Taking a join back."""

    @extend_schema(operation_id="split_identity", request=None, responses={200: shapes.ContactInFull, **PROBLEMS})
    def post(self, request: Request, pk: int, identity_id: int) -> Response:
        """Takes back how this identity was joined to the person, who is answered as they are without it.

        409 if the identity was never joined to them.
        """
        contact = self.check_contact()
        with self.keep_change(contact):
            if not split_identity(contact, identity_id, self.name_token()):
                raise TransitionRefused("this identity was not joined to this contact")
        return Response(shapes.ContactInFull(Contact.objects.get(pk=contact)).data)
