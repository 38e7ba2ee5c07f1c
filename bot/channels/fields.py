"""Takes values out of foreign JSON without trusting its shape: what is not there or of another type is empty."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

Json = dict[str, Any]
# Beyond it no id fits its column; such an id is kept as its hash.
ID_CHARS_MAX = 190
DEPTH_MAX = 20
LIST_MAX = 1000
# Beyond it no number is a file's size.
SIZE_MAX_BYTES = 2**40


def as_dict(value: object) -> Json:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """A text or a number as text; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return value if isinstance(value, str) else str(value)


def as_int(value: object) -> int | None:
    """A whole number, also as text; None for anything else."""
    try:
        return int(as_text(value))
    except ValueError:
        return None


def as_size(value: object) -> int | None:
    """A file's size in bytes, also as text; None for anything that cannot be one."""
    size = as_int(value)
    return size if size is not None and 0 < size < SIZE_MAX_BYTES else None


def as_key(value: object, instead: object) -> str:
    """An id fit for its column: itself, its hash if it is too long or odd, the hash of `instead` if it is missing."""
    text = as_text(value)
    if text and len(text) <= ID_CHARS_MAX and text.isprintable() and text.isascii():
        return text
    return hash_json(text or instead)


def hash_json(value: object) -> str:
    """The same for the same content, whatever the order of its keys."""
    plain = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return "sha256:" + hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def as_storable(value: object, depth: int = 0) -> Any:
    """The value as every database keeps it: no NUL, no half surrogate pair, no infinity, no depth without end."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth >= DEPTH_MAX:
        return None
    if isinstance(value, dict):
        return {as_storable(str(key)[:200]): as_storable(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list):
        return [as_storable(one, depth + 1) for one in value[:LIST_MAX]]
    return value
