"""How far a language is written: what is still said in the default one, and what its letters lack. Pure over files."""

from __future__ import annotations

import string
import unicodedata
from collections import Counter

from bot.language.detect import learned_languages
from bot.language.fold import has_sound
from bot.language.languages import DEFAULT_LANGUAGE, load_languages
from bot.language.texts import load_texts


def missing_texts(language: str) -> list[str]:
    """Keys of texts that the default language has and this one lacks."""
    return sorted(set(load_texts(DEFAULT_LANGUAGE)) - set(load_texts(language)))


def wrong_placeholders(language: str) -> list[str]:
    """Keys whose `{name}` differ from the default language's: `say` would refuse them or leave something out."""
    ours, theirs = load_texts(language), load_texts(DEFAULT_LANGUAGE)
    return sorted(key for key in set(ours) & set(theirs) if _places(ours[key]) != _places(theirs[key]))


def silent_letters(language: str) -> list[str]:
    """Letters in its texts that folding does not know: words with them are matched by luck. The commonest first."""
    scripts = load_languages()[language].scripts
    counts = Counter(
        char
        for text in load_texts(language).values()
        for char in text
        if unicodedata.category(char)[0] in "LM" and any(script.holds(char) for script in scripts)
    )
    return [char for char, _ in counts.most_common() if not has_sound(char)]


def is_detected(language: str) -> bool:
    """Whether it is recognised in Latin letters, if it may stand in them."""
    spoken = load_languages()[language]
    return not spoken.latin or language in learned_languages() or bool(spoken.romanised_words)


def _places(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return {"?"}
