"""Reads the audit list: what the desk's page and the API may ask of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_date

from bot.accounts.models import AuditEntry

FILTERS = ("who", "action", "conversation", "since", "until")


def find_entries(asked: Mapping[str, str]) -> QuerySet[AuditEntry]:
    """The newest first, by FILTERS: `since` and `until` are days (2026-11-22), both included; empty asks nothing.

    What is malformed finds nothing instead of everything; a malformed day is left out.
    """
    filters: dict[str, Any] = {}
    if who := asked.get("who"):
        filters["who__iexact"] = who
    if action := asked.get("action"):
        filters["action"] = action
    if conversation := asked.get("conversation"):
        try:
            filters["conversation"] = str(uuid.UUID(conversation))
        except ValueError:
            filters["conversation"] = "-"
    for name, field in (("since", "at__date__gte"), ("until", "at__date__lte")):
        try:
            day = parse_date(asked.get(name) or "")
        except ValueError:
            day = None
        if day:
            filters[field] = day
    return AuditEntry.objects.filter(**filters)


def list_actions() -> list[str]:
    """What stands in the list, by name."""
    return sorted(AuditEntry.objects.order_by().values_list("action", flat=True).distinct())
