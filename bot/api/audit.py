"""The API's operation on the audit list: reading it, as leads and admins do at the desk. There is none to change it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from bot.accounts.audit_list import find_entries
from bot.accounts.models import AuditEntry
from bot.api.operation import PROBLEMS, Operation, Pages


class AuditShape(serializers.ModelSerializer[AuditEntry]):
    """Somebody saw or changed something. `kind`: `person`, `token`, `operator`; `target` and `detail` hold ids only."""

    detail = serializers.DictField()

    class Meta:
        model = AuditEntry
        fields = ("id", "at", "kind", "who", "action", "conversation", "target", "detail", "address")


class Asked(serializers.Serializer[Any]):
    """What is looked for. `who`: a sign-in name, a token's name; `since` and `until`: days, both included."""

    who = serializers.CharField(max_length=150, required=False)
    action = serializers.CharField(max_length=40, required=False)
    conversation = serializers.UUIDField(required=False)
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)


class AuditList(Operation, ListAPIView[AuditEntry]):
    """Who saw and changed what."""

    serializer_class = AuditShape
    pagination_class = Pages
    queryset = AuditEntry.objects.none()

    def filter_queryset(self, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """By the address' parameters."""
        asked = Asked(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return find_entries({name: str(value) for name, value in asked.validated_data.items()})

    @extend_schema(
        operation_id="list_audit_entries", parameters=[Asked], responses={200: AuditShape(many=True), **PROBLEMS}
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The newest first. Reading it is written down in it."""
        return self.list(request, *args, **kwargs)
