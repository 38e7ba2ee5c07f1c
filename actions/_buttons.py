"""Buttons as all skills make them; titles come from the texts, at most 20 characters (WhatsApp's reply buttons)."""

from __future__ import annotations

import json
from typing import Any

from bot.language.languages import DEFAULT_LANGUAGE, load_languages
from bot.language.texts import has_text, say

Json = dict[str, Any]
TITLE_MAX = 20


def button(title: str, intent: str, kind: str, /, **entities: str) -> Json:
    """A button that sends `/intent{entities}`. `kind`: related, feedback, switch, person or choice."""
    payload = f"/{intent}" + (json.dumps(entities, ensure_ascii=False) if entities else "")
    return {"title": shorten(title), "payload": payload, "kind": kind}


def person_button(language: str) -> Json:
    """Asks for a person."""
    return button(say("handoff.buttons.person", language), "human", "person")


def english_button() -> Json:
    """Repeats the last answer in English; in English because it is for those who read it."""
    return button(load_languages()[DEFAULT_LANGUAGE].name, "switch_language", "switch", language=DEFAULT_LANGUAGE)


def order_button(language: str) -> Json:
    """Opens the look-up of an order."""
    return button(say("orders.buttons.look_up", language), "order_status", "choice")


def route_button(route: str, language: str) -> Json | None:
    """A button for a wish; None for routes that are no wish one could choose (greetings)."""
    key = f"handoff.routes.{route}"
    if not has_text(key, DEFAULT_LANGUAGE):
        return None
    kind = "person" if route == "human" else "choice"
    return button(say(key, language), route, kind)


def shorten(title: str, limit: int = TITLE_MAX) -> str:
    """The title, cut at a word with an ellipsis if it is too long."""
    if len(title) <= limit:
        return title
    cut = title[: limit - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut).rstrip(" ,(-") + "…"
