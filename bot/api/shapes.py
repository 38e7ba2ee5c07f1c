"""What the API sends and takes, field by field. Names and values are those of docs/glossary.md."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bot.config import config
from bot.conversations.endings import find_snooze
from bot.conversations.handoffs import name_agent
from bot.conversations.models import (
    Attachment,
    ChannelIdentity,
    Contact,
    Conversation,
    HandOff,
    Message,
    Note,
    Rating,
)
from bot.conversations.states import State


class Problem(serializers.Serializer[Any]):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable; for programs")
    detail = serializers.CharField(help_text="For people")
    errors = serializers.DictField(required=False, help_text="By field")
    reason = serializers.CharField(
        required=False, help_text="Why the shop says no, or an account cannot be so; for programs"
    )


class AgentShape(serializers.Serializer[Any]):
    """A person who answers."""

    username = serializers.CharField()
    name = serializers.SerializerMethodField()

    def get_name(self, agent: Any) -> str:
        """What customers read."""
        return name_agent(agent)


class Me(serializers.Serializer[Any]):
    """The token that asks."""

    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())


class IdentityShape(serializers.ModelSerializer[ChannelIdentity]):
    """A person on one channel."""

    class Meta:
        model = ChannelIdentity
        fields = ("id", "channel", "external_id", "reachable", "created_at")


class ContactShape(serializers.ModelSerializer[Contact]):
    """A person."""

    class Meta:
        model = Contact
        fields = ("id", "name", "language", "created_at")


class ContactInFull(ContactShape):
    """A person, with the channels they are reached on."""

    identities = IdentityShape(many=True, read_only=True)

    class Meta(ContactShape.Meta):
        fields = (*ContactShape.Meta.fields, "identities")  # type: ignore[assignment]


class HandOffShape(serializers.ModelSerializer[HandOff]):
    """Why a person was asked to help. `summary`: the last words, topics and order, for whoever answers."""

    summary = serializers.DictField()

    class Meta:
        model = HandOff
        fields = (
            "id",
            "reason",
            "priority",
            "summary",
            "created_at",
            "taken_at",
            "first_reply_at",
            "ended_at",
            "outcome",
        )


class RatingShape(serializers.ModelSerializer[Rating]):
    """How a customer found the help with a resolved conversation: 1 to 5 stars, 5 is best, and their words."""

    class Meta:
        model = Rating
        fields = ("stars", "words", "agent_name", "rated_at")


class ConversationShape(serializers.ModelSerializer[Conversation]):
    """A conversation in a list."""

    contact = ContactShape(read_only=True)
    agent = AgentShape(read_only=True, allow_null=True)
    state = serializers.ChoiceField(choices=State.choices)

    class Meta:
        model = Conversation
        fields = ("id", "state", "channel", "language", "contact", "agent", "opened_at", "last_message_at", "closed_at")


class ConversationInFull(ConversationShape):
    """A conversation with its hand-offs, the newest first; messages and notes are lists of their own."""

    hand_offs = serializers.SerializerMethodField()
    snoozed_until = serializers.SerializerMethodField()
    rating = serializers.SerializerMethodField()

    class Meta(ConversationShape.Meta):
        fields = (*ConversationShape.Meta.fields, "hand_offs", "snoozed_until", "rating")  # type: ignore[assignment]

    @extend_schema_field(HandOffShape(many=True))
    def get_hand_offs(self, found: Conversation) -> list[dict[str, Any]]:
        """All of them."""
        return list(HandOffShape(found.hand_offs.order_by("-id"), many=True).data)

    def get_snoozed_until(self, found: Conversation) -> datetime | None:
        """Until when its agent has put it aside."""
        snooze = find_snooze(found) if found.state == State.AGENT else None
        return snooze.until if snooze else None

    @extend_schema_field(RatingShape(allow_null=True))
    def get_rating(self, found: Conversation) -> dict[str, Any] | None:
        """How its customer found the help, if they have said."""
        rating = Rating.objects.filter(conversation=found).first()
        return dict(RatingShape(rating).data) if rating else None


class FileShape(serializers.ModelSerializer[Attachment]):
    """A file of a message; its bytes are at /api/v1/files/{id}."""

    class Meta:
        model = Attachment
        fields = ("id", "kind", "file_name", "mime_type", "size", "state", "problem")


class MessageShape(serializers.ModelSerializer[Message]):
    """Something said."""

    files = FileShape(source="attachments", many=True, read_only=True)
    buttons = serializers.SerializerMethodField()
    turn = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = (
            "id", "direction", "author", "author_name", "kind", "text", "buttons", "files", "turn", "delivery", "error",
            "maybe_repeated", "created_at", "sent_at",
        )  # fmt: skip

    def get_buttons(self, message: Message) -> list[str]:
        """Their titles."""
        return [str(button["title"]) for button in message.buttons if "card" not in button]

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_turn(self, message: Message) -> dict[str, Any] | None:
        """What the assistant understood, if it wrote this."""
        own = message.turn if message.author == "bot" else None
        return dict(own.record) if own else None


class NoteShape(serializers.ModelSerializer[Note]):
    """What agents tell each other."""

    author = AgentShape(read_only=True, allow_null=True)

    class Meta:
        model = Note
        fields = ("id", "author", "text", "created_at")


class Words(serializers.Serializer[Any]):
    """What is to be written. `agent`: in whose name, if not the integration's own (scope `agents:act`)."""

    text = serializers.CharField(max_length=10_000)
    agent = serializers.CharField(max_length=150, required=False)


class Reply(serializers.Serializer[Any]):
    """What is to be said. `agent`: in whose name, if not the integration's own (scope `agents:act`).

    `undoable`: it waits for REPLY_UNDO_S seconds, so that it can be taken back. `template`: one of WHATSAPP_TEMPLATE,
    which carries the words once WhatsApp's window is closed.
    """

    text = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")
    agent = serializers.CharField(max_length=150, required=False)
    undoable = serializers.BooleanField(default=False)
    template = serializers.CharField(max_length=512, required=False, allow_blank=True, default="")

    def validate_template(self, name: str) -> str:
        """One that the shop has."""
        if name and name not in config().whatsapp_template:
            raise serializers.ValidationError("There is no such template.")
        return name

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Words or files."""
        if not given["text"] and not given.get("files"):
            raise serializers.ValidationError({"text": "There is nothing to say."})
        return given


class ReplyWithFiles(Reply):
    """With at most five pictures (JPEG, PNG) or PDF files; what they are is what their bytes show."""

    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), default=list)


class Who(serializers.Serializer[Any]):
    """In whose name, if not the integration's own (scope `agents:act`)."""

    agent = serializers.CharField(max_length=150, required=False)


class Assignment(serializers.Serializer[Any]):
    """To whom a conversation is given: a sign-in name of /api/v1/agents."""

    agent = serializers.CharField(max_length=150)
