"""Who may reach what: every address of the gateway, the role or scope it needs, and how it stands in the audit list.

`bot.desk.gate` and `bot.api.access` hold to it: an address that is missing here is nobody's. A test walks all
addresses and fails for one that is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.accounts.models import Role
from bot.accounts.scopes import (
    AGENTS_ACT,
    AUDIT_READ,
    CANNED_WRITE,
    CONTACTS_READ,
    CONTACTS_WRITE,
    CONVERSATIONS_READ,
    CONVERSATIONS_WRITE,
    MESSAGES_WRITE,
    ORDERS_ACT,
    PEOPLE_MANAGE,
    WEBHOOKS_MANAGE,
)

AGENT, LEAD, ADMIN = Role.AGENT, Role.LEAD, Role.ADMIN
# An open page that keeps itself up to date is one view.
REFRESHED_S = 600.0


@dataclass(frozen=True, slots=True)
class Route:
    """`role`: the least that reaches it, None for everybody. `view`: the audit's name for looking at it, `change` for a
    change there that tells nobody of itself (`bot.conversations.events`).

    `own`: signed in is enough, also for somebody who has yet to set up a second factor. `stream`: who may not is told
    by 204, which makes an EventSource stop asking.
    """

    role: Role | None = AGENT
    view: str = ""
    change: str = ""
    quiet_s: float = 0.0
    own: bool = False
    stream: bool = False


EVERYBODY = Route(role=None)

ROUTES: dict[str, Route] = {
    # operators' monitoring; the proxy keeps the outside away from /metrics (docs)
    "bot.health.healthz": EVERYBODY,
    "bot.health.readyz": EVERYBODY,
    "bot.health.metrics": EVERYBODY,
    # customers
    "bot.care.leaving.session_page": EVERYBODY,
    "webchat:script": EVERYBODY,
    "webchat:chat": EVERYBODY,
    "webchat:earlier": EVERYBODY,
    "webchat:file": EVERYBODY,
    "shop:front": EVERYBODY,
    "shop:token": EVERYBODY,
    "shop:invoice": EVERYBODY,
    "shop:product": EVERYBODY,
    "shop:picture": EVERYBODY,
    "shop:picture_png": EVERYBODY,
    # signing in
    "desk:sign-in": EVERYBODY,
    "desk:sign-out": EVERYBODY,
    "desk:sign-in-code": EVERYBODY,
    "desk:welcome": EVERYBODY,
    "desk:reset": EVERYBODY,
    # the desk
    "desk:inbox": Route(view="list.viewed", quiet_s=REFRESHED_S),
    "desk:list": Route(view="list.viewed", quiet_s=REFRESHED_S),
    "desk:feed": Route(view="list.viewed", quiet_s=REFRESHED_S, stream=True),
    "desk:file": Route(view="file.downloaded"),
    "desk:conversation": Route(view="conversation.viewed"),
    "desk:story": Route(view="conversation.viewed", quiet_s=REFRESHED_S),
    "desk:take": Route(),
    "desk:reply": Route(),
    "desk:typing": Route(),
    "desk:close": Route(),
    "desk:hand-back": Route(),
    # the desk's queue and story; what tells nobody of itself is written down here
    "desk:team": Route(),
    "desk:away": Route(),
    "desk:profile": Route(change="account.profile_changed"),
    "desk:transfer": Route(change="conversation.passed_on"),
    "desk:looking": Route(),
    "desk:note": Route(),
    "desk:undo": Route(),
    "desk:again": Route(),
    "desk:suggestions": Route(),
    "desk:mentions": Route(),
    "desk:canned": Route(change="canned.changed"),
    "desk:card": Route(view="contact.viewed", quiet_s=REFRESHED_S),
    "desk:tag": Route(change="contact.changed"),
    "desk:about": Route(change="contact.changed"),
    "desk:split": Route(change="contact.changed"),
    "desk:order-act": Route(change="order.changed"),
    "desk:resolve": Route(),
    "desk:snooze": Route(),
    "desk:wake": Route(),
    # one's own account
    "desk:account": Route(own=True),
    "desk:second-factor": Route(own=True),
    # running the desk; what changes there is written down with what it changes
    "desk:people": Route(role=ADMIN),
    "desk:person": Route(role=ADMIN),
    "desk:integrations": Route(role=ADMIN),
    "desk:endpoint": Route(role=ADMIN),
    "desk:audit": Route(role=LEAD, view="audit.viewed", quiet_s=REFRESHED_S),
    # Django's admin, all of it
    "admin": Route(role=ADMIN, view="admin.viewed", change="admin.changed"),
    # the API's own pages; its operations are below
    "api:schema": EVERYBODY,
    "api:nothing": EVERYBODY,
}

# The API: address, method, the scope that a token needs; "" is any token.
SCOPES: dict[str, dict[str, str]] = {
    "api:me": {"GET": ""},
    "api:agents": {"GET": CONVERSATIONS_READ},
    "api:agent": {"GET": CONVERSATIONS_READ, "PATCH": AGENTS_ACT},
    "api:presence": {"PUT": AGENTS_ACT},
    # Notes are shown: `conversations:read` besides (`bot.api.agents`).
    "api:mentions": {"GET": AGENTS_ACT},
    "api:queue": {"GET": CONVERSATIONS_READ},
    "api:conversations": {"GET": CONVERSATIONS_READ},
    "api:conversation": {"GET": CONVERSATIONS_READ},
    "api:messages": {"GET": CONVERSATIONS_READ, "POST": MESSAGES_WRITE},
    "api:notes": {"GET": CONVERSATIONS_READ, "POST": MESSAGES_WRITE},
    "api:take": {"POST": CONVERSATIONS_WRITE},
    "api:assign": {"POST": AGENTS_ACT},
    "api:hand-back": {"POST": CONVERSATIONS_WRITE},
    "api:close": {"POST": CONVERSATIONS_WRITE},
    "api:resolve": {"POST": CONVERSATIONS_WRITE},
    "api:transfer": {"POST": CONVERSATIONS_WRITE},
    "api:snooze": {"POST": CONVERSATIONS_WRITE},
    "api:wake": {"POST": CONVERSATIONS_WRITE},
    "api:typing": {"POST": MESSAGES_WRITE},
    "api:looking": {"POST": CONVERSATIONS_WRITE},
    "api:read": {"POST": CONVERSATIONS_WRITE},
    "api:undo": {"POST": MESSAGES_WRITE},
    "api:send-again": {"POST": MESSAGES_WRITE},
    "api:canned": {"GET": CONVERSATIONS_READ},
    "api:canned-reply": {"GET": CONVERSATIONS_READ, "PUT": CANNED_WRITE, "DELETE": CANNED_WRITE},
    "api:canned-for": {"GET": CONVERSATIONS_READ},
    "api:suggestions": {"GET": CONVERSATIONS_READ},
    "api:orders": {"GET": ORDERS_ACT},
    "api:cancel-order": {"POST": ORDERS_ACT},
    "api:return-item": {"POST": ORDERS_ACT},
    "api:file": {"GET": CONVERSATIONS_READ},
    "api:contacts": {"GET": CONTACTS_READ},
    "api:contact": {"GET": CONTACTS_READ},
    "api:contact-tags": {"GET": CONTACTS_READ, "PUT": CONTACTS_WRITE},
    "api:contact-note": {"GET": CONTACTS_READ, "PUT": CONTACTS_WRITE},
    "api:split": {"POST": CONTACTS_WRITE},
    # An admin among them is for `admins:manage` besides (`bot.api.people`).
    "api:people": {"GET": PEOPLE_MANAGE, "POST": PEOPLE_MANAGE},
    "api:person": {"GET": PEOPLE_MANAGE, "PATCH": PEOPLE_MANAGE},
    "api:person-link": {"POST": PEOPLE_MANAGE},
    "api:person-sign-out": {"POST": PEOPLE_MANAGE},
    "api:person-factor": {"DELETE": PEOPLE_MANAGE},
    "api:audit": {"GET": AUDIT_READ},
    "api:webhooks": {"GET": WEBHOOKS_MANAGE, "POST": WEBHOOKS_MANAGE},
    "api:webhook": {"GET": WEBHOOKS_MANAGE, "PATCH": WEBHOOKS_MANAGE, "DELETE": WEBHOOKS_MANAGE},
    "api:webhook-secret": {"POST": WEBHOOKS_MANAGE},
    "api:deliveries": {"GET": WEBHOOKS_MANAGE},
    "api:send-delivery-again": {"POST": WEBHOOKS_MANAGE},
}
# How what the API shows stands in the audit list.
API_VIEWS = {
    "api:audit": "audit.viewed",
    "api:queue": "list.viewed",
    "api:conversations": "list.viewed",
    "api:conversation": "conversation.viewed",
    "api:messages": "conversation.viewed",
    "api:notes": "conversation.viewed",
    "api:orders": "conversation.viewed",
    "api:canned-for": "conversation.viewed",
    "api:suggestions": "conversation.viewed",
    "api:mentions": "list.viewed",
    "api:file": "file.downloaded",
    "api:contacts": "contacts.viewed",
    "api:contact": "contact.viewed",
    "api:contact-tags": "contact.viewed",
    "api:contact-note": "contact.viewed",
}
# And what changes there and tells nobody of itself, as `Route.change`.
API_CHANGES = {
    "api:transfer": "conversation.passed_on",
    "api:cancel-order": "order.changed",
    "api:return-item": "order.changed",
    "api:contact-tags": "contact.changed",
    "api:contact-note": "contact.changed",
    "api:split": "contact.changed",
    "api:canned-reply": "canned.changed",
    "api:agent": "account.profile_changed",
}


def find_route(view_name: str, namespaces: list[str]) -> Route | None:
    """What the table says of an address; None if it is missing."""
    if namespaces[:1] == ["admin"]:
        return ROUTES["admin"]
    return ROUTES.get(view_name)


def find_scope(view_name: str, method: str) -> str | None:
    """The scope that this operation needs; None if there is no such operation."""
    return SCOPES.get(view_name, {}).get("GET" if method == "HEAD" else method)
