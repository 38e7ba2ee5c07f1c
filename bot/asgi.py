"""The gateway as one ASGI application: Django for pages and API, Socket.IO for the web chat, workers for the inbox.

Run by uvicorn with `ws="wsproto"` (its automatic choice fails on the websockets release that Rasa pins).
"""

from __future__ import annotations

import os  # noqa: TID251 - Django itself reads this one name

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bot.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()
