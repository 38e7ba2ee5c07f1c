"""Django for commands that need the database; loaded late so that other commands start quickly."""

from __future__ import annotations


def use_django() -> None:
    """Makes the ORM usable in this process. Safe to call twice."""
    import django
    from django.conf import settings

    if not settings.configured:
        from django.conf import ENVIRONMENT_VARIABLE

        from bot.config import set_environment_default

        set_environment_default(ENVIRONMENT_VARIABLE, "bot.settings")
    django.setup()
