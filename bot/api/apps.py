"""Django's entry for the API and the webhooks."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The app `api`."""

    name = "bot.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Every event that an endpoint wants is written in the transaction of the change."""
        from bot.api.hooks import record_deliveries
        from bot.conversations.events import add_recorder

        add_recorder(record_deliveries)
