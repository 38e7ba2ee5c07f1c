"""`seva evaluate` as an operator runs it: what is printed, drawn, remembered and compared. Rasa is the fake one."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.environment import FAST
from tests.fakes.rasa_server import FakeRasa
from tests.fakes.running import Running, run_app

ROOT = Path(__file__).resolve().parents[3]
KEYS = [
    "n",
    "routing_accuracy",
    "selective_accuracy",
    "coverage",
    "out_of_scope_answered",
    "handoff_precision",
    "handoff_recall",
    "ece",
    "ask_back_hit_rate",
]
# The fake Rasa says `faq return.how` to everything but "person".
RIGHT = {"route": "faq", "topic": "return.how"}
PNG = b"\x89PNG\r\n\x1a\n"


class QuietGateway:
    """All that the command asks of a gateway: that it lives and is ready."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b"ok" if scope["path"] == "/healthz" else b'{"ready": true, "dependencies": {}}'
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


@dataclass
class Seva:
    """The command line of one installation."""

    rasa: FakeRasa
    environment: dict[str, str]
    folder: Path

    def write(self, *cases: dict[str, Any]) -> Path:
        path = self.folder / "cases.jsonl"
        path.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
        return path

    async def evaluate(self, *arguments: str | Path) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", "evaluate", *map(str, arguments), cwd=ROOT, env=self.environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        printed, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
        return printed.decode()


@pytest.fixture
async def seva(rasa: Running[FakeRasa], tmp_path: Path) -> AsyncIterator[Seva]:
    async with run_app(QuietGateway()) as gateway:
        settings = {"DATA_DIR": str(tmp_path / "var"), "GATEWAY_PORT": str(gateway.port), "RASA_URLS": rasa.url}
        yield Seva(rasa.app, {**os.environ, **FAST, **settings}, tmp_path)


def case(number: int, text: str, lang: str = "en", **more: Any) -> dict[str, Any]:
    return {"id": f"c{number}", "text": text, "lang": lang, "expect": RIGHT, **more}


async def test_json_keeps_the_contract_and_adds_reliability_by_group(seva: Seva) -> None:
    cases = [case(number, f"text {number}", "en" if number % 2 else "gu-Latn") for number in range(24)]
    cases.append(case(24, "a person please"))
    report = json.loads(await seva.evaluate(seva.write(*cases), "--json"))
    assert list(report["all"]) == KEYS
    assert list(report["groups"]) == ["en", "gu", "ta", "gu-Latn", "ta-Latn", "mix"]
    assert all(list(figures) == KEYS for figures in report["groups"].values())
    rows = report["reliability"]["all"]
    assert [row["n"] for row in rows] == [3, 3, 3, 3, 3, 2, 2, 2, 2, 2]
    assert {row["confidence"] for row in rows} == {0.9}
    assert sum(row["n"] * row["accuracy"] for row in rows) == pytest.approx(24, abs=0.01)
    assert sum(row["n"] for row in report["reliability"]["groups"]["gu-Latn"]) == 12
    assert report["reliability"]["groups"]["ta"] == []
    assert report["comparison"] is None


async def test_the_table_names_confidence_share_right_and_count(seva: Seva) -> None:
    printed = await seva.evaluate(seva.write(*(case(number, f"text {number}") for number in range(20))))
    lines = printed.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("reliability"))
    assert lines[start + 2].split() == ["0.900", "100.0", "2"]
    assert len([line for line in lines[start + 2 : start + 12] if line.split() == ["0.900", "100.0", "2"]]) == 10
    assert "no earlier run to compare with" in printed


async def test_the_picture_is_drawn(seva: Seva) -> None:
    picture = seva.folder / "trust.png"
    await seva.evaluate(seva.write(*(case(number, f"text {number}") for number in range(3))), "--plot", picture)
    assert picture.read_bytes().startswith(PNG)
    assert picture.stat().st_size > 20_000


async def test_the_next_run_says_what_got_better_and_worse(seva: Seva) -> None:
    cases = seva.write(case(1, "apple"), case(2, "plum"), case(3, "pear"), case(4, "fig"))
    seva.rasa.poison = "plum"
    await seva.evaluate(cases, "--json")
    seva.rasa.poison = "p"
    second = json.loads(await seva.evaluate(cases, "--json"))["comparison"]
    assert (second["compared"], second["better"], second["worse"]) == (4, [], ["c1", "c3"])
    assert second["figures"]["all"]["routing_accuracy"] == -0.5
    assert second["figures"]["groups"]["en"]["coverage"] == -0.5
    assert second["figures"]["groups"]["ta"]["routing_accuracy"] is None
    seva.rasa.poison = "fig"
    printed = await seva.evaluate(cases)
    assert "3 better" in printed
    assert "c2: faq return.how, was none" in printed
    assert "1 worse" in printed
    assert "c4: none, was faq return.how, expected faq return.how" in printed
    assert "+50.0" in printed


async def test_a_grown_file_is_compared_over_the_cases_it_still_has(seva: Seva) -> None:
    seva.rasa.poison = "apple"
    await seva.evaluate(seva.write(case(1, "apple"), case(2, "plum"), case(3, "pear")), "--json")
    seva.rasa.poison = ""
    grown = seva.write(case(1, "apple"), case(2, "another fruit"), case(3, "pear"), case(9, "new"))
    compared = json.loads(await seva.evaluate(grown, "--json"))["comparison"]
    assert (compared["compared"], compared["better"], compared["worse"]) == (2, ["c1"], [])


async def test_a_corrected_expectation_judges_both_runs(seva: Seva) -> None:
    await seva.evaluate(seva.write(case(1, "apple", expect={"route": "bye"})), "--json")
    compared = json.loads(await seva.evaluate(seva.write(case(1, "apple")), "--json"))["comparison"]
    assert (compared["compared"], compared["better"], compared["worse"]) == (1, [], [])


async def test_what_is_kept_holds_no_words_of_customers(seva: Seva) -> None:
    history = [{"from": "customer", "text": "secretive"}, {"from": "bot", "text": "of course"}]
    await seva.evaluate(seva.write(case(1, "my plum", history=history)), "--json")
    [kept] = (seva.folder / "var" / "evaluations").rglob("*.jsonl")
    assert "plum" not in kept.read_text(encoding="utf-8")
    assert "secretive" not in kept.read_text(encoding="utf-8")
    assert [one["from"] for one in seva.rasa.asked[-1]["context"]["history"]] == ["customer", "bot"]
