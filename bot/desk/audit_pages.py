"""The audit list, for admins and leads: who saw and changed what. Reads only; there is no way to change it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bot.accounts.audit_list import FILTERS, find_entries, list_actions
from bot.accounts.models import AuditEntry
from bot.config import config
from bot.desk.access import access_page, desk_language, for_agents
from bot.page_texts import area_texts

ROWS = 100


@require_safe
@for_agents
def audit_page(request: HttpRequest) -> HttpResponse:
    """The newest first, filtered by the address' parameters; `before` goes on from an id."""
    asked = {name: request.GET.get(name, "").strip() for name in FILTERS}
    found = find_entries(asked)
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
    values = {
        "rows": rows[:ROWS],
        "older": older,
        "asked": asked,
        "actions": [(one, words.get(f"action.{one}", one)) for one in list_actions()],
        "days": config().audit_keep_days,
    }
    return access_page(request, "desk/audit.html", values)


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
