"""The words the product says, by language: `say("orders.ask_number", "gu", name="Hetal")`.

They stand in `texts/<language>/<area>.yml`; nested keys are joined with dots and start with the area. The languages
of the product are the folders found there. Files are read once a process. Knows nothing of who is spoken to.
"""

from functools import cache
from pathlib import Path

import yaml

from bot.errors import ConfigError
from bot.language.languages import DEFAULT_LANGUAGE, FILE, TEXTS_DIR, load_languages

__all__ = ["DEFAULT_LANGUAGE", "LANGUAGES", "TEXTS_DIR", "has_text", "load_texts", "say"]

LANGUAGES: tuple[str, ...] = tuple(load_languages())


def say(key: str, language: str, **values: object) -> str:
    """The text of `key` in `language` with `values` filled in (`str.format` placeholders).

    Where a language is still being written, the default one's words stand in: better than silence.

    Raises: ConfigError if the language is missing, the key is in neither, or a placeholder gets no value; repeating
    does not help.
    """
    text = load_texts(language).get(key) or load_texts(DEFAULT_LANGUAGE).get(key)
    if text is None:
        raise ConfigError(f"texts/{language}: no text for {key!r}")
    try:
        return text.format(**values)
    except (KeyError, IndexError) as error:
        raise ConfigError(f"texts/{language}: {key!r} needs a value for {error}") from error


def has_text(key: str, language: str) -> bool:
    """Whether `say` would find `key`."""
    return key in load_texts(language)


@cache
def load_texts(language: str, root: Path = TEXTS_DIR) -> dict[str, str]:
    """All texts of one language, by dotted key.

    Raises: ConfigError naming the file that is missing or broken.
    """
    folder = root / language
    if not language or not folder.is_dir():
        raise ConfigError(f"texts: no language {language!r}")
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name == FILE:
            continue
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise ConfigError(f"texts/{language}/{path.name}: {error}") from error
        found.update(_flatten(path.stem, content or {}))
    return found


def _flatten(prefix: str, content: object) -> dict[str, str]:
    if not isinstance(content, dict):
        return {prefix: str(content)}
    flat: dict[str, str] = {}
    for key, value in content.items():
        flat.update(_flatten(f"{prefix}.{key}", value))
    return flat
