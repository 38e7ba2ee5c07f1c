"""What is stored of the ways to people besides messages: files, delivery reports, a channel's own announcements."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bot.conversations.states import FileState


class Attachment(models.Model):
    """A file of a message, in either direction; its id is its name in `bot.media.store`, once it is there.

    An inbound one begins as `waiting` and is fetched by `reference`; `declared_type`, `file_name` and `digest` are what
    the channel said, `mime_type` what its bytes show, `shown` whether a page may draw it. `problem` is one word for why
    there is no file.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey("conversations.Message", on_delete=models.CASCADE, related_name="attachments")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=20)
    reference = models.CharField(max_length=500, blank=True)
    declared_type = models.CharField(max_length=100, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    digest = models.CharField(max_length=100, blank=True)
    size = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=FileState.choices, default=FileState.WAITING)
    problem = models.CharField(max_length=50, blank=True)
    mime_type = models.CharField(max_length=100, blank=True)
    shown = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=["message", "position"], name="attachment_once"),)
        indexes = (
            models.Index(fields=["created_at"], name="attachment_waiting", condition=Q(state=FileState.WAITING)),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.message_id}"


class DeliveryRecord(models.Model):
    """One status of one message, as its channel reported it; without a message of ours it waits for one."""

    channel = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    status = models.CharField(max_length=20)
    message = models.ForeignKey(
        "conversations.Message", on_delete=models.CASCADE, null=True, blank=True, related_name="reports"
    )
    part = models.PositiveSmallIntegerField(default=1)
    parts = models.PositiveSmallIntegerField(default=1)
    reason = models.CharField(max_length=300, blank=True)
    unreachable = models.BooleanField(default=False)
    reported_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["channel", "external_id", "status"], name="delivery_record_once"),
        )

    def __str__(self) -> str:
        return f"{self.status} of {self.message_id or 'an unknown message'}"


class ChannelNotice(models.Model):
    """What a channel announced that is neither a message nor a status: about the account, groups, templates."""

    channel = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    body = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.UniqueConstraint(fields=["channel", "external_id"], name="channel_notice_once"),)

    def __str__(self) -> str:
        return f"{self.channel}: {self.kind}"
