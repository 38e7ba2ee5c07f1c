"""What a conversation's story has besides messages: mentions, snoozes, endings, earlier words. No decisions here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class NoteMention(models.Model):
    """A note names an agent, who has seen it at `seen_at` or not yet."""

    note = models.ForeignKey("conversations.Note", on_delete=models.CASCADE, related_name="mentions")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["note", "agent"], name="mention_once"),)
        indexes = (models.Index(fields=["agent"], name="mention_unseen", condition=Q(seen_at__isnull=True)),)

    def __str__(self) -> str:
        return f"mention of {self.agent_id} in note {self.note_id}"


class Snooze(models.Model):
    """An agent has put a conversation aside until `until`; it comes back by itself or when the customer writes.

    At most one is open per conversation. `woken_by`: `time`, `customer`, `agent`; empty while it sleeps.
    """

    conversation = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="snoozes")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="snoozes")
    since = models.DateTimeField(db_default=Now())
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    woken_by = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(ended_at__isnull=True), name="one_open_snooze"
            ),
        )
        indexes = (models.Index(fields=["until"], name="snooze_due", condition=Q(ended_at__isnull=True)),)

    def __str__(self) -> str:
        return f"snooze of {self.conversation_id}"


class Resolution(models.Model):
    """An agent has called the matter solved; `agent_name` is what the customer read. Surveys build on it."""

    conversation = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="resolutions")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="resolutions"
    )
    agent_name = models.CharField(max_length=200)
    resolved_at = models.DateTimeField(db_default=Now())
    reopened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"resolution of {self.conversation_id} by {self.agent_name}"


class Rating(models.Model):
    """How a customer found the help with a conversation that an agent has resolved; pressed again it changes.

    `resolution`: the ending they were asked about, `agent_name` who they read had helped. `stars`: 1 to 5, 5 is best.
    """

    conversation = models.OneToOneField("conversations.Conversation", on_delete=models.CASCADE, related_name="rating")
    resolution = models.ForeignKey(Resolution, on_delete=models.CASCADE, related_name="ratings")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="ratings")
    agent_name = models.CharField(max_length=200)
    stars = models.PositiveSmallIntegerField()
    words = models.TextField(blank=True)
    rated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(stars__gte=1, stars__lte=5), name="rating_of_five"),)
        indexes = (models.Index(fields=["-rated_at"], name="rating_newest"),)

    def __str__(self) -> str:
        return f"{self.stars} of 5 for {self.agent_name}"


class EarlierWords(models.Model):
    """What a message said until its author put other words in their place, or took it back (`withdrawn`)."""

    message = models.ForeignKey("conversations.Message", on_delete=models.CASCADE, related_name="earlier")
    text = models.TextField()
    until = models.DateTimeField()
    withdrawn = models.BooleanField(default=False)

    class Meta:
        ordering = ("until", "id")

    def __str__(self) -> str:
        return f"earlier words of message {self.message_id}"
