"""Addresses of the web chat's pages. Its Socket.IO endpoint is mounted in `bot.asgi`."""

from __future__ import annotations

from django.urls import path

from bot.channels.webchat import pages

app_name = "webchat"
urlpatterns = [
    path("widget.js", pages.widget_script, name="script"),
    path("chat/", pages.chat_page, name="chat"),
    path("chat/earlier", pages.earlier_page, name="earlier"),
    path("chat/files/<uuid:file_id>/<str:code>", pages.file_page, name="file"),
]
