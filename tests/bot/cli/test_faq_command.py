"""`seva faq lint` as an operator or a build server runs it: what it prints, and its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from tests.knowledge.conftest import write_faq
from tests.knowledge.test_faq_sources import change

EN = "sources/en/returns.yml"
WARNING = (8, "      - Refund.time, B en?", "is already in")
ERROR = (5, "    title: twenty-one characters", "21 characters")


@pytest.mark.parametrize(
    ("edits", "code", "last"),
    [
        ([], 0, "nothing to mend"),
        ([WARNING], 0, "0 errors, 1 warnings"),
        ([ERROR], 1, "1 errors, 0 warnings"),
        ([WARNING, ERROR], 1, "1 errors, 1 warnings"),
    ],
    ids=["clean", "warning", "error", "both"],
)
def test_only_errors_fail(tmp_path: Path, edits: list[tuple[int, str, str]], code: int, last: str) -> None:
    write_faq(tmp_path)
    for line, text, _ in edits:
        change(tmp_path / EN, line, text)
    done = CliRunner().invoke(app, ["faq", "lint", str(tmp_path), "--no-similar"])
    assert (done.exit_code, done.output.splitlines()[-1]) == (code, last)
    assert all(message in done.output for *_, message in edits)
