"""Django's entry for the agents' desk. Of its own it keeps only agents' profiles; all else is `bot.conversations`'."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Brings the desk's templates and static files."""

    name = "bot.desk"
    label = "desk"
    verbose_name = "Desk"
