"""Reads the command behind a pressed button, `/intent{"entity": "value"}`, as if it had been understood for sure.

Only the gateway may send these (in `payload`); what a customer types never comes here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container

from bot.dialogue.protocol import Json, TurnContext
from bot.language.languages import DEFAULT_LANGUAGE

MAX_COMMAND_CHARS = 1000
_COMMAND = re.compile(r"/(?P<intent>[a-z][a-z0-9_]*)(?P<entities>\{.*\})?", re.DOTALL)


class MalformedCommand(ValueError):
    """Not a command of this model. Repeating does not help."""


def parse_command(payload: str, context: TurnContext, intents: Container[str]) -> Json:
    """Parse data like the pipeline's, without running it: confidence 1, decision `answer`. Raises MalformedCommand."""
    match = _COMMAND.fullmatch(payload.strip()) if len(payload) <= MAX_COMMAND_CHARS else None
    if match is None or match["intent"] not in intents:
        raise MalformedCommand("payload")
    route, values = match["intent"], _values(match["entities"])
    return {
        "text": payload,
        "intent": {"name": route, "confidence": 1.0},
        "entities": [
            {"entity": name, "value": value, "start": 0, "end": len(payload)} for name, value in values.items()
        ],
        "language": {"language": context.language or DEFAULT_LANGUAGE, "script": context.script, "confidence": 1.0},
        "gate": {
            "route": route,
            "topic": values.get("topic"),
            "confidence": 1.0,
            "decision": "answer",
            "reason": None,
            "alternatives": [],
        },
    }


def _values(raw: str | None) -> dict[str, str | int | float]:
    try:
        values = json.loads(raw or "{}")
    except (ValueError, RecursionError) as error:
        raise MalformedCommand("payload") from error
    if not isinstance(values, dict) or not all(isinstance(value, str | int | float) for value in values.values()):
        raise MalformedCommand("payload")
    return values
