"""The API's operations on replies that are ready: listing, filling in, and writing the shop's own words."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bot.api.operation import PROBLEMS, Operation
from bot.care.canned import TEXT_MAX, Canned, list_canned, list_written, read_shortcut, save_canned
from bot.desk.canned import build_canned
from bot.errors import NotFound
from bot.language.languages import DEFAULT_LANGUAGE
from bot.language.texts import LANGUAGES


class CannedShape(serializers.Serializer[Any]):
    """A reply that is ready under its shortcut. `own`: the shop wrote it."""

    shortcut = serializers.CharField()
    language = serializers.CharField()
    text = serializers.CharField()
    own = serializers.BooleanField()


class CannedReplies(serializers.Serializer[Any]):
    """All of them, by shortcut."""

    results = CannedShape(many=True)


class CannedWords(serializers.Serializer[Any]):
    """The shop's words; `{name}`, `{order}`, `{agent}` and `{shop}` are filled in when an agent uses them."""

    text = serializers.CharField(max_length=TEXT_MAX)


class CannedList(Operation):
    """Replies as they are written."""

    @extend_schema(
        operation_id="list_canned_replies",
        parameters=[OpenApiParameter("language", str, enum=sorted(LANGUAGES), default=DEFAULT_LANGUAGE)],
        responses={200: CannedReplies, **PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        """With their placeholders; in English where one is not translated."""
        language = request.query_params.get("language") or DEFAULT_LANGUAGE
        if language not in LANGUAGES:
            raise serializers.ValidationError({"language": ["There is no such language."]})
        return Response(CannedReplies({"results": list_canned(language)}).data)


class CannedFor(Operation):
    """Replies as they would go out."""

    @extend_schema(
        operation_id="list_canned_replies_for_conversation",
        parameters=[OpenApiParameter("agent", str, description="In whose name, as in a reply")],
        responses={200: CannedReplies, **PROBLEMS},
    )
    def get(self, request: Request, conversation_id: uuid.UUID) -> Response:
        """In the customer's language, with this conversation's values; `…` stands for what is not known."""
        agent = self.choose_agent(request.query_params.get("agent"))
        return Response(CannedReplies({"results": build_canned(self.find(), agent)}).data)


class CannedReplyView(Operation):
    """One reply in one language. The shortcut is its key, so writing the same again changes nothing."""

    @extend_schema(operation_id="read_canned_reply", responses={200: CannedShape, **PROBLEMS})
    def get(self, request: Request, language: str, shortcut: str) -> Response:
        """As it is written in exactly this language; 404 if it is not."""
        return Response(CannedShape(self._find()).data)

    @extend_schema(operation_id="write_canned_reply", request=CannedWords, responses={200: CannedShape, **PROBLEMS})
    def put(self, request: Request, language: str, shortcut: str) -> Response:
        """The shop's own words under this shortcut (letters, digits, `-` and `_`), for all agents from now on.

        They stand before what is shipped; writing what is shipped makes it the shipped one again.
        """
        self._save(self.read(CannedWords)["text"])
        return Response(CannedShape(self._find()).data)

    @extend_schema(operation_id="delete_canned_reply", responses={204: None, **PROBLEMS})
    def delete(self, request: Request, language: str, shortcut: str) -> Response:
        """Agents are offered it no more in this language, also if it is a shipped one. 404 if it is not written."""
        self._find()
        self._save("")
        return Response(status=204)

    def _find(self) -> Canned:
        wanted = read_shortcut(self.kwargs["shortcut"])
        for one in list_written(self.kwargs["language"]):
            if one.shortcut == wanted and one.text:
                return one
        raise NotFound("no such canned reply")

    def _save(self, text: str) -> None:
        language, shortcut = self.kwargs["language"], read_shortcut(self.kwargs["shortcut"])
        with self.keep_change(f"{shortcut} {language}"):
            if not save_canned(shortcut, language, text, self.name_token()):
                raise NotFound("no such language, or this cannot be a shortcut")
