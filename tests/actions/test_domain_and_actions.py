"""The domain and the actions name the same things: actions, and the slots that actions set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from rasa_sdk.executor import ActionExecutor

from actions.orders import CLEARED

DOMAIN = Path(__file__).resolve().parents[2] / "domain"


def read_domain(key: str) -> set[str]:
    found: set[str] = set()
    for path in DOMAIN.glob("*.yml"):
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        found |= set(content.get(key) or ())
    return found


def test_every_action_of_the_domain_exists_and_the_other_way_round(executor: ActionExecutor) -> None:
    ours = {name for name in executor.actions if not name.startswith("action_validate_slot")}
    assert ours == read_domain("actions")


def test_the_slots_that_actions_set_are_in_the_domain() -> None:
    used = {"unanswered_turns", "last_answer", "chosen_language", "products_current", *CLEARED}
    assert used <= read_domain("slots")
