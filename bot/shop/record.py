"""Writes one row of the shop's tables if it differs from what is there."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models

Kind = TypeVar("Kind", bound=models.Model)


def record_one(kind: type[Kind], key: dict[str, Any], values: dict[str, Any]) -> tuple[Kind, str]:
    """The stored row and whether it was `new`, `changed` or the `same`. In the caller's transaction."""
    old = kind._default_manager.filter(**key).first()
    if old is None:
        return kind._default_manager.create(**key, **values), "new"
    if all(getattr(old, name) == value for name, value in values.items()):
        return old, "same"
    for name, value in values.items():
        setattr(old, name, value)
    old.save()
    return old, "changed"
