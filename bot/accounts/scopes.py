"""What a token of the API may do, by name: docs/api.md says what each allows."""

from __future__ import annotations

CONVERSATIONS_READ = "conversations:read"
CONVERSATIONS_WRITE = "conversations:write"
MESSAGES_WRITE = "messages:write"
CONTACTS_READ = "contacts:read"
CONTACTS_WRITE = "contacts:write"
ORDERS_ACT = "orders:act"
AGENTS_ACT = "agents:act"
CANNED_WRITE = "canned:write"
WEBHOOKS_MANAGE = "webhooks:manage"
PEOPLE_MANAGE = "people:manage"
ADMINS_MANAGE = "admins:manage"
AUDIT_READ = "audit:read"
SCOPES = (
    *(CONVERSATIONS_READ, CONVERSATIONS_WRITE, MESSAGES_WRITE, CONTACTS_READ, CONTACTS_WRITE, ORDERS_ACT, AGENTS_ACT),
    *(CANNED_WRITE, WEBHOOKS_MANAGE, PEOPLE_MANAGE, ADMINS_MANAGE, AUDIT_READ),
)
