"""Whom the shop has promised to tell when something is back in stock: the row. What changes it is `bot.shop.restock`.

The promise lives here and never in a slot; it is known by conversation and contact, not by name or address.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone


class RestockWatch(models.Model):
    """One promise to tell one conversation that one product (in one size and colour, if named) is back."""

    conversation = models.CharField(max_length=64, db_index=True)
    contact = models.CharField(max_length=64, blank=True, db_index=True)
    message_id = models.CharField(max_length=64, help_text="The message that asked for it")
    product = models.ForeignKey("shop.Product", on_delete=models.CASCADE, related_name="+")
    size = models.CharField(max_length=100, blank=True)
    colour = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=8)
    asked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True, db_index=True)
    outcome = models.CharField(max_length=10, blank=True, help_text="told, stopped or gone")

    class Meta:
        app_label = "shop"
        verbose_name_plural = "restock watches"
        constraints = (
            models.UniqueConstraint(fields=("conversation", "message_id", "product"), name="watch_once_a_message"),
            models.UniqueConstraint(
                fields=("conversation", "product", "size", "colour"),
                condition=Q(ended_at__isnull=True),
                name="one_open_watch",
            ),
        )

    def __str__(self) -> str:
        return f"{self.product} {self.size} {self.colour}".strip()
