"""Django's entry for the agents' desk. It has no tables: it reads and calls `bot.conversations` and `bot.shop`."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Brings the desk's templates and static files."""

    name = "bot.desk"
    label = "desk"
    verbose_name = "Desk"
