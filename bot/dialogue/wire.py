"""Reads what came over the wire into the protocol's dataclasses, and refuses what does not fit.

Raises `Misshapen` with the name of the field, never with its content: these messages reach logs.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar, cast, get_args

from bot.dialogue.protocol import (
    Alternative,
    Button,
    Card,
    Decision,
    Json,
    Reply,
    Said,
    TurnContext,
    TurnRecord,
    TurnRequest,
    TurnResult,
)
from bot.language.languages import DEFAULT_LANGUAGE

T = TypeVar("T")

MAX_ID_CHARS = 200
DECISIONS: tuple[str, ...] = get_args(Decision)


class Misshapen(ValueError):
    """Not a turn, or not an answer to one; the text names the field."""


def parse_request(body: bytes) -> TurnRequest:
    """The turn in a request body. Raises Misshapen."""
    raw = _object(_loads(body), "body")
    request = TurnRequest(
        conversation=_id(raw, "conversation"),
        message_id=_id(raw, "message_id"),
        text=_field(raw, "text", str),
        payload=_field(raw, "payload", str),
        context=_context(_object(raw.get("context") or {}, "context")),
    )
    if (request.text is None) == (request.payload is None):
        raise Misshapen("exactly one of text and payload is needed")
    return request


def parse_result(raw: Any) -> TurnResult:
    """The answer in decoded JSON. Raises Misshapen."""
    data = _object(raw, "body")
    return TurnResult(
        message_id=_id(data, "message_id"),
        replies=tuple(_reply(one) for one in _list(data, "replies")),
        turn=parse_record(data.get("turn")),
        replayed=data.get("replayed") is True,
    )


def parse_record(raw: Any) -> TurnRecord:
    """A turn record in decoded JSON. Raises Misshapen."""
    data = _object(raw, "turn")
    decision = data.get("decision")
    if decision not in DECISIONS:
        raise Misshapen("turn.decision")
    times = _object(data.get("ms") or {}, "turn.ms")
    return TurnRecord(
        route=_field(data, "route", str),
        decision=cast(Decision, decision),
        confidence=_number(data.get("confidence"), "turn.confidence"),
        language=_field(data, "language", str) or DEFAULT_LANGUAGE,
        script=_field(data, "script", str),
        topic=_field(data, "topic", str),
        product=_field(data, "product", str),
        order=_field(data, "order", str),
        reason=_field(data, "reason", str),
        alternatives=tuple(parse_alternative(one) for one in _list(data, "alternatives")),
        ms={str(name): _number(value, "turn.ms") for name, value in times.items()},
        summary=_field(data, "summary", dict),
        also=tuple(parse_alternative(one) for one in _list(data, "also")),
        awaits=_field(data, "awaits", str),
    )


def parse_alternative(raw: Any) -> Alternative:
    """One considered route in decoded JSON. Raises Misshapen."""
    data = _object(raw, "alternatives")
    confidence = _number(data.get("confidence", 0.0), "alternatives.confidence")
    return Alternative(str(data.get("route")), _field(data, "topic", str), confidence)


def parse_buttons(raw: Json) -> tuple[Button, ...]:
    """The buttons of a reply or card in decoded JSON. Raises Misshapen."""
    buttons = (_object(one, "buttons") for one in _list(raw, "buttons"))
    return tuple(Button(_needed(one, "title"), _needed(one, "payload"), _field(one, "kind", str)) for one in buttons)


def parse_cards(raw: Json) -> tuple[Card, ...]:
    """The product cards of a reply in decoded JSON. Raises Misshapen."""
    return tuple(_card(_object(one, "cards")) for one in _list(raw, "cards"))


def _card(raw: Json) -> Card:
    optional = {name: _field(raw, name, str) for name in ("subtitle", "price", "image", "link")}
    return Card(title=_needed(raw, "title"), buttons=parse_buttons(raw), **optional)


def _reply(raw: Any) -> Reply:
    data = _object(raw, "replies")
    return Reply(_field(data, "text", str), parse_buttons(data), _field(data, "image", str), parse_cards(data))


def _context(raw: Json) -> TurnContext:
    names = ("language", "script", "name", "channel", "contact", "last_bot_text", "page_product")
    history = (_object(one, "context.history") for one in _list(raw, "history"))
    said = tuple(Said(_needed(one, "from"), _needed(one, "text")) for one in history)
    return TurnContext(**{name: _field(raw, name, str) for name in names}, history=said)


def _loads(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Misshapen("body is not JSON") from error


def _object(raw: Any, name: str) -> Json:
    if not isinstance(raw, dict):
        raise Misshapen(name)
    return raw


def _list(raw: Json, name: str) -> list[Any]:
    value = raw.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Misshapen(name)
    return value


def _field(raw: Json, name: str, kind: type[T]) -> T | None:
    value = raw.get(name)
    if value is not None and not isinstance(value, kind):
        raise Misshapen(name)
    return value


def _needed(raw: Json, name: str) -> str:
    value = _field(raw, name, str)
    if value is None:
        raise Misshapen(name)
    return value


def _id(raw: Json, name: str) -> str:
    value = _needed(raw, name)
    if not 0 < len(value) <= MAX_ID_CHARS or not value.isprintable():
        raise Misshapen(name)
    return value


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Misshapen(name)
    return float(value)
