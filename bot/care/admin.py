"""Complaints, opinions and data wishes in Django's admin. The rows are not edited; what is done to them are actions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from bot.care import requests
from bot.care.models import Audit, Complaint, Opinion, PrivacyRequest
from bot.read_only_admin import ReadOnlyPage


@admin.register(Complaint)
class ComplaintPage(ReadOnlyPage):
    """Complaints, the most pressing open ones first."""

    list_display = ("number", "severity", "kind", "order", "text", "language", "made_at", "settled_at", "settled_by")
    list_filter = ("severity", "kind", "settled_at")
    search_fields = ("conversation", "order")
    ordering = ("settled_at", "-severity", "made_at")
    actions = ("settle",)

    @admin.action(description="Settled", permissions=["view"])
    def settle(self, request: HttpRequest, chosen: QuerySet[Complaint]) -> None:
        """A way out was found with the customer."""
        chosen.filter(settled_at=None).update(settled_at=timezone.now(), settled_by=request.user.get_username())


@admin.register(Opinion)
class OpinionPage(ReadOnlyPage):
    """What customers think of the shop."""

    list_display = ("made_at", "mood", "agent", "words", "language")
    list_filter = ("mood", "agent", "language")


@admin.register(PrivacyRequest)
class PrivacyRequestPage(ReadOnlyPage):
    """Wishes about data. Exporting and erasing are commands (`seva privacy`), told here by their number."""

    list_display = ("number", "wish", "state", "due_on", "proof", "words", "contact", "made_at", "done_at")
    list_filter = ("state", "wish")
    actions = ("finish", "refuse", "erase")

    @admin.action(description="Done (shown or corrected); the customer is told", permissions=["view"])
    def finish(self, request: HttpRequest, chosen: QuerySet[PrivacyRequest]) -> None:
        """The copy is ready or the data is corrected."""
        self._each(request, chosen.exclude(wish="erase"), requests.finish_request)

    @admin.action(description="Refuse (not proved); the customer is told", permissions=["view"])
    def refuse(self, request: HttpRequest, chosen: QuerySet[PrivacyRequest]) -> None:
        """Nobody could check that the data is theirs."""
        self._each(request, chosen, requests.refuse_request)

    @admin.action(description="Erase now, for good; the customer is told", permissions=["view"])
    def erase(self, request: HttpRequest, chosen: QuerySet[PrivacyRequest]) -> None:
        """Everything about the contact, at once."""
        self._each(request, chosen.filter(wish="erase"), requests.erase_request)

    def _each(self, request: HttpRequest, chosen: QuerySet[PrivacyRequest], work: Any) -> None:
        if not request.user.is_superuser:
            self.message_user(request, "Only an administrator may do that.", messages.ERROR)
            return
        for one in chosen.filter(state="open"):
            work(one.pk, request.user.get_username())
            self.message_user(request, f"{one.number}: done")


@admin.register(Audit)
class AuditPage(ReadOnlyPage):
    """Who did what with whose data."""

    list_display = ("at", "who", "what", "contact", "request", "counts")
    list_filter = ("what", "who")
