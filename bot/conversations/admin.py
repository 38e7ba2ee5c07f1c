"""Conversations in Django's admin, to look at: every state change goes through the desk, never through here."""

from __future__ import annotations

from django.contrib import admin

from bot.conversations.models import ChannelNotice, Contact, Conversation, HandOff, Message, Turn
from bot.read_only_admin import ReadOnlyPage, ReadOnlyRows


class MessageRows(ReadOnlyRows):
    """What was said."""

    model = Message
    fields = ("created_at", "author", "author_name", "text", "handling", "delivery", "attempts", "error")


class TurnRows(ReadOnlyRows):
    """What the assistant made of it."""

    model = Turn
    fields = ("started_at", "text", "state", "record", "attempts", "error", "ms")


class HandOffRows(ReadOnlyRows):
    """When people were asked to help."""

    model = HandOff
    fields = ("created_at", "reason", "taken_by", "taken_at", "first_reply_at", "ended_at", "outcome")


@admin.register(Conversation)
class ConversationPage(ReadOnlyPage):
    """Conversations."""

    list_display = ("id", "contact", "channel", "state", "agent", "language", "opened_at", "last_message_at")
    list_filter = ("state", "channel", "language")
    list_select_related = ("contact", "agent")
    search_fields = ("id", "contact__name")
    date_hierarchy = "opened_at"
    inlines = (HandOffRows, MessageRows, TurnRows)


@admin.register(Contact)
class ContactPage(ReadOnlyPage):
    """People."""

    list_display = ("__str__", "language", "created_at")
    list_filter = ("language",)
    search_fields = ("name",)


@admin.register(HandOff)
class HandOffPage(ReadOnlyPage):
    """Hand-offs over all conversations."""

    list_display = ("conversation", "reason", "created_at", "taken_by", "taken_at", "ended_at", "outcome")
    list_filter = ("reason", "outcome")
    date_hierarchy = "created_at"


@admin.register(Turn)
class TurnPage(ReadOnlyPage):
    """Turns, for finding the ones that failed."""

    list_display = ("message_id", "conversation", "state", "started_at", "attempts", "failures", "error")
    list_filter = ("state",)


@admin.register(ChannelNotice)
class ChannelNoticePage(ReadOnlyPage):
    """What channels announced about account, templates and groups."""

    list_display = ("created_at", "channel", "kind")
    list_filter = ("channel", "kind")
