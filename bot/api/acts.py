"""The API's operations of who has a conversation: passing on, putting aside; and of what may be done about a reply."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bot.api import shapes
from bot.api.operation import PROBLEMS, Operation
from bot.conversations import endings, handoffs, replies
from bot.conversations.models import Message
from bot.conversations.skills import load_skills
from bot.conversations.states import State
from bot.conversations.transfers import transfer_to_agent, transfer_to_skill
from bot.desk.stories import mark_seen
from bot.media.uploads import undo_reply

NOTE_MAX = 5000


class Passing(shapes.Who):
    """To whom it goes: `to_agent` (a sign-in name; scope `agents:act`) or `to_skill` (empty: anybody)."""

    to_agent = serializers.CharField(max_length=150, required=False)
    to_skill = serializers.CharField(max_length=40, required=False, allow_blank=True)
    note = serializers.CharField(max_length=NOTE_MAX, required=False, allow_blank=True, default="")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """One of the two, and a skill that there is."""
        if ("to_agent" in given) == ("to_skill" in given):
            raise serializers.ValidationError("Name either to_agent or to_skill.")
        if given.get("to_skill") and given["to_skill"] not in load_skills():
            raise serializers.ValidationError({"to_skill": "There is no such skill."})
        return given


class Time(shapes.Who):
    """Until when it rests: at most 90 days."""

    until = serializers.DateTimeField()


class Showing(shapes.Who):
    """Whether somebody is at it; shown for a few seconds only, so repeat it."""

    on = serializers.BooleanField(default=True)


class Undone(serializers.Serializer[Any]):
    """The words that were taken back."""

    text = serializers.CharField()


class Transfer(Operation):
    """Passing on."""

    @extend_schema(operation_id="transfer", request=Passing, responses={200: shapes.ConversationInFull, **PROBLEMS})
    def post(self, request: Request, conversation_id: uuid.UUID) -> Response:
        """To an agent, or into the queue for people with a skill; `note` is for colleagues only.

        409 unless it waits or is one's own.
        """
        given = self.read(Passing)
        agent = self.choose_agent(given.get("agent"))
        with self.keep_change():
            if "to_agent" in given:
                to: User = self.choose_agent(given["to_agent"])
                transfer_to_agent(conversation_id, agent, to, given["note"])
            else:
                transfer_to_skill(conversation_id, agent, given["to_skill"], given["note"])
        return Response(shapes.ConversationInFull(self.find()).data)


class Snoozing(Operation):
    """Putting aside."""

    @extend_schema(operation_id="snooze", request=Time, responses={200: shapes.ConversationInFull, **PROBLEMS})
    def post(self, request: Request, conversation_id: uuid.UUID) -> Response:
        """Puts one's own conversation aside until a time or the customer's next word; again changes the time."""
        given = self.read(Time)
        endings.snooze(conversation_id, self.choose_agent(given.get("agent")), given["until"])
        return Response(shapes.ConversationInFull(self.find()).data)


class Typing(Operation):
    """What the customer sees of somebody writing."""

    @extend_schema(operation_id="typing", request=Showing, responses={204: None, **PROBLEMS})
    def post(self, request: Request, conversation_id: uuid.UUID) -> Response:
        """Shows the customer that somebody is writing, or no longer. 409 unless the conversation is one's own."""
        given = self.read(Showing)
        agent = self.choose_agent(given.get("agent"))
        handoffs.check_owner(self.find(), agent, (State.AGENT,))
        handoffs.show_typing(conversation_id, agent, given["on"])
        return Response(status=204)


class Looking(Operation):
    """What colleagues see of somebody looking."""

    @extend_schema(operation_id="looking", request=Showing, responses={204: None, **PROBLEMS})
    def post(self, request: Request, conversation_id: uuid.UUID) -> Response:
        """Shows colleagues at the desk that somebody has the conversation open, or no longer; kept nowhere."""
        given = self.read(Showing)
        handoffs.show_looking(self.find().pk, self.choose_agent(given.get("agent")), given["on"])
        return Response(status=204)


class Reading(Operation):
    """What colleagues see of what was read."""

    @extend_schema(operation_id="mark_read", request=shapes.Who, responses={204: None, **PROBLEMS})
    def post(self, request: Request, conversation_id: uuid.UUID) -> Response:
        """As if the desk's page of it was opened: nothing in it is unread, where it waits or is one's own.

        Notes in it that name the agent are seen.
        """
        mark_seen(self.find(), self.choose_agent(self.read(shapes.Who).get("agent")))
        return Response(status=204)


class Undo(Operation):
    """Taking back."""

    @extend_schema(operation_id="undo_reply", request=shapes.Who, responses={200: Undone, **PROBLEMS})
    def post(self, request: Request, conversation_id: uuid.UUID, message_id: int) -> Response:
        """Takes back a reply that was sent with `undoable` and has not gone out; 409 if it has."""
        agent = self.choose_agent(self.read(shapes.Who).get("agent"))
        return Response({"text": undo_reply(conversation_id, agent, message_id)})


class SendAgain(Operation):
    """A second try."""

    @extend_schema(operation_id="send_again", request=shapes.Who, responses={200: shapes.MessageShape, **PROBLEMS})
    def post(self, request: Request, conversation_id: uuid.UUID, message_id: int) -> Response:
        """Sends a failed reply again; 409 where that could reach the customer twice, or could not help."""
        agent = self.choose_agent(self.read(shapes.Who).get("agent"))
        replies.send_again(conversation_id, agent, message_id)
        message = Message.objects.select_related("turn").prefetch_related("attachments").get(pk=message_id)
        return Response(shapes.MessageShape(message).data)
