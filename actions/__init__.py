"""Rasa's custom actions: one module a skill, flat, because the SDK imports them by their bare names.

Importing this package sets Django up, whichever way the action server was started (`python -m actions` in production,
`python -m rasa_sdk --actions actions` as any Rasa developer expects). Nothing imports these modules but that server.
"""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bot.settings")  # noqa: TID251 - Django itself reads this one name
django.setup()
