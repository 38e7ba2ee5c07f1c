"""Tokens of integrations, and the webhooks that tell them what happened."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Token(models.Model):
    """What an integration shows to use the API. Only the hash of its secret half is kept.

    `user` is the integration's own account: it can own conversations and write, but never sign in.
    """

    name = models.CharField(max_length=100)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_token")
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    """What stands at the other end."""

    WEBHOOK = "webhook"
    CHATWOOT = "chatwoot"


class Endpoint(models.Model):
    """An address that is told of events. The signing secret follows from `salt` and SECRET_KEY (`secrets_of`).

    `salt_before` signs as well until `renewed_at` is a day old, so that a secret is changed without a gap.
    """

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.WEBHOOK)
    url = models.URLField(max_length=500)
    events = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    salt = models.CharField(max_length=64)
    salt_before = models.CharField(max_length=64, blank=True)
    renewed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind"], condition=Q(kind=Kind.CHATWOOT), name="one_chatwoot"),)

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    """`dead` after a day of tries; an operator may send it again."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class Delivery(models.Model):
    """One event for one endpoint, written with the change it tells of. `key` is its lasting id for the receiver.

    Holds ids and states only: what people said is read when it is sent, so erasing a person needs nothing here.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    conversation = models.ForeignKey("conversations.Conversation", on_delete=models.CASCADE, related_name="+")
    event = models.CharField(max_length=40)
    data = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    retry_until = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ("-id",)
        indexes = (
            models.Index(
                fields=["endpoint", "conversation", "id"],
                name="delivery_pending",
                condition=Q(state=DeliveryState.PENDING),
            ),
        )

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint}"


class ChatwootTalk(models.Model):
    """Which conversation of ours is which of Chatwoot's. `told_id`: our newest message that stands there."""

    conversation = models.OneToOneField("conversations.Conversation", on_delete=models.CASCADE, related_name="chatwoot")
    contact_id = models.BigIntegerField(null=True, blank=True)
    source_id = models.CharField(max_length=100, blank=True)
    chatwoot_id = models.BigIntegerField(null=True, blank=True, unique=True)
    told_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"Chatwoot's {self.chatwoot_id}"
