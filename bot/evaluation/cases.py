"""Labelled cases, as in `shared/eval/dev.jsonl` and `tests/nlu/*.jsonl`: reading them, and whether a turn is right.

One JSON object a line: `id, text, lang, history, expect, also_ok`. An expectation names a route and, where they matter,
topic, product and order.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import ConfigError

GROUPS = ("en", "gu", "ta", "gu-Latn", "ta-Latn", "mix")
HAND_OFF_ROUTES = ("human", "complaint")
_COMPARED = ("route", "topic", "product", "order")


@dataclass(frozen=True)
class Case:
    """One labelled message. `accepted`: the expectation and whatever else is also right."""

    id: str
    text: str
    lang: str
    history: tuple[Mapping[str, str], ...]
    accepted: tuple[Mapping[str, str], ...]

    @property
    def expect(self) -> Mapping[str, str]:
        return self.accepted[0]

    def accepts(self, turn: Mapping[str, Any]) -> bool:
        """Whether route, and topic, product and order where named, are those of one accepted expectation."""
        return any(_fits(one, turn) for one in self.accepted)

    def accepts_route(self, turn: Mapping[str, Any]) -> bool:
        """As `accepts`, but products and orders do not count: for choices offered to the customer."""
        return any(all(turn.get(key) == one[key] for key in ("route", "topic") if key in one) for one in self.accepted)


def read_cases(path: Path) -> list[Case]:
    """All cases of a file, blank lines skipped.

    Raises: ConfigError naming file and line that cannot be read.
    """
    cases: list[Case] = []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            cases.append(_parse(line, f"{path.name}:{number}", number))
    return cases


def _parse(line: str, place: str, number: int) -> Case:
    try:
        given = json.loads(line)
        accepted = (given["expect"], *(given.get("also_ok") or ()))
        if not all(isinstance(one, dict) and isinstance(one["route"], str) for one in accepted):
            raise TypeError("expect names no route")
        history = tuple(given.get("history") or ())
        case_id = str(given.get("id", number))
        return Case(case_id, str(given["text"]), str(given.get("lang", "")), history, accepted)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{place}: not a case ({error!r})") from error


def _fits(expected: Mapping[str, str], turn: Mapping[str, Any]) -> bool:
    return all(turn.get(key) == expected[key] for key in _COMPARED if key in expected)
