"""Every address of the gateway. Socket.IO (`/socket.io`) is mounted beside Django in `bot.asgi`."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from bot import health
from bot.api import urls as api_urls
from bot.care.leaving import session_page
from bot.desk import urls as desk_urls

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("admin/", admin.site.urls),
    # One list: two of one namespace would hide each other.
    path("desk/", include(([*desk_urls.urlpatterns, *api_urls.desk_patterns], desk_urls.app_name))),
    path("api/", include(api_urls)),
    path("chat/session", session_page),
    path("", include("bot.channels.webchat.urls")),
    path("", include("bot.shop.urls")),
]
