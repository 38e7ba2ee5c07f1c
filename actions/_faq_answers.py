"""The FAQ's answers, live: read once, and again whenever `seva faq index` has run. Shared by all who quote them."""

from __future__ import annotations

from functools import cache
from typing import Any

from actions._buttons import button
from knowledge.index import Answer, index_folder
from knowledge.search import Answers, Live, open_answers

Json = dict[str, Any]


@cache
def _live() -> Live[Answers]:
    return open_answers(index_folder())


def find_answer(topic: str, language: str) -> Answer | None:
    """The answer to a topic, in English where it is not translated."""
    return _live().current().find(topic, language) if topic else None


def topic_button(topic: str, language: str, kind: str = "related") -> Json | None:
    """A button that asks for the topic, titled with its title; None if there is no such topic."""
    answer = find_answer(topic, language)
    return button(answer.title, "faq", kind, topic=topic) if answer else None


def related_buttons(answer: Answer, language: str, limit: int = 3) -> list[Json]:
    """Buttons for the topics that belong to this one."""
    found = (topic_button(topic, language) for topic in answer.related[:limit])
    return [one for one in found if one is not None]
