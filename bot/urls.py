"""Every address of the gateway. Socket.IO (`/socket.io`) is mounted beside Django in `bot.asgi`."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from bot import health
from bot.care.leaving import session_page

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("admin/", admin.site.urls),
    path("desk/", include("bot.desk.urls")),
    path("api/", include("bot.api.urls")),
    path("chat/session", session_page),
    path("", include("bot.channels.webchat.urls")),
    path("", include("bot.shop.urls")),
]
