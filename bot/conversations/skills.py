"""Which skill a hand-off needs: pure decisions over `skills.yml` beside this module. No database.

Asked by `handoffs`; the desk offers the same names for transfers and in the agents' profiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigError

SKILLS_FILE = Path(__file__).with_name("skills.yml")


@dataclass(frozen=True)
class Skill:
    """What leads to people with this skill: reasons of a hand-off, routes, and first parts of topics."""

    name: str
    reasons: frozenset[str] = frozenset()
    routes: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()


@cache
def load_skills(path: Path = SKILLS_FILE) -> dict[str, Skill]:
    """All skills by name, in the order in which they are tried.

    Raises: ConfigError naming the file and what is wrong.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return {
            str(name): Skill(str(name), **{key: frozenset(map(str, values)) for key, values in (what or {}).items()})
            for name, what in content.items()
        }
    except (OSError, yaml.YAMLError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path.name}: {type(error).__name__}: {error}") from error


def choose_skill(reason: str, summary: Mapping[str, Any], skills: Mapping[str, Skill] | None = None) -> str:
    """The skill for a hand-off with this reason and summary (`summaries`); empty where anybody can help.

    What was wanted last counts: a question about delivery before a refund leaves the refund.
    """
    known = load_skills() if skills is None else skills
    for skill in known.values():
        if reason in skill.reasons:
            return skill.name
    topics = [str(one) for one in summary.get("topics") or ()]
    for route in reversed([str(one) for one in summary.get("routes") or ["faq"]]):
        found = _find_topic(topics, known) if route == "faq" else _find_route(route, known)
        if found:
            return found
    return ""


def _find_route(route: str, skills: Mapping[str, Skill]) -> str:
    return next((skill.name for skill in skills.values() if route in skill.routes), "")


def _find_topic(topics: list[str], skills: Mapping[str, Skill]) -> str:
    for topic in reversed(topics):
        for skill in skills.values():
            if topic.partition(".")[0] in skill.topics:
                return skill.name
    return ""
