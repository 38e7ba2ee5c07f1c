"""A language is added by text files alone (docs/add-a-language.md): in a copy of the project, with a toy language."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.environment import FAST

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COPIED = ("actions", "bot", "data", "demo", "domain", "knowledge", "texts", "tests")
TOPICS = ("refund.time", "return.how", "delivery.time")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with a small FAQ and one language more; no line of code differs."""
    root = tmp_path_factory.mktemp("toy") / "project"
    for name in COPIED:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "config.yml", "endpoints.yml", "credentials.yml"):
        shutil.copy(ROOT / name, root / name)
    keep_topics(root / "knowledge" / "topics.yml", related=True)
    for path in (root / "knowledge" / "sources").glob("*/*.yml"):
        keep_topics(path)
    shutil.copytree(HERE / "files", root, dirs_exist_ok=True)
    return root


def keep_topics(path: Path, related: bool = False) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    kept = [entry for entry in content["topics"] if entry["topic"] in TOPICS]
    if not kept:
        path.unlink()
        return
    for entry in kept if related else ():
        entry["related"] = [topic for topic in entry["related"] if topic in TOPICS]
    text = yaml.safe_dump({**content, "topics": kept}, allow_unicode=True, sort_keys=False)
    path.write_text(text, encoding="utf-8")


def run(project: Path, *arguments: str, how: str = "-m") -> str:
    environment = {**os.environ, **FAST, "DATA_DIR": str(project / "var"), "PYTHONPATH": str(project)}
    done = subprocess.run(
        [sys.executable, how, *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_all_of_the_product_takes_the_new_language_up(project: Path) -> None:
    run(project, "pytest", "-q", "tests/toy_language/inside.py")


def test_what_it_still_lacks_is_listed(project: Path) -> None:
    found = json.loads(run(project, "bot.cli", "languages", "--json"))
    assert list(found) == ["en", "gu", "ka", "ta"]
    lacks = found["ka"]["lacks"]
    assert "handoff.ask_back" in lacks["texts"]
    assert "smalltalk.thanks" not in lacks["texts"]
    assert (lacks["FAQ topics"], lacks["letters without a sound"]) == ([], [])
    assert "orders" not in lacks["skills without examples"]
    assert "privacy" in lacks["skills without examples"]


def test_the_faq_is_sound(project: Path) -> None:
    assert "nothing to mend" in run(project, "bot.cli", "faq", "lint", "--no-similar")


def test_the_detector_learns_it(project: Path) -> None:
    assert "en, gu, ka, ta" in run(project, "bot.language.train_detector")
    # None of these words stands in its language.yml.
    script = "from bot.language.detect import detect; print(detect('ukan gagzavna minda').language)"
    assert run(project, script, how="-c").strip() == "ka"
