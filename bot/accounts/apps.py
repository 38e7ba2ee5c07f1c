"""Django's entry for accounts: who may use the desk and the API, and the list of who saw and changed what."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The app `accounts`."""

    name = "bot.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Every change that people make is written to the audit list in the change's own transaction."""
        from bot.accounts.changes import record_change
        from bot.conversations.events import add_recorder

        add_recorder(record_change)
