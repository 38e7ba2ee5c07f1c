"""The API's operations on conversations and contacts. State changes happen in `bot.conversations.handoffs` only."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from bot.api import shapes
from bot.api.operation import KEY_HEADER, PROBLEMS, ByOpening, OldestFirst, Operation
from bot.channels.media import MediaRefused
from bot.config import config
from bot.conversations import handoffs
from bot.conversations.models import Conversation, Message, Note
from bot.conversations.states import State
from bot.conversations.texts import check_readable
from bot.desk.queue import tidy_words
from bot.desk.search import find_matches
from bot.errors import IdempotencyKeyReused, NotFound
from bot.media.responses import build_file_response
from bot.media.uploads import send_reply


class MeView(Operation):
    """The token itself: a first call to see that it works."""

    @extend_schema(operation_id="me", responses={200: shapes.Me, **PROBLEMS})
    def get(self, request: Request) -> Response:
        """Its name and scopes."""
        return Response(shapes.Me(request.auth).data)


class Conversations(Operation, ListAPIView[Conversation]):
    """Conversations, newest first."""

    serializer_class = shapes.ConversationShape
    pagination_class = ByOpening
    queryset = Conversation.objects.select_related("contact", "agent")

    def get_queryset(self) -> QuerySet[Conversation]:
        """With the moment of opening as the database itself compares it.

        SQLite compares text, and what it wrote has three digits where Django writes six: a cursor would stand before
        its own row.
        """
        since = Cast("opened_at", TextField()) if connection.vendor == "sqlite" else F("opened_at")
        return super().get_queryset().annotate(since=since)

    @extend_schema(
        operation_id="list_conversations",
        parameters=[
            OpenApiParameter("state", str, enum=State.values),
            OpenApiParameter("channel", str),
            OpenApiParameter("agent", str, description="Sign-in name"),
            OpenApiParameter("contact", int),
            OpenApiParameter(
                "q", str, description="Name, words that were said, phone, e-mail, order: two signs at least"
            ),
        ],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Filtered and searched."""
        return self.list(request, *args, **kwargs)

    def filter_queryset(self, queryset: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """By the address' parameters."""
        asked = self.request.query_params
        names = {"state": "state", "channel": "channel", "agent": "agent__username"}
        found = queryset.filter(**{field: asked[name] for name, field in names.items() if asked.get(name)})
        if contact := asked.get("contact"):
            found = found.filter(contact=int(contact)) if contact.isdecimal() else found.none()
        if words := tidy_words(asked.get("q", "")):
            found = found.filter(pk__in=find_matches(words))
        return found


class ConversationView(Operation):
    """One conversation."""

    @extend_schema(operation_id="read_conversation", responses={200: shapes.ConversationInFull, **PROBLEMS})
    def get(self, request: Request, conversation_id: uuid.UUID) -> Response:
        """With its hand-offs."""
        return Response(shapes.ConversationInFull(self.find()).data)


class Messages(Operation, ListAPIView[Message]):
    """What was said in a conversation."""

    parser_classes = (JSONParser, MultiPartParser)

    serializer_class = shapes.MessageShape
    pagination_class = OldestFirst
    queryset = Message.objects.none()

    def get_queryset(self) -> QuerySet[Message]:
        """Oldest first."""
        return self.find().messages.select_related("turn").prefetch_related("attachments")

    @extend_schema(operation_id="list_messages", responses={200: shapes.MessageShape(many=True), **PROBLEMS})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Everything, page by page."""
        return self.list(request, *args, **kwargs)

    @extend_schema(
        operation_id="reply",
        parameters=[KEY_HEADER],
        request={"application/json": shapes.Reply, "multipart/form-data": shapes.ReplyWithFiles},
        responses={201: shapes.MessageShape, 200: shapes.MessageShape, **PROBLEMS},
    )
    def post(self, request: Request, conversation_id: uuid.UUID) -> Response:
        """Writes to the customer. 201; 200 with the first message if the Idempotency-Key was used for it before.

        The conversation has to be taken first. Files go with a body of multipart/form-data.
        """
        given = self.read(shapes.ReplyWithFiles)
        agent, key = self.choose_agent(given.get("agent")), self.name_key()
        before = Message.objects.filter(conversation=conversation_id, client_key=key).first() if key else None
        try:
            message = send_reply(
                conversation_id,
                agent,
                given["text"],
                given["files"],
                key=key,
                hold_s=config().reply_undo_s if given["undoable"] else 0.0,
                template=given["template"],
            )
        except MediaRefused as refused:
            raise ValidationError({"files": [refused.reason]}) from refused
        if message.text != (check_readable(given["text"]) if given["text"] or not given["files"] else ""):
            raise IdempotencyKeyReused("this Idempotency-Key was used for other words")
        return Response(shapes.MessageShape(message).data, status=200 if before else 201)


class Notes(Operation, ListAPIView[Note]):
    """What agents tell each other about a conversation."""

    serializer_class = shapes.NoteShape
    pagination_class = OldestFirst
    queryset = Note.objects.none()

    def get_queryset(self) -> QuerySet[Note]:
        """Oldest first."""
        return self.find().notes.select_related("author")

    @extend_schema(operation_id="list_notes", responses={200: shapes.NoteShape(many=True), **PROBLEMS})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All of them."""
        return self.list(request, *args, **kwargs)

    @extend_schema(operation_id="write_note", request=shapes.Words, responses={201: shapes.NoteShape, **PROBLEMS})
    def post(self, request: Request, conversation_id: uuid.UUID) -> Response:
        """Adds one; the customer never sees it."""
        given = self.read(shapes.Words)
        note = handoffs.record_note(conversation_id, self.choose_agent(given.get("agent")), given["text"])
        return Response(shapes.NoteShape(note).data, status=201)


class Change(Operation):
    """A change of who answers."""

    change: Callable[[uuid.UUID, User], object]
    shape: type[BaseSerializer[Any]] = shapes.Who

    def do(self, conversation_id: uuid.UUID) -> Response:
        """Answers how the conversation is now; 409 if it is not in a state for it, or somebody else's."""
        agent = self.choose_agent(self.read(self.shape).get("agent"))
        type(self).change(conversation_id, agent)
        return Response(shapes.ConversationInFull(self.find()).data)


def build_change(name: str, change: Callable[[uuid.UUID, User], object], assigns: bool = False) -> type[Change]:
    """The operation of this name."""
    shape = shapes.Assignment if assigns else shapes.Who

    @extend_schema(operation_id=name, request=shape, responses={200: shapes.ConversationInFull, **PROBLEMS})
    def post(self: Change, request: Request, conversation_id: uuid.UUID) -> Response:
        return self.do(conversation_id)

    post.__doc__ = Change.do.__doc__
    return type(name, (Change,), {"change": staticmethod(change), "shape": shape, "post": post})


class FileView(Operation):
    """A file of a message."""

    @extend_schema(operation_id="read_file", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, file_id: uuid.UUID) -> HttpResponse:
        """Its bytes."""
        answer = build_file_response(file_id)
        if answer is None:
            raise NotFound("no such file")
        return answer
