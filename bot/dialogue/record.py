"""Builds a turn's answer and record from what happened on the tracker. Pure; called by `turns`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, cast

from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered

from bot.dialogue.protocol import Alternative, Decision, Json, Reply, TurnRecord
from bot.dialogue.wire import DECISIONS, Misshapen, parse_alternative, parse_buttons, parse_cards
from bot.language.languages import DEFAULT_LANGUAGE
from bot.nlu.understanding import ORDER_ROUTES

logger = logging.getLogger(__name__)

# What an action may correct in the record, by `utter_message(turn={...})`.
OVERRIDES = ("route", "topic", "product", "order", "decision", "reason", "summary", "language", "awaits")
CONFIDENCE_DIGITS = 4
# What these are answered with is about no product, whatever a word of the message is like.
WITHOUT_PRODUCT = frozenset(
    {"affirm", "bot_challenge", "bye", "deny", "feedback", "greet", "human", "out_of_scope", "thanks"}
)


def build_replies(events: Sequence[Event]) -> tuple[Reply, ...]:
    """The bubbles of a turn in order. Raises Misshapen when an action's buttons or cards do not fit the protocol."""
    said = [event for event in events if isinstance(event, BotUttered)]
    return tuple(reply for reply in map(_reply, said) if reply.text or reply.image or reply.cards or reply.buttons)


def build_record(message: UserUttered, events: Sequence[Event], form: str | None, ms: dict[str, float]) -> TurnRecord:
    """The record of DESIGN 5.

    message: what the customer said, as understood. events: what followed it. form: the form that was open before.
    """
    gate = message.parse_data.get("gate") or _gate_of_intent(message)
    language = message.parse_data.get("language") or {}
    values: Json = {
        "route": gate.get("route"),
        "topic": gate.get("topic"),
        "decision": gate.get("decision"),
        "reason": gate.get("reason"),
        "product": _entity(message, "product"),
        "order": _entity(message, "order"),
        "language": language.get("language") or DEFAULT_LANGUAGE,
    }
    if form is not None and _form_took_it(form, events) and not _says_wish(gate):
        values |= {"route": None, "topic": None, "decision": "answer", "reason": None}
    if values["route"] in WITHOUT_PRODUCT and values["decision"] == "answer":
        values["product"] = None
    values |= _overrides(events)
    if values["decision"] not in DECISIONS:
        raise Misshapen("turn.decision")
    return TurnRecord(
        **(values | {"decision": cast(Decision, values["decision"])}),
        confidence=round(float(gate.get("confidence") or 0.0), CONFIDENCE_DIGITS),
        script=language.get("script"),
        alternatives=_alternatives(gate),
        ms=ms,
    )


def _reply(event: BotUttered) -> Reply:
    parts = event.message()
    return Reply(event.text or None, parse_buttons(parts), parts.get("image"), parse_cards(parts))


def _gate_of_intent(message: UserUttered) -> Json:
    """Stands in for the gate where a model has none (`rasa test`, a model in the making)."""
    name = message.intent_name
    understood = name not in (None, "nlu_fallback")
    confidence = message.intent.get("confidence")
    return {"route": name, "confidence": confidence, "decision": "answer" if understood else "not_understood"}


def _form_took_it(form: str, events: Sequence[Event]) -> bool:
    first = next((event for event in events if isinstance(event, ActionExecuted)), None)
    return first is not None and first.action_name == form


def _says_wish(gate: Json) -> bool:
    """Whether what the form took tells by itself what it is about: an order's number is about that order."""
    return gate.get("decision") == "answer" and gate.get("route") in ORDER_ROUTES


def _overrides(events: Sequence[Event]) -> Json:
    found: Json = {}
    for event in events:
        turn = event.metadata.get("turn") if isinstance(event, BotUttered) else None
        if isinstance(turn, dict):
            found |= {name: value for name, value in turn.items() if name in OVERRIDES}
    return found


def _entity(message: UserUttered, name: str) -> str | None:
    value = next((one.get("value") for one in message.entities if one.get("entity") == name), None)
    return None if value is None else str(value)


def _alternatives(gate: dict[str, Any]) -> tuple[Alternative, ...]:
    return tuple(parse_alternative(one) for one in gate.get("alternatives") or ())
