"""The shape of the code: sizes (HOUSE_STYLE section 4) and the directions of imports (DESIGN section 2)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULE_LINES_MAX, FUNCTION_LINES_MAX = 300, 40
# Longer on purpose, each with its reason. Shorten the list, never the rule.
LONG_MODULES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}

# Who may not import what: DESIGN section 2, "Imports point one way".
FORBIDDEN = {
    "bot/channels": ("bot.conversations", "bot.desk", "bot.shop", "bot.insights", "actions", "django.db"),
    "bot/conversations": ("bot.desk", "bot.shop", "bot.care", "bot.media", "bot.insights", "actions", "knowledge"),
    "bot/dialogue": ("django", "bot.conversations", "bot.channels", "bot.desk", "bot.shop", "actions"),
    "bot/nlu": ("django", "bot.conversations", "bot.channels", "bot.desk", "bot.shop", "actions"),
    "bot/language": ("django", "bot.conversations", "bot.channels", "bot.desk", "bot.shop", "actions", "knowledge"),
    "bot/shop": ("bot.desk", "bot.care", "actions", "bot.nlu"),
    "bot/care": ("bot.desk", "actions", "bot.nlu"),
    "bot/media": ("bot.desk", "bot.shop", "bot.care", "actions", "bot.nlu", "bot.dialogue"),
    "bot/accounts": ("bot.api", "bot.desk", "bot.shop", "actions"),
    "bot/desk": ("actions", "bot.nlu", "bot.dialogue", "bot.api"),
    "knowledge": ("django", "actions", "bot.conversations", "bot.channels", "bot.desk", "bot.shop", "bot.nlu"),
    "actions": ("bot.conversations", "bot.channels", "bot.desk", "bot.nlu", "bot.dialogue"),
}
# Web entry points are allowed to reach the conversations (DESIGN section 2).
WEB_ENTRY_POINTS = ("bot/channels/webchat/gateway.py", "bot/channels/webchat/pages.py", "bot/channels/webchat/urls.py")


def source_files() -> list[Path]:
    folders = ("bot", "actions", "knowledge", "benchmarks", "scripts", "tests")
    files = (file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    return sorted(file for file in files if "migrations" not in file.parts)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", source_files(), ids=relative)
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    name = relative(path)
    too_long = [
        f"{name}:{one.name} has {one.end_lineno - one.lineno + 1} lines"
        for one in functions(ast.parse(text))
        if one.end_lineno is not None
        and one.end_lineno - one.lineno + 1 > FUNCTION_LINES_MAX
        and f"{name}:{one.name}" not in LONG_FUNCTIONS
    ]
    assert too_long == []
    assert len(text.splitlines()) <= MODULE_LINES_MAX or name in LONG_MODULES


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_imports_point_one_way(folder: str) -> None:
    wrong = [
        f"{relative(path)} imports {name}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        if relative(path) not in WEB_ENTRY_POINTS
        for name in imports(ast.parse(path.read_text(encoding="utf-8")))
        if name.startswith(tuple(f"{one}." for one in FORBIDDEN[folder])) or name in FORBIDDEN[folder]
    ]
    assert wrong == []


def test_importing_bot_loads_no_django() -> None:
    assert (ROOT / "bot" / "__init__.py").read_text() == ""


def test_a_skill_is_one_name() -> None:
    rules = {path.stem for path in (ROOT / "data" / "rules").glob("*.yml")}
    domain = {path.stem for path in (ROOT / "domain").glob("*.yml")}
    nlu = {path.name for path in (ROOT / "data" / "nlu").iterdir()}
    modules = {path.stem for path in (ROOT / "actions").glob("*.py")}
    assert rules == domain
    skills = {name for name in domain if not name.startswith("_")}
    assert nlu <= skills | {"faq"}
    assert skills <= modules
