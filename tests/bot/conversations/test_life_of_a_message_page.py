"""docs/life-of-a-message.md names files and functions: they must be there, and nothing else is promised."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "life-of-a-message.md").read_text(encoding="utf-8")
FILES = sorted(set(re.findall(r"`((?:actions|bot|tests)/[\w/.]+)`", PAGE)))
NAMES = sorted(set(re.findall(r"`([A-Za-z_]\w*(?:\.\w+)?)`", PAGE)))
# Words of the page that are values or protocol, not functions.
WORDS = {
    *("bot", "waiting", "agent", "closed", "sending", "failed"),
    *("user_uttered", "message_id", "maybe_repeated", "epoch", "cid", "send"),
}


@pytest.mark.parametrize("name", FILES)
def test_files_exist(name: str) -> None:
    assert (ROOT / name).is_file()


@pytest.mark.parametrize("name", sorted(set(NAMES) - WORDS))
def test_names_exist(name: str) -> None:
    source = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in FILES) + (
        ROOT / "bot" / "config.py"
    ).read_text(encoding="utf-8")
    wanted = name.rpartition(".")[2]
    # A function or class, a constant of a module, or a setting.
    named = re.search(rf"(?:def|class) {wanted}\b|^{wanted}(?:: .+)? = ", source, re.MULTILINE)
    found = named or f"    {wanted.lower()}: " in source
    assert found, f"nothing in the named files is called {name}"
