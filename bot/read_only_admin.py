"""Bases of our pages in Django's admin: tables to look at. What changes them is imports, the desk and the bot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

if TYPE_CHECKING:
    _Page = admin.ModelAdmin[Any]
    _Rows = admin.TabularInline[Any, Any]
else:
    # Generic for the type checker only.
    _Page, _Rows = admin.ModelAdmin, admin.TabularInline


class ReadOnlyPage(_Page):
    """A table of its own, without adding, changing or deleting."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class ReadOnlyRows(_Rows):
    """Rows that belong to another table's page."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
