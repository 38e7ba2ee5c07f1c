"""The API's operation on the queue: the desk's list, in the desk's order."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bot.api import shapes
from bot.api.operation import PROBLEMS, Operation
from bot.conversations.models import Conversation
from bot.conversations.states import Author, Reason
from bot.desk.queue import PAGE_ROWS, ROWS_MAX, SHOWS, Told, Wanted, count_open, read_list, tidy_words


class QueueAsked(shapes.Who):
    """`show`: who waits, what `agent` has (`mine`) or has put off (`snoozed`), all. `words` are looked for in all."""

    show = serializers.ChoiceField(choices=SHOWS, default="waiting")
    channel = serializers.CharField(max_length=20, required=False, default="")
    language = serializers.CharField(max_length=8, required=False, default="")
    reason = serializers.ChoiceField(choices=Reason.values, required=False, default="")
    words = serializers.CharField(max_length=80, required=False, default="")
    limit = serializers.IntegerField(min_value=1, max_value=ROWS_MAX, default=PAGE_ROWS)


class LastWords(serializers.Serializer[Any]):
    """What was said last by the customer or an agent. `kind` where it is not plain words, for example `image`."""

    text = serializers.CharField(source="words")
    author = serializers.ChoiceField(choices=[*Author.values, ""])
    kind = serializers.CharField()


class QueueRow(serializers.Serializer[Any]):
    """A conversation, and why and since when it waits.

    `answer_by`: until when its customer was promised an answer; `came_back`: why it returned to the queue; `unread`:
    messages of the customer that no agent has seen.
    """

    conversation = shapes.ConversationShape()
    reason = serializers.CharField()
    priority = serializers.IntegerField()
    skill = serializers.CharField()
    waiting_since = serializers.DateTimeField(allow_null=True)
    answer_by = serializers.DateTimeField(allow_null=True)
    came_back = serializers.CharField()
    unread = serializers.IntegerField()
    last = LastWords()


class Queue(serializers.Serializer[Any]):
    """The list as it is now. `more`: there are others beyond `limit`; `waiting` counts everybody who waits."""

    results = QueueRow(many=True)
    more = serializers.BooleanField()
    waiting = serializers.IntegerField()


class QueueView(Operation):
    """The queue."""

    @extend_schema(operation_id="list_queue", parameters=[QueueAsked], responses={200: Queue, **PROBLEMS})
    def get(self, request: Request) -> Response:
        """The most urgent first, as agents see them; what is found by words comes newest first."""
        asked = QueueAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        agent: User = self.choose_agent(given.pop("agent", None))
        wanted = Wanted(rows=given.pop("limit"), **(given | {"words": tidy_words(given["words"])}))
        found = read_list(wanted, agent.pk)
        rows = [_build_row(one, found.told.get(one.pk, Told())) for one in found.conversations]
        return Response(Queue({"results": rows, "more": found.more, "waiting": count_open().waiting}).data)


def _build_row(found: Conversation, told: Told) -> dict[str, object]:
    open_one = found.__dict__  # what `find_conversations` has put beside the model's own fields
    return {
        "conversation": found,
        "reason": open_one["hand_off_reason"] or "",
        "priority": open_one["hand_off_priority"] or 0,
        "skill": open_one["hand_off_skill"] or "",
        "waiting_since": open_one["hand_off_at"],
        "answer_by": open_one["hand_off_by"],
        "came_back": open_one["hand_off_back"] or "",
        "unread": told.unread,
        "last": told,
    }
