"""Filters that put a value into one of our texts: `{{ t.few_left|fill_count:3 }}`."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def fill_count(text: str, value: object) -> str:
    """`text` with its `{count}` replaced."""
    return text.format(count=value)


@register.filter
def fill_percent(text: str, value: object) -> str:
    """`text` with its `{percent}` replaced."""
    return text.format(percent=value)


@register.filter
def fill_name(text: str, value: object) -> str:
    """`text` with its `{name}` replaced."""
    return text.format(name=value)


@register.filter
def fill_price(text: str, value: object) -> str:
    """`text` with its `{price}` replaced."""
    return text.format(price=value)
