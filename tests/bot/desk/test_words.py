"""Every word that the desk's right side asks for is there, in every language."""

from __future__ import annotations

import re

import pytest

from bot.config import ROOT
from bot.desk.access import KEYS
from bot.language.texts import load_texts
from bot.page_texts import LANGUAGE_NAMES

TEMPLATES = sorted((ROOT / "bot" / "desk" / "templates" / "desk").glob("*.html"))


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_templates_and_keys_find_their_words(language: str) -> None:
    keys = {key.removeprefix("desk_story.") for key in load_texts(language) if key.startswith("desk_story.")}
    groups = {key.partition(".")[0] for key in keys} | {"act.problem"}
    asked = {name for path in TEMPLATES for name in re.findall(r"\bs\.([a-z_]+(?:\.[a-z_]+)*)", path.read_text())}
    assert len(asked) > 60
    assert asked - keys - groups == set()
    assert {f"keys.{name}" for _, name in KEYS} <= keys
