"""Actions as the action server runs them: the SDK's own executor, real database, real FAQ answers.

The FAQ index is built once a run with an encoder of letters: actions read its answers, never its vectors.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from rasa_sdk.executor import ActionExecutor

from bot.config import config
from bot.language.texts import load_texts
from knowledge.index import index_folder, write_index
from tests.knowledge.conftest import LetterCounts, LetterEncoder
from tests.shop_rows import load_demo_shop

Json = dict[str, Any]


def says(text: str, key: str, language: str = "en") -> bool:
    """Whether the text holds the words of `key`, whatever stands in its placeholders. Wording may change, keys stay."""
    parts = re.split(r"\{\w+\}", load_texts(language)[key])
    return re.search(".+?".join(re.escape(part) for part in parts), text, re.DOTALL) is not None


@dataclass
class Customer:
    """One conversation: what is said to an action, and the slots that its events leave behind."""

    executor: ActionExecutor
    language: str = "en"
    script: str = "Latn"
    conversation: str = "c-1"
    context: Json = field(default_factory=dict)
    slots: Json = field(default_factory=dict)
    users: list[Json] = field(default_factory=list)
    replies: list[Json] = field(default_factory=list)
    turn: Json = field(default_factory=dict)
    followup: str = ""

    async def say(
        self, action: str, text: str, named: dict[str, str] | None = None, *, gate: Json | None = None, **entities: str
    ) -> str:
        """What the action answers to this message; a text that begins with a slash is a pressed button."""
        intent = {"name": (gate or {}).get("route") or action.removeprefix("action_answer_")}
        message = {
            "text": text, "intent": intent, "message_id": f"m{len(self.users)}",
            "entities": [{"entity": name, "value": value} for name, value in {**(named or {}), **entities}.items()],
            "language": {"language": self.language, "script": self.script, "confidence": 0.95},
            "gate": gate or {}, "metadata": self.context,
        }  # fmt: skip
        self.users.append({"event": "user", "text": text, "parse_data": message})
        return await self.run(action)

    async def run(self, action: str, **slots: object) -> str:
        """Runs an action on the message said last."""
        self.slots |= slots
        message = self.users[-1]["parse_data"]
        tracker = {
            "sender_id": self.conversation, "slots": copy.deepcopy(self.slots), "latest_message": message,
            "events": copy.deepcopy(self.users) + self._slot_events(slots), "paused": False, "followup_action": None,
            "active_loop": {}, "latest_action_name": "action_listen", "latest_input_channel": "seva",
        }  # fmt: skip
        form = {"orders_status_form": {"required_slots": ["orders_number", "orders_contact"]}}
        result = await self.executor.run(
            {"next_action": action, "sender_id": self.conversation, "tracker": tracker, "domain": {"forms": form}}
        )
        assert result is not None
        self.replies = result["responses"]
        self.turn = next((r["turn"] for r in self.replies if r.get("turn")), {})
        self.followup = next((e["name"] for e in result["events"] if e["event"] == "followup"), "")
        for event in result["events"]:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
        return "\n".join(reply["text"] or "" for reply in self.replies)

    async def look_up(self, number: str, address: str) -> str:
        """Goes through the form as Rasa does: number, then e-mail or phone, then the story."""
        await self.say("action_ask_orders_number", number)
        kind = "email" if "@" in address else "phone"
        self.users[-1]["parse_data"]["entities"] = [
            {"entity": "order", "value": number}, {"entity": kind, "value": address},
        ]  # fmt: skip
        said = await self.run("validate_orders_status_form", orders_number=number, orders_contact=address)
        if self.slots.get("orders_contact") is None:
            return said + await self.run("action_ask_orders_contact")
        return said + await self.run("action_tell_order_status")

    @property
    def buttons(self) -> list[Json]:
        """All buttons of the last replies."""
        return [button for reply in self.replies for button in reply["buttons"]]

    @property
    def cards(self) -> list[Json]:
        """All cards of the last replies."""
        return [card for reply in self.replies for card in reply.get("cards", [])]

    def _slot_events(self, slots: Json) -> list[Json]:
        # The form's validation looks at the slots that were set after the form's own name.
        events = [{"event": "slot", "name": name, "value": value} for name, value in slots.items()]
        return [{"event": "action", "name": "orders_status_form"}, *events]


@pytest.fixture(scope="session")
def executor() -> ActionExecutor:
    """All actions of the package, registered as the server does."""
    write_index(index_folder(), LetterEncoder("letters", LetterCounts()))
    executor = ActionExecutor()
    executor.register_package("actions")
    return executor


@pytest.fixture
def shop_day(monkeypatch: pytest.MonkeyPatch) -> date:
    """The demo shop's day."""
    day = date(2026, 11, 21)
    frozen = replace(config(), shop_today=day)
    monkeypatch.setattr("bot.shop.clock.config", lambda: frozen)
    return day


@pytest.fixture
def customer(transactional_db: None, executor: ActionExecutor, shop_day: date) -> Customer:
    """A customer of the demo shop who writes English."""
    load_demo_shop()
    return Customer(executor)
