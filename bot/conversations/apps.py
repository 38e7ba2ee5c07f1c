"""Django's entry for this app."""

from __future__ import annotations

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    """The app `conversations`; its tables are the inbox and the outbox."""

    name = "bot.conversations"
    label = "conversations"
    default_auto_field = "django.db.models.BigAutoField"
