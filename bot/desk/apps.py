"""Django's entry for the agents' desk. Of its own it keeps only agents' profiles; all else is `bot.conversations`'."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Brings the desk's templates and static files."""

    name = "bot.desk"
    label = "desk"
    verbose_name = "Desk"

    def ready(self) -> None:
        """Lets the conversations ask the desk who is there."""
        from bot.conversations.attendance import use_presence
        from bot.desk.presence import is_available

        use_presence(is_available)
