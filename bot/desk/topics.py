"""What an agent reads for what the assistant noted of a turn: a topic's title, a skill's name, in the desk's language.

Titles come from the FAQ's index, live: after `seva faq index` the next page shows the new ones.
"""

from __future__ import annotations

from functools import cache

from bot.errors import KnowledgeError
from bot.language.languages import DEFAULT_LANGUAGE
from bot.language.texts import has_text, say
from knowledge.index import Answer, index_folder
from knowledge.search import Answers, Live, open_answers


def name_topic(topic: str, language: str) -> str:
    """The topic's title, in English where it is not translated; the topic as it is noted if nothing is known of it."""
    answer = find_answer(topic, language)
    return answer.title if answer else topic


def find_answer(topic: str, language: str) -> Answer | None:
    """What the FAQ says about the topic, in English where it is not translated; None if nothing is known of it."""
    try:
        return _live().current().find(topic, language)
    except KnowledgeError:
        return None


def name_route(route: str, language: str) -> str:
    """What customers are offered for this route; the route as it is noted if it has no words of its own."""
    for code in (language, DEFAULT_LANGUAGE):
        for key in (f"handoff.routes.{route}", f"desk.turn.route.{route}"):
            if has_text(key, code):
                return say(key, code)
    return route


@cache
def _live() -> Live[Answers]:
    """An index that is not there yet is looked for again: an exception is not kept."""
    return open_answers(index_folder())
