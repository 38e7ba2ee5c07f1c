"""What the desk keeps of its agents besides their account: what they can do, how much, whether they are there."""

from __future__ import annotations

from django.conf import settings
from django.db import models

CAPACITY = 5


class AgentProfile(models.Model):
    """Made when the agent first opens the desk. `languages` and `skills` (skills.yml): empty means all of them.

    `seen_at`: when their page was last connected; who has not been seen for a while is offline, whatever `away` says.
    `excused_at`: until then nobody could be seen, because the gateway was not running.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="desk_profile"
    )
    languages = models.JSONField(default=list, blank=True)
    skills = models.JSONField(default=list, blank=True)
    capacity = models.PositiveSmallIntegerField(default=CAPACITY, help_text="Conversations at a time")
    away = models.BooleanField(default=False)
    seen_at = models.DateTimeField(null=True, blank=True, db_index=True)
    excused_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"profile of {self.user_id}"
