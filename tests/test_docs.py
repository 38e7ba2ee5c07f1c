"""What the documents say is so: settings, links, commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.cli.settings_docs import DOCS, EXAMPLE, build_example, build_page

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
# Words that look like paths of this project in backticks.
PATH = re.compile(r"`((?:bot|actions|knowledge|data|domain|texts|demo|docs|tests|benchmarks|scripts)/[\w./-]+?)/?`")


def test_settings_page_equals_the_table() -> None:
    assert DOCS.read_text(encoding="utf-8") == build_page()
    assert EXAMPLE.read_text(encoding="utf-8") == build_example()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_paths_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    missing = [link for link in links if link and not (page.parent / link).exists()]
    missing += [path for path in PATH.findall(text) if not (ROOT / path).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_make_targets_exist(page: Path) -> None:
    named = set(re.findall(r"`make ([a-z]+)`", page.read_text(encoding="utf-8")))
    assert named <= TARGETS
