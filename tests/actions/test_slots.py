"""The slots that actions set are those of the domain (the actions themselves are compared in tests of the dialogue)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from actions.orders import CLEARED

DOMAIN = Path(__file__).resolve().parents[2] / "domain"


def read_domain(key: str) -> set[str]:
    found: set[str] = set()
    for path in DOMAIN.glob("*.yml"):
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        found |= set(content.get(key) or ())
    return found


def test_the_slots_that_actions_set_are_in_the_domain() -> None:
    used = {
        "unanswered_turns",
        "last_answer",
        "chosen_language",
        "products_current",
        "products_list",
        "products_asked",
        *CLEARED,
    }
    assert used <= read_domain("slots")
