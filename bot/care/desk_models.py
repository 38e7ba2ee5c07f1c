"""What agents keep about customers and write again and again. Written by the desk; named by ids as in `models`."""

from __future__ import annotations

from django.db import models


class Tag(models.Model):
    """A word that agents have put on a contact."""

    contact = models.CharField(max_length=64)
    word = models.CharField(max_length=40)
    made_by = models.CharField(max_length=150, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("word",)
        constraints = (models.UniqueConstraint(fields=("contact", "word"), name="tag_once"),)

    def __str__(self) -> str:
        return self.word


class ContactNote(models.Model):
    """What agents should know about a contact whatever the conversation; one text, never sent."""

    contact = models.CharField(max_length=64, unique=True)
    text = models.TextField(blank=True)
    changed_by = models.CharField(max_length=150, blank=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"note on contact {self.contact}"


class CannedReply(models.Model):
    """A reply that agents write by `/shortcut`, in one language; placeholders as in `texts/<language>/canned.yml`.

    It goes before the one that is shipped under the same shortcut; an empty text takes that one away.
    """

    shortcut = models.CharField(max_length=40)
    language = models.CharField(max_length=8)
    text = models.TextField(blank=True)
    changed_by = models.CharField(max_length=150, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("shortcut", "language")
        verbose_name_plural = "canned replies"
        constraints = (models.UniqueConstraint(fields=("shortcut", "language"), name="canned_once"),)

    def __str__(self) -> str:
        return f"/{self.shortcut} ({self.language})"


class OrderAct(models.Model):
    """What an agent had the shop do with an order, and what came of it. `key` makes a double click one act.

    `what`: cancel or return; `outcome`: begun, done, or the shop's reason for its no; `result` is what the customer may
    quote (a return's number, an amount).
    """

    key = models.CharField(max_length=64, unique=True)
    conversation = models.CharField(max_length=64, db_index=True)
    contact = models.CharField(max_length=64, blank=True, db_index=True)
    order = models.CharField(max_length=64, blank=True)
    what = models.CharField(max_length=20)
    detail = models.JSONField(default=dict, blank=True)
    outcome = models.CharField(max_length=40, default="begun")
    result = models.CharField(max_length=100, blank=True)
    agent = models.CharField(max_length=150, help_text="Sign-in name")
    agent_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.what} {self.order}: {self.outcome}"
