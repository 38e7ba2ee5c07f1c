"""Addresses of the API, below /api/, and of the pages of integrations, which are the desk's."""

from __future__ import annotations

from functools import partial

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

import bot.api.schema  # noqa: F401 - drf-spectacular finds what it says once it is loaded
from bot.api import acts, agents, audit, canned, contacts, helping, orders, pages, people, queue, webhooks
from bot.api import operations as do
from bot.api.problems import no_such_address
from bot.conversations import endings, handoffs

app_name = "api"
# The desk's pages of integrations; `bot.urls` puts them among the desk's.
desk_patterns = [
    path("settings/integrations", pages.integrations_page, name="integrations"),
    path("settings/integrations/<int:endpoint_id>", pages.endpoint_page, name="endpoint"),
]
TALK = "v1/conversations/<uuid:conversation_id>"
urlpatterns = [
    path("schema", SpectacularAPIView.as_view(permission_classes=(), authentication_classes=()), name="schema"),
    path("v1/me", do.MeView.as_view(), name="me"),
    path("v1/agents", agents.Agents.as_view(), name="agents"),
    path("v1/agents/<str:username>", agents.AgentView.as_view(), name="agent"),
    path("v1/agents/<str:username>/presence", agents.AgentPresence.as_view(), name="presence"),
    path("v1/agents/<str:username>/mentions", agents.Mentions.as_view(), name="mentions"),
    path("v1/queue", queue.QueueView.as_view(), name="queue"),
    path("v1/conversations", do.Conversations.as_view(), name="conversations"),
    path(TALK, do.ConversationView.as_view(), name="conversation"),
    path(f"{TALK}/messages", do.Messages.as_view(), name="messages"),
    path(f"{TALK}/notes", do.Notes.as_view(), name="notes"),
    path(f"{TALK}/take", do.build_change("take", handoffs.take).as_view(), name="take"),
    path(f"{TALK}/assign", do.build_change("assign", handoffs.take, assigns=True).as_view(), name="assign"),
    path(f"{TALK}/hand-back", do.build_change("hand_back", handoffs.hand_back).as_view(), name="hand-back"),
    path(f"{TALK}/close", do.build_change("close", handoffs.close).as_view(), name="close"),
    path(
        f"{TALK}/resolve", do.build_change("resolve", partial(handoffs.close, resolved=True)).as_view(), name="resolve"
    ),
    path(f"{TALK}/transfer", acts.Transfer.as_view(), name="transfer"),
    path(f"{TALK}/snooze", acts.Snoozing.as_view(), name="snooze"),
    path(f"{TALK}/wake", do.build_change("wake", endings.wake).as_view(), name="wake"),
    path(f"{TALK}/typing", acts.Typing.as_view(), name="typing"),
    path(f"{TALK}/looking", acts.Looking.as_view(), name="looking"),
    path(f"{TALK}/read", acts.Reading.as_view(), name="read"),
    path(f"{TALK}/messages/<int:message_id>/undo", acts.Undo.as_view(), name="undo"),
    path(f"{TALK}/messages/<int:message_id>/send-again", acts.SendAgain.as_view(), name="send-again"),
    path("v1/canned-replies", canned.CannedList.as_view(), name="canned"),
    path("v1/canned-replies/<str:language>/<str:shortcut>", canned.CannedReplyView.as_view(), name="canned-reply"),
    path(f"{TALK}/canned-replies", canned.CannedFor.as_view(), name="canned-for"),
    path(f"{TALK}/suggestions", helping.SuggestionsFor.as_view(), name="suggestions"),
    path(f"{TALK}/orders", orders.ConversationOrders.as_view(), name="orders"),
    path(f"{TALK}/orders/<str:number>/cancel", orders.Cancel.as_view(), name="cancel-order"),
    path(f"{TALK}/orders/<str:number>/return", orders.Return.as_view(), name="return-item"),
    path("v1/files/<uuid:file_id>", do.FileView.as_view(), name="file"),
    path("v1/contacts", contacts.Contacts.as_view(), name="contacts"),
    path("v1/contacts/<int:pk>", contacts.ContactView.as_view(), name="contact"),
    path("v1/contacts/<int:pk>/tags", contacts.ContactTags.as_view(), name="contact-tags"),
    path("v1/contacts/<int:pk>/note", contacts.ContactNoteView.as_view(), name="contact-note"),
    path("v1/contacts/<int:pk>/identities/<int:identity_id>/split", contacts.Split.as_view(), name="split"),
    path("v1/people", people.People.as_view(), name="people"),
    path("v1/people/<str:username>", people.PersonView.as_view(), name="person"),
    path("v1/people/<str:username>/link", people.PersonLink.as_view(), name="person-link"),
    path("v1/people/<str:username>/sign-out", people.PersonSignOut.as_view(), name="person-sign-out"),
    path("v1/people/<str:username>/second-factor", people.PersonSecondFactor.as_view(), name="person-factor"),
    path("v1/audit", audit.AuditList.as_view(), name="audit"),
    path("v1/webhooks", webhooks.Webhooks.as_view(), name="webhooks"),
    path("v1/webhooks/<int:endpoint_id>", webhooks.WebhookView.as_view(), name="webhook"),
    path("v1/webhooks/<int:endpoint_id>/renew-secret", webhooks.Renewal.as_view(), name="webhook-secret"),
    path("v1/webhooks/<int:endpoint_id>/deliveries", webhooks.Deliveries.as_view(), name="deliveries"),
    path(
        "v1/webhooks/<int:endpoint_id>/deliveries/<int:delivery_id>/send-again",
        webhooks.Redelivery.as_view(),
        name="send-delivery-again",
    ),
    path("<path:rest>", no_such_address, name="nothing"),
]
