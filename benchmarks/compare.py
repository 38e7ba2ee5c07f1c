"""Seva and vanilla Rasa 3.6.21 side by side: `python benchmarks/compare.py [--json]`, five minutes the first time.

Both run on this machine at the same time with the same intents and answers and are asked the same questions in turn, so
that whatever else the machine does hits both. Seva is measured as a customer's browser sees it (web chat, database,
Rasa, action server), vanilla Rasa over its REST channel. Every ratio says how many times better Seva is.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from systems import Running, running_seva, running_vanilla
from talkers import ChannelTalker, RestTalker, Talker, WebchatTalker
from vanilla import EPOCHS, LANGUAGES, build, read_content

from bot.config import config

ROUNDS = 3
MESSAGES = {1: 40, 8: 15}
LONG = 205
WARM_UP = 20
QUESTIONS = 120
Make = Callable[[], Talker]


@dataclass(frozen=True)
class Side:
    """What is measured: how to talk to it, and what runs for it."""

    make: Make
    system: Running


Report = dict[str, Any]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    wanted = parser.parse_args()
    folder = config().data_path / "bench"
    (folder / "seva").mkdir(parents=True, exist_ok=True)
    say("Building vanilla Rasa with the same intents and answers")
    model, examples = build(folder / "vanilla")
    say("Starting both")
    with running_vanilla(folder / "vanilla", model) as vanilla, running_seva(folder / "seva") as seva:
        report = asyncio.run(compare(seva, vanilla))
    report["vanilla"] = {"rasa": "3.6.21", "examples": examples, "epochs": EPOCHS}
    report["machine"] = {"cores": os.cpu_count(), "load_1min": round(os.getloadavg()[0], 2)}
    print(json.dumps(report, indent=2) if wanted.json else as_text(report))


async def compare(seva: Running, vanilla: Running) -> Report:
    """All figures of one run."""
    sides = {
        "seva": Side(lambda: WebchatTalker(seva.port), seva),
        "vanilla": Side(lambda: RestTalker(vanilla.port), vanilla),
        "channel": Side(lambda: ChannelTalker(seva.rasa_port, seva.rasa_token), seva),
    }
    questions = await choose_questions(seva)
    for side in sides.values():
        await converse(side.make, questions, WARM_UP)
    report: Report = {"conversations": {}, "questions": len(questions)}
    for count in MESSAGES:
        say(f"{count} conversation{'s' if count > 1 else ''} at once")
        report["conversations"][str(count)] = await measure(sides, questions, count)
    say(f"One conversation of {LONG} messages")
    report |= await measure_growth(sides, questions)
    report["memory_mb"] = with_ratio({"seva": seva.memory_mb(), "vanilla": vanilla.memory_mb()}, less_is_better=True)
    return report


async def choose_questions(seva: Running) -> list[str]:
    """Questions of all languages that get an answer: two without one in a row would bring a person in."""
    nlu, _ = read_content()
    by_language = [[lines[0] for name, lines in nlu.items() if name.endswith(f"_{one}")] for one in LANGUAGES]
    chosen: list[str] = []
    for text in (text for same in zip(*by_language, strict=False) for text in same):
        talker = ChannelTalker(seva.rasa_port, seva.rasa_token)
        async with talker:
            if await talker.decide(text) == "answer":
                chosen.append(text)
        if len(chosen) == QUESTIONS:
            break
    return chosen


async def measure(sides: dict[str, Side], questions: Sequence[str], count: int) -> Report:
    """Rates and waiting times with `count` conversations at once, the systems taking turns."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    spent, worked = dict.fromkeys(sides, 0.0), dict.fromkeys(sides, 0.0)
    for turn in range(ROUNDS):
        for name, side in sides.items():
            started, cpu = time.perf_counter(), side.system.cpu_s()
            shifts = [turn * MESSAGES[count] * count + n * MESSAGES[count] for n in range(count)]
            taken = await asyncio.gather(*(converse(side.make, questions, MESSAGES[count], one) for one in shifts))
            spent[name] += time.perf_counter() - started
            worked[name] += side.system.cpu_s() - cpu
            times[name] += [one for conversation in taken for one in conversation]
    rates = {name: len(times[name]) / spent[name] for name in sides}
    halves = {name: 1000 * statistics.median(times[name]) for name in sides}
    tails = {name: 1000 * statistics.quantiles(times[name], n=20)[-1] for name in sides}
    work = {name: 1000 * worked[name] / len(times[name]) for name in sides}
    return {
        "messages_per_s": with_ratio(rates, less_is_better=False),
        "p50_ms": with_ratio(halves, less_is_better=True),
        "p95_ms": with_ratio(tails, less_is_better=True),
        "cpu_ms_per_message": with_ratio(work, less_is_better=True),
    }


async def measure_growth(sides: dict[str, Side], questions: Sequence[str]) -> Report:
    """What a late message of a long conversation costs beside an early one (medians of five around each)."""
    early, late = {}, {}
    for name, side in sides.items():
        times = await converse(side.make, questions, LONG)
        early[name] = 1000 * statistics.median(times[2:7])
        late[name] = 1000 * statistics.median(times[-7:-2])
    growth = {name: late[name] / early[name] for name in sides}
    return {
        "message_5_ms": with_ratio(early, less_is_better=True),
        "message_200_ms": with_ratio(late, less_is_better=True),
        "message_200_against_5": with_ratio(growth, less_is_better=True),
    }


async def converse(make: Make, questions: Sequence[str], messages: int, shift: int = 0) -> list[float]:
    """Seconds each message of a new conversation waited for its answer."""
    times = []
    async with make() as talker:
        for number in range(messages):
            started = time.perf_counter()
            await talker.say(questions[(number + shift) % len(questions)])
            times.append(time.perf_counter() - started)
    return times


def with_ratio(values: dict[str, float], less_is_better: bool) -> Report:
    """The values, and how many times better Seva is than vanilla Rasa."""
    better, worse = (values["vanilla"], values["seva"]) if less_is_better else (values["seva"], values["vanilla"])
    return {name: round(value, 2) for name, value in values.items()} | {"ratio": round(better / worse, 2)}


def as_text(report: Report) -> str:
    """A table, one figure a line."""
    rows = [
        (f"{count} conv. {name}", row) for count, part in report["conversations"].items() for name, row in part.items()
    ]
    rows += [(name, report[name]) for name in ("message_5_ms", "message_200_ms", "message_200_against_5", "memory_mb")]
    lines = [f"{'':24}{'Seva':>10}{'vanilla':>10}{'ratio':>8}{'(channel alone)':>17}"]
    for name, row in rows:
        lines.append(f"{name:24}{row['seva']:>10}{row['vanilla']:>10}{row['ratio']:>8}{row.get('channel', ''):>17}")
    return "\n".join(lines)


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
