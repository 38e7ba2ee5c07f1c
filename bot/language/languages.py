"""The languages of the product, as data: one folder `texts/<code>/` each, and in it `language.yml`.

That file says what the words alone do not: name, script, how letters sound, how people count and refer. Nothing else in
the code may know a language by its code, except the default one. See docs/add-a-language.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigError

TEXTS_DIR = Path(__file__).resolve().parents[2] / "texts"
OTHER_SCRIPTS = Path(__file__).with_name("other_scripts.yml")
FILE = "language.yml"
DEFAULT_LANGUAGE = "en"
LATIN = "Latn"


@dataclass(frozen=True)
class Script:
    """A script by its ISO 15924 code; it reaches from the sign `low` to the sign `high`."""

    code: str
    low: str
    high: str

    def holds(self, char: str) -> bool:
        return self.low <= char <= self.high


@dataclass(frozen=True)
class Language:
    """`romanised`: whether customers also type it in Latin letters; `romanised_words`: some that give it away.

    `more` holds the sections that other modules read by `section`: fold, follow_ups, amounts, lexicon ...
    """

    code: str
    name: str
    locale: str
    scripts: tuple[Script, ...] = ()
    romanised: bool = False
    romanised_words: frozenset[str] = frozenset()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def latin(self) -> bool:
        """Whether it may stand in Latin letters: its own, or romanised."""
        return self.romanised or not self.scripts


@cache
def load_languages(root: Path = TEXTS_DIR) -> dict[str, Language]:
    """All languages by code: every folder of `root`, in alphabetical order.

    Raises: ConfigError naming the file that cannot be read.
    """
    return {path.name: _read(path) for path in sorted(root.glob("*/")) if not path.name.startswith((".", "_"))}


def section(name: str) -> Iterator[tuple[str, Any]]:
    """What every language says of one matter in its file: (code, content), those without it left out."""
    for code, language in load_languages().items():
        if content := language.more.get(name):
            yield code, content


def merge_lists(name: str) -> dict[str, list[Any]]:
    """A section of lists, with those of all languages joined: `{"rupee": [...], ...}`."""
    joined: dict[str, list[Any]] = {}
    for _, content in section(name):
        for key, values in content.items():
            joined.setdefault(str(key), []).extend(values)
    return joined


@cache
def script_table() -> tuple[tuple[Script, tuple[str, ...]], ...]:
    """Every script that is told apart, with the languages written in it; those we do not speak are named too."""
    found: dict[str, tuple[Script, list[str]]] = {}
    for code, language in load_languages().items():
        for script in language.scripts:
            found.setdefault(script.code, (script, []))[1].append(code)
    for name, content in yaml.safe_load(OTHER_SCRIPTS.read_text(encoding="utf-8")).items():
        found.setdefault(name, (_script(name, content["signs"]), [content["language"]]))
    return tuple((script, tuple(languages)) for script, languages in found.values())


def script_language(text: str) -> str:
    """The language of ours whose script stands in the text; empty for Latin and for scripts that we do not speak."""
    ours = load_languages()
    for script, (first, *_) in script_table():
        if first in ours and any(script.holds(char) for char in text):
            return first
    return ""


def _read(folder: Path) -> Language:
    path = folder / FILE
    place = f"texts/{folder.name}/{FILE}"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        romanised = content.pop("romanised", None)
        return Language(
            code=folder.name,
            name=content.pop("name"),
            locale=content.pop("locale"),
            scripts=tuple(_script(str(name), signs) for name, signs in (content.pop("scripts", None) or {}).items()),
            romanised=bool(romanised),
            romanised_words=frozenset((romanised or {}).get("words") or ()),
            more=content,
        )
    except OSError as error:
        raise ConfigError(f"{place}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise ConfigError(f"{place}: {error!r}") from error


def _script(name: str, signs: str) -> Script:
    """`0A80-0AFF`: the first and the last sign, by number."""
    low, high = (chr(int(number, 16)) for number in str(signs).split("-"))
    return Script(name, low, high)
