"""Checks whole dialogues turn by turn: what the customer says, and what must come back (DESIGN section 5).

Knows nothing of sockets or databases: whoever calls it brings `open_chat`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from bot.errors import BotError, ConfigError

# Turns of different dialogues at the same time; as many as one Rasa process takes.
SIDE_BY_SIDE = 4
EXPECTATIONS = ("expect_route", "expect_route_any", "expect_contains_any", "expect_not_contains_any", "expect_handoff")


class Answered(Protocol):
    """What a chat returns for one message; `state` is the conversation's afterwards."""

    @property
    def replies(self) -> list[dict[str, Any]]: ...
    @property
    def turn(self) -> dict[str, Any] | None: ...
    @property
    def state(self) -> str: ...


class Talker(Protocol):
    """A customer in one conversation."""

    async def say(self, text: str) -> Answered: ...


OpenChat = Callable[[str, str], AbstractAsyncContextManager[Talker]]


@dataclass(frozen=True)
class Failure:
    """One expectation that did not hold; `turn` counts from 1."""

    id: str
    turn: int
    why: str


@dataclass(frozen=True)
class Outcome:
    """How many dialogues held in full."""

    passed: int
    failures: list[Failure]

    @property
    def failed(self) -> int:
        """Dialogues with at least one failure."""
        return len({failure.id for failure in self.failures})

    def as_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return {"passed": self.passed, "failed": self.failed, "failures": [asdict(one) for one in self.failures]}


def read_dialogues(path: Path) -> list[dict[str, Any]]:
    """One dialogue a line. Raises ConfigError naming the line that is not one."""
    dialogues = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            dialogue = json.loads(line)
        except json.JSONDecodeError as error:
            raise ConfigError(f"{path}:{number}: not JSON: {error}") from error
        if not isinstance(dialogue, dict) or not isinstance(dialogue.get("turns"), list):
            raise ConfigError(f"{path}:{number}: a dialogue is an object with a list `turns`")
        dialogues.append({"id": f"line-{number}", **dialogue})
    return dialogues


async def run_dialogues(
    dialogues: Sequence[dict[str, Any]], open_chat: OpenChat, done: Callable[[int], None] = lambda count: None
) -> Outcome:
    """Runs all, a few at a time; `done` is told how many are through."""
    gate = asyncio.Semaphore(SIDE_BY_SIDE)
    finished = 0

    async def one(dialogue: dict[str, Any]) -> list[Failure]:
        nonlocal finished
        async with gate:
            failures = await _run_one(dialogue, open_chat)
        finished += 1
        done(finished)
        return failures

    found = await asyncio.gather(*(one(dialogue) for dialogue in dialogues))
    return Outcome(sum(not failures for failures in found), [failure for failures in found for failure in failures])


async def _run_one(dialogue: dict[str, Any], open_chat: OpenChat) -> list[Failure]:
    name, failures, number = str(dialogue["id"]), [], 0
    answered: Answered | None = None
    try:
        async with open_chat(str(dialogue.get("channel", "webchat")), str(dialogue.get("lang", ""))) as chat:
            for step in dialogue["turns"]:
                if "say" in step:
                    number += 1
                    answered = await chat.say(step["say"])
                if answered is None:
                    return [Failure(name, 0, "the dialogue expects something before anything was said")]
                failures += [Failure(name, number, why) for why in check_step(step, answered)]
    except BotError as error:
        failures.append(Failure(name, number, f"no answer: {error}"))
    return failures


def check_step(expected: dict[str, Any], answered: Answered) -> list[str]:
    """Why this turn is not as expected; empty if it is. Keys that are missing are not checked."""
    route = (answered.turn or {}).get("route")
    text = "\n".join(visible_text(reply) for reply in answered.replies)
    handed_off = answered.state in {"waiting", "agent"} or (answered.turn or {}).get("decision") == "hand_off"
    why = []
    if "expect_route" in expected and route != expected["expect_route"]:
        why.append(f"route {route!r}, expected {expected['expect_route']!r}")
    if "expect_route_any" in expected and route not in expected["expect_route_any"]:
        why.append(f"route {route!r}, expected one of {expected['expect_route_any']!r}")
    wanted, unwanted = expected.get("expect_contains_any"), expected.get("expect_not_contains_any")
    if wanted and not any(part.casefold() in text.casefold() for part in wanted):
        why.append(f"reply {text!r} holds none of {wanted!r}")
    if unwanted and (held := [part for part in unwanted if part.casefold() in text.casefold()]):
        why.append(f"reply {text!r} holds {held!r}")
    if "expect_handoff" in expected and handed_off != expected["expect_handoff"]:
        why.append(f"hand-off {handed_off}, expected {expected['expect_handoff']}")
    return why


def visible_text(reply: dict[str, Any]) -> str:
    """All a customer reads of one reply: text, cards and buttons."""
    cards = (
        f"{card.get('title', '')} {card.get('subtitle') or ''} {card.get('price') or ''}" for card in reply["cards"]
    )
    return "\n".join([reply["text"], *cards, *(button["title"] for button in reply["buttons"])])
