"""What customers tell the shop about itself, and what was done about their own data.

Written by `records` for the bot's actions and by `requests` for the operator. Conversation and contact are named by
their ids and not joined: these rows outlive the conversation, and erasing a contact empties the words in them. Every
row is keyed by (conversation, message_id), so that a turn that runs again writes nothing twice.
"""

from __future__ import annotations

from django.db import models

from bot.care.desk_models import CannedReply, ContactNote, OrderAct, Tag

__all__ = [
    "Audit",
    "CannedReply",
    "Complaint",
    "ContactNote",
    "Kind",
    "Mood",
    "Opinion",
    "OrderAct",
    "PrivacyRequest",
    "RequestState",
    "Severity",
    "Tag",
    "Wish",
]

# What a customer quotes: "C-1007" is the complaint with id 7.
NUMBER_BASE = 1000


class Kind(models.TextChoices):
    """What a complaint is about."""

    LATE = "late"
    NOT_RECEIVED = "not_received"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    REFUND = "refund"
    PAYMENT = "payment"
    PRICE = "price"
    QUALITY = "quality"
    DELIVERY = "delivery"
    WEBSITE = "website"
    SERVICE = "service"
    SAFETY = "safety"
    OTHER = "other"


class Severity(models.IntegerChoices):
    """How soon a person has to look."""

    NORMAL = 1
    HIGH = 2
    URGENT = 3


class Mood(models.TextChoices):
    """How an opinion sounds."""

    GOOD = "good"
    MIXED = "mixed"
    BAD = "bad"
    PLAIN = "plain"


class Wish(models.TextChoices):
    """What somebody wants with their own data."""

    SHOW = "show"
    CORRECT = "correct"
    ERASE = "erase"


class RequestState(models.TextChoices):
    """Where a wish about data stands."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class Complaint(models.Model):
    """One matter that somebody is unhappy about; further messages about the same matter are added to `words`."""

    conversation = models.CharField(max_length=64, db_index=True)
    contact = models.CharField(max_length=64, blank=True, db_index=True)
    message_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.OTHER)
    severity = models.PositiveSmallIntegerField(choices=Severity.choices, default=Severity.NORMAL)
    order = models.CharField(max_length=64, blank=True, help_text="As the customer named or proved it")
    words = models.JSONField(default=list, help_text="[{message_id, text}], the first one first")
    language = models.CharField(max_length=8, blank=True)
    made_at = models.DateTimeField(db_index=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = (models.UniqueConstraint(fields=("conversation", "message_id"), name="complaint_once"),)
        indexes = (models.Index(fields=("settled_at", "-severity"), name="complaint_open"),)

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What the customer quotes."""
        return f"C-{NUMBER_BASE + self.pk}"

    @property
    def text(self) -> str:
        """All that was said about it."""
        return "\n".join(str(one.get("text") or "") for one in self.words)


class Opinion(models.Model):
    """Praise, a rating or an opinion; about `agent` if a person had helped before."""

    conversation = models.CharField(max_length=64, db_index=True)
    contact = models.CharField(max_length=64, blank=True, db_index=True)
    message_id = models.CharField(max_length=64)
    mood = models.CharField(max_length=10, choices=Mood.choices, default=Mood.PLAIN)
    words = models.TextField(blank=True)
    agent = models.CharField(max_length=150, blank=True, help_text="Who had helped, if anybody")
    language = models.CharField(max_length=8, blank=True)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = (models.UniqueConstraint(fields=("conversation", "message_id"), name="opinion_once"),)

    def __str__(self) -> str:
        return f"{self.mood} {self.made_at:%Y-%m-%d}"


class PrivacyRequest(models.Model):
    """Somebody wants their data shown, corrected or erased. Started in the chat, finished by the operator.

    At most one of a kind is open for a contact: asking again finds it.
    """

    conversation = models.CharField(max_length=64, db_index=True)
    contact = models.CharField(max_length=64, blank=True, db_index=True)
    message_id = models.CharField(max_length=64)
    wish = models.CharField(max_length=10, choices=Wish.choices)
    words = models.TextField(blank=True, help_text="What is to be corrected, in the customer's words")
    proof = models.CharField(max_length=100, blank=True, help_text="How the customer has shown who they are")
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.OPEN)
    language = models.CharField(max_length=8, blank=True)
    made_at = models.DateTimeField(db_index=True)
    due_on = models.DateField(help_text="Promised to the customer")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("state", "due_on", "pk")
        constraints = (
            models.UniqueConstraint(fields=("conversation", "message_id", "wish"), name="privacy_request_once"),
            models.UniqueConstraint(
                fields=("conversation", "contact", "wish"),
                condition=models.Q(state=RequestState.OPEN),
                name="one_open_privacy_request",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.wish}"

    @property
    def number(self) -> str:
        """What the customer quotes."""
        return f"P-{NUMBER_BASE + self.pk}"


class Audit(models.Model):
    """Who did what with whose data, and when. Holds ids and counts, never the data itself."""

    at = models.DateTimeField(db_index=True)
    who = models.CharField(max_length=150, help_text="Sign-in name, or the terminal's user")
    what = models.CharField(max_length=30, help_text="privacy.exported, privacy.erased, privacy.corrected ...")
    contact = models.CharField(max_length=64, blank=True, db_index=True)
    request = models.ForeignKey(PrivacyRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="audits")
    counts = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name_plural = "audit"

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d %H:%M}"
