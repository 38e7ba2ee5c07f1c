"""Replies that agents have ready: shipped ones (`texts/<language>/canned.yml`), and the shop's own before them.

Placeholders: {name} of the customer, {order} they proved to be theirs, {agent}, {shop}. What is not known is left out
or left open (`OPEN`) for the agent to fill in; a reply never goes out with a placeholder in braces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from bot.care.models import CannedReply
from bot.language.languages import DEFAULT_LANGUAGE
from bot.language.texts import LANGUAGES
from bot.page_texts import area_texts

TEXT_MAX = 4000
SHORTCUT = re.compile(r"[\w-]{1,40}")
OPEN = "…"
_PLACE = re.compile(r"[ ,]*\{name\}|\{(order|agent|shop)\}")


@dataclass(frozen=True, slots=True)
class Canned:
    """One reply in one language; `own`: the shop has written it, or has rewritten what is shipped."""

    shortcut: str
    language: str
    text: str
    own: bool


def list_canned(language: str) -> list[Canned]:
    """All in that language, by shortcut; in English where one is not translated."""
    found: dict[str, Canned] = {}
    for code in dict.fromkeys((DEFAULT_LANGUAGE, language)):
        found |= {one.shortcut: one for one in list_written(code)}
    return sorted((one for one in found.values() if one.text), key=lambda one: one.shortcut)


def list_written(language: str) -> list[Canned]:
    """Those that are written in exactly this language; one that the shop has taken away has no text."""
    shipped = area_texts("canned", language) if language in LANGUAGES else {}
    written = {key: Canned(key, language, text, own=False) for key, text in shipped.items()}
    for one in CannedReply.objects.filter(language=language):
        written[one.shortcut] = Canned(one.shortcut, language, one.text, own=True)
    return sorted(written.values(), key=lambda one: one.shortcut)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in."""

    def put(found: re.Match[str]) -> str:
        if found[1] is None:
            name = values.get("name", "")
            return found[0].replace("{name}", name) if name else ""
        return values.get(found[1], "") or OPEN

    return _PLACE.sub(put, text)


def read_shortcut(words: str) -> str:
    """What somebody means who writes `/Hello`."""
    return words.strip().lstrip("/").lower()


@transaction.atomic
def save_canned(shortcut: str, language: str, text: str, who: str) -> bool:
    """The shop's own words for this shortcut; empty takes it away. False if shortcut or language are not usable."""
    shortcut, text = read_shortcut(shortcut), text.strip()[:TEXT_MAX]
    if not SHORTCUT.fullmatch(shortcut) or language not in LANGUAGES:
        return False
    own = CannedReply.objects.filter(shortcut=shortcut, language=language)
    shipped = load_shipped(shortcut, language)
    if text == shipped:
        own.delete()
        return True
    values = {"text": text, "changed_by": who[:150], "changed_at": timezone.now()}
    CannedReply.objects.update_or_create(shortcut=shortcut, language=language, defaults=values)
    return True


def load_shipped(shortcut: str, language: str) -> str:
    """What is shipped under this shortcut; empty if nothing is."""
    return area_texts("canned", language).get(shortcut, "")
