"""Filters for the desk's words: `{{ t.reason|word:row.reason }}` and `{{ t.list.unread|fill:row.unread }}`."""

from __future__ import annotations

import re

from django import template

register = template.Library()
_PLACE = re.compile(r"\{\w+\}")


@register.filter
def word(words: dict[str, str] | str, key: str) -> str:
    """The text for a code; the code itself if it has none."""
    return words.get(key, key) if isinstance(words, dict) else key


@register.filter
def kind(words: dict[str, str] | str, name: str) -> str:
    """What a message is that is not plain words; one word for all kinds that no page can show."""
    return words.get(name, words["unsupported"]) if isinstance(words, dict) else name


@register.filter
def fill(text: str, value: object) -> str:
    """`text` with its one placeholder replaced, whatever its name."""
    return _PLACE.sub(lambda _: str(value), text)


@register.filter
def fill_next(text: str, value: object) -> str:
    """`text` with the first of its placeholders replaced."""
    return _PLACE.sub(lambda _: str(value), text, count=1)


@register.filter
def failure(words: dict[str, str] | str, error: str) -> str:
    """A reason like `window_closed (131047)` in the desk's words, with its code; as it is if it has none."""
    reason, code, rest = error.removeprefix("given up: ").partition(" (")
    return f"{words[reason]}{code}{rest}" if isinstance(words, dict) and reason in words else error
