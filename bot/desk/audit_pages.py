"""The audit list, for admins and leads: who saw and changed what. Reads only; there is no way to change it."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from bot.accounts.models import AuditEntry
from bot.config import config
from bot.desk.access import access_page, desk_language, for_agents
from bot.page_texts import area_texts

ROWS = 100
FILTERS = ("who", "action", "conversation", "since", "until")


@require_safe
@for_agents
def audit_page(request: HttpRequest) -> HttpResponse:
    """The newest first, filtered by the address' parameters; `before` goes on from an id."""
    asked = {name: request.GET.get(name, "").strip() for name in FILTERS}
    found = AuditEntry.objects.filter(**_build_filters(asked))
    before = request.GET.get("before", "")
    if before.isdecimal():
        found = found.filter(pk__lt=int(before))
    rows = list(found[: ROWS + 1])
    words = area_texts("desk_access", desk_language(request))
    names = _name_users(rows)
    for row in rows:
        row.words = words.get(f"action.{row.action}", row.action)  # type: ignore[attr-defined]
        row.about = _describe(row, names)  # type: ignore[attr-defined]
    older = ""
    if len(rows) > ROWS:
        older = urlencode({name: value for name, value in asked.items() if value} | {"before": rows[ROWS - 1].pk})
    known = AuditEntry.objects.order_by().values_list("action", flat=True).distinct()
    values = {
        "rows": rows[:ROWS],
        "older": older,
        "asked": asked,
        "actions": [(one, words.get(f"action.{one}", one)) for one in sorted(known)],
        "days": config().audit_keep_days,
    }
    return access_page(request, "desk/audit.html", values)


def _build_filters(asked: dict[str, str]) -> dict[str, Any]:
    """What can be asked for; what is malformed finds nothing instead of everything."""
    filters: dict[str, Any] = {}
    if asked["who"]:
        filters["who__iexact"] = asked["who"]
    if asked["action"]:
        filters["action"] = asked["action"]
    if asked["conversation"]:
        try:
            filters["conversation"] = str(uuid.UUID(asked["conversation"]))
        except ValueError:
            filters["conversation"] = "-"
    for name, field in (("since", "at__date__gte"), ("until", "at__date__lte")):
        try:
            day = parse_date(asked[name]) if asked[name] else None
        except ValueError:
            day = None
        if day:
            filters[field] = day
    return filters


def _name_users(rows: list[AuditEntry]) -> dict[str, str]:
    """`user:7` -> sign-in name, for those who are still there."""
    ids = {row.target.removeprefix("user:") for row in rows if row.target.startswith("user:")}
    found = User.objects.filter(pk__in=ids).values_list("pk", "username")
    return {f"user:{pk}": username for pk, username in found}


def _describe(row: AuditEntry, names: dict[str, str]) -> str:
    """What it was about, beside the conversation. By name: PostgreSQL gives a JSON object in an order of its own."""
    details = sorted(row.detail.items())
    more = [f"{name}: {value}" for name, value in details if not isinstance(value, bool | list)]
    more += [", ".join(map(str, value)) for _, value in details if isinstance(value, list)]
    return " · ".join([*([names.get(row.target, row.target)] if row.target else []), *more])
