"""What is stored about people and what they wrote: the constraints. What changes a row lives in the modules beside.

`Message` is inbox and outbox at once: inbound rows carry `handling`, outbound rows carry `delivery`. A conversation is
worked on by whoever holds its lease; `epoch` grows with every lease and is repeated by every write (`leases`).
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bot.conversations.channel_models import Attachment, ChannelNotice, DeliveryRecord
from bot.conversations.link_models import IdentityMove, LinkToken
from bot.conversations.states import (
    UNSENT,
    Author,
    CameBack,
    Delivery,
    Direction,
    Handling,
    Outcome,
    Reason,
    State,
    TurnState,
)
from bot.conversations.story_models import EarlierWords, NoteMention, Rating, Resolution, Snooze

__all__ = [
    "Attachment",
    "ChannelIdentity",
    "ChannelNotice",
    "Contact",
    "Conversation",
    "DeliveryRecord",
    "EarlierWords",
    "HandOff",
    "IdentityMove",
    "LinkToken",
    "Message",
    "Note",
    "NoteMention",
    "Rating",
    "Resolution",
    "Snooze",
    "Turn",
]


class Contact(models.Model):
    """A person. What outlives a conversation (name, language) is kept here."""

    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name or f"Visitor {self.pk}"


class ChannelIdentity(models.Model):
    """That person on one channel. For the web chat `external_id` is the SHA-256 of the session id.

    `external_id` is the address answers go to; `account_id` the platform's own lasting id of the person, where it has
    one besides. `window_closes_at`: until when the channel lets us write freely; null where it sets no such limit.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")
    channel = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)
    account_id = models.CharField(max_length=200, null=True, blank=True)
    reachable = models.BooleanField(default=True)
    window_closes_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "channel identities"
        constraints = (
            models.UniqueConstraint(fields=["channel", "external_id"], name="identity_once"),
            models.UniqueConstraint(fields=["channel", "account_id"], name="account_once"),
        )

    def __str__(self) -> str:
        return f"{self.channel}: {self.contact}"


class Conversation(models.Model):
    """One matter from first message to closing; its id is Rasa's sender id. At most one is open per identity."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="conversations")
    identity = models.ForeignKey(ChannelIdentity, on_delete=models.CASCADE, related_name="conversations")
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State.choices, default=State.BOT)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="conversations"
    )
    language = models.CharField(max_length=8, blank=True)
    script = models.CharField(max_length=8, blank=True)
    page = models.JSONField(default=dict, blank=True)
    last_bot_text = models.TextField(blank=True)
    opened_at = models.DateTimeField(db_default=Now())
    last_message_at = models.DateTimeField(db_default=Now())
    last_inbound_at = models.DateTimeField(db_default=Now())
    agent_read_id = models.BigIntegerField(default=0)
    contact_read_id = models.BigIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    # the lease
    ready_at = models.DateTimeField(null=True, blank=True)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    epoch = models.BigIntegerField(default=0)
    # a fault that the customer feels: since when, and whether they were told
    failing_since = models.DateTimeField(null=True, blank=True)
    fault_told = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["identity"], condition=~Q(state=State.CLOSED), name="one_open_per_identity"
            ),
        )
        indexes = (
            models.Index(fields=["ready_at"], name="conversation_ready", condition=Q(ready_at__isnull=False)),
            models.Index(fields=["state", "-last_message_at"], name="conversation_state"),
            models.Index(fields=["-last_message_at"], name="conversation_newest"),
        )

    def __str__(self) -> str:
        return f"{self.contact} ({self.channel}, {self.state})"


class Turn(models.Model):
    """The pending messages of a conversation that are answered together, frozen before Rasa is asked.

    `message_id` is that of the newest of them and never changes over retries, so that Rasa runs the turn once.
    `record` is the turn record of DESIGN section 5; `replies` is what Rasa said, kept also when it was not sent.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    message_id = models.CharField(max_length=64)
    text = models.TextField(blank=True)
    payload = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=TurnState.choices, default=TurnState.OPEN)
    record = models.JSONField(default=dict, blank=True)
    replies = models.JSONField(default=list, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    ms = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["conversation", "message_id"], name="turn_once"),
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(state=TurnState.OPEN), name="one_open_turn_per_conversation"
            ),
        )

    def __str__(self) -> str:
        return f"turn {self.message_id} ({self.state})"


class Message(models.Model):
    """Something said, in either direction; the original text.

    `buttons` are `[{id, title, payload, kind}]`: ids and titles leave the gateway, payloads stay. `external_id` is the
    channel's own id, unique per channel, so a second delivery is quiet; null while there is none.
    `payload`: what a pressed button or a channel's command means; of an agent's words the template chosen for them.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    channel = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200, null=True, blank=True)
    direction = models.CharField(max_length=8, choices=Direction.choices)
    author = models.CharField(max_length=8, choices=Author.choices)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    author_name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, default="text")
    text = models.TextField(blank=True)
    payload = models.TextField(blank=True)
    buttons = models.JSONField(default=list, blank=True)
    cards = models.JSONField(default=list, blank=True)
    image = models.CharField(max_length=1000, blank=True)
    turn = models.ForeignKey(Turn, on_delete=models.SET_NULL, null=True, blank=True, related_name="messages")
    position = models.PositiveSmallIntegerField(null=True, blank=True)
    client_key = models.CharField(max_length=64, null=True, blank=True)
    handling = models.CharField(max_length=8, choices=Handling.choices, blank=True)
    delivery = models.CharField(max_length=10, choices=Delivery.choices, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    parts_sent = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    maybe_repeated = models.BooleanField(default=False)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    written_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["channel", "external_id"], name="message_once"),
            models.UniqueConstraint(fields=["turn", "position"], name="reply_once"),
            models.UniqueConstraint(fields=["conversation", "client_key"], name="client_key_once"),
        )
        indexes = (
            models.Index(fields=["conversation", "id"], name="message_in_order"),
            models.Index(fields=["conversation", "id"], name="message_pending", condition=Q(handling=Handling.PENDING)),
            models.Index(fields=["conversation", "id"], name="message_unsent", condition=Q(delivery__in=UNSENT)),
        )

    def __str__(self) -> str:
        return f"{self.direction} {self.pk}"

    @property
    def read_up_to(self) -> int:
        """The person's last message that the author of this one had read; 0 for notices."""
        if self.author == Author.AGENT:
            return int(self.pk)
        return int(self.turn.message_id) if self.turn and self.turn.message_id.isdigit() else 0

    def build_public_buttons(self) -> list[dict[str, Any]]:
        """The message's own buttons as they leave the gateway: no payloads, and not those inside cards."""
        own = (button for button in self.buttons if "card" not in button)
        return [{"id": b["id"], "title": b["title"], "kind": b.get("kind", "choice")} for b in own]


class HandOff(models.Model):
    """The bot asks a person to take over. At most one is open per conversation.

    `skill` (`skills.yml`): whom it is for, empty for anybody. `answer_by`: what the customer was promised. `came_back`:
    why it is in the queue once more, since `queued_at`.
    `summary`: `{"last": [{"from", "text"}], "topics": [...], "order": "TT-10432"|null, "language": "gu", ...}`.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="hand_offs")
    reason = models.CharField(max_length=20, choices=Reason.choices)
    priority = models.PositiveSmallIntegerField(default=0, help_text="Higher ones are listed first")
    summary = models.JSONField(default=dict, blank=True)
    skill = models.CharField(max_length=40, blank=True)
    answer_by = models.DateTimeField(null=True, blank=True)
    came_back = models.CharField(max_length=12, choices=CameBack.choices, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="hand_offs"
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    first_reply_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(ended_at__isnull=True), name="one_open_hand_off"
            ),
        )
        indexes = (
            models.Index(F("created_at").desc(), name="hand_off_newest"),
            models.Index(
                F("priority").desc(), F("answer_by"), name="hand_off_queue", condition=Q(ended_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"hand-off of {self.conversation_id}: {self.reason}"


class Note(models.Model):
    """What agents tell each other; never sent."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    text = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"note {self.pk}"
