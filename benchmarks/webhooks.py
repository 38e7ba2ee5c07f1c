"""How long WhatsApp and Telegram wait for a webhook's answer: `python -m benchmarks.webhooks [--json]`, three minutes.

The whole of Seva runs with both channels on; Meta's and Telegram's side are the small applications of the tests, in a
process of their own. Messages of many people come one after the other at a steady pace, first while nothing else
happens, then while other conversations keep the assistant busy without a pause. Each is answered by the assistant as
well. Prints p50, p99 and the longest in milliseconds, from the first byte sent to the answer read, connection kept.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import multiprocessing
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import httpx

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bot.settings")

from benchmarks.figures import describe
from benchmarks.systems import Running, running_seva
from benchmarks.talkers import WebchatTalker
from tests.environment import SCRATCH
from tests.fakes import bot_api_server, meta, telegram_person
from tests.fakes.bot_api_server import FakeBotApi
from tests.fakes.graph_server import FakeGraph
from tests.fakes.meta import Meta, build_text, envelope
from tests.fakes.running import run_app
from tests.fakes.telegram_person import TelegramPerson

PEOPLE = 60
# Everybody has written once by then.
WARM_UP = 60
QUESTIONS = ("how long does a refund take", "is cash on delivery possible", "રિફંડ ક્યારે મળશે?", "ஷிப்பிங் எவ்வளவு?")
TARGET_P99_MS = 50.0
Post = Callable[[int], Awaitable[float]]


@dataclass(frozen=True)
class Given:
    """What the command line asks for: messages of each channel, seconds between two, conversations beside them."""

    count: int
    every_s: float
    busy: int


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=200, help="messages of each channel")
    parser.add_argument("--every-ms", type=float, default=250.0, help="milliseconds between two messages of a channel")
    parser.add_argument("--busy", type=int, default=8, help="conversations that keep the assistant busy")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    wanted = parser.parse_args()
    folder = SCRATCH / "bench"
    folder.mkdir()
    with outside() as (line, environment), running_seva(folder, **environment) as seva:
        given = Given(wanted.count, wanted.every_ms / 1000, wanted.busy)
        report = asyncio.run(measure(seva, line, given))
    report["machine"] = {"cores": os.cpu_count(), "load_1min": round(os.getloadavg()[0], 2)}
    print(json.dumps(report, indent=2) if wanted.json else as_text(report))


async def measure(seva: Running, line: Connection, given: Given) -> dict[str, Any]:
    """Both channels at the same time, first alone, then beside busy conversations."""
    report: dict[str, Any] = {"target_p99_ms": TARGET_P99_MS}
    async with whatsapp(seva.port) as by_whatsapp, telegram(seva.port) as by_telegram:
        posts = {"whatsapp": by_whatsapp, "telegram": by_telegram}
        for name, conversations in (("quiet", 0), ("busy", given.busy)):
            line.send((seva.port, conversations))
            await asyncio.to_thread(line.recv)
            shift_s = given.every_s / len(posts)
            times = await asyncio.gather(*(pace(post, given, at * shift_s) for at, post in enumerate(posts.values())))
            report[name] = {channel: describe(found, 99) for channel, found in zip(posts, times, strict=True)}
            line.send(None)
            report[name]["answers_beside"] = await asyncio.to_thread(line.recv)
    return report


async def pace(post: Post, given: Given, shift_s: float) -> list[float]:
    """Milliseconds of each message; the first ones warm up and do not count. `shift_s`: not at the others' moment."""
    times = []
    await asyncio.sleep(shift_s)
    for number in range(WARM_UP + given.count):
        begun = time.monotonic()
        times.append(await post(number))
        await asyncio.sleep(max(0.0, given.every_s - (time.monotonic() - begun)))
    return times[WARM_UP:]


@contextlib.asynccontextmanager
async def whatsapp(port: int) -> AsyncIterator[Post]:
    """Signed messages of many numbers."""
    side = Meta(f"http://127.0.0.1:{port}")
    ids = itertools.count(time.time_ns())

    async def post(number: int) -> float:
        text = build_text(QUESTIONS[number % len(QUESTIONS)], f"9198765{number % PEOPLE:05}", f"wamid.{next(ids)}")
        return await clock(side.post(envelope(messages=[text])))

    yield post
    await side.close()


@contextlib.asynccontextmanager
async def telegram(port: int) -> AsyncIterator[Post]:
    """Updates of many people."""
    people = [TelegramPerson("", chat) for chat in range(5000, 5000 + PEOPLE)]
    ids = itertools.count(time.time_ns() // 1_000_000)
    headers = {"X-Telegram-Bot-Api-Secret-Token": telegram_person.SECRET}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as client:

        async def post(number: int) -> float:
            message = people[number % PEOPLE].build_message(text=QUESTIONS[number % len(QUESTIONS)])
            return await clock(client.post(telegram_person.PATH, json={"update_id": next(ids), "message": message}))

        yield post


async def clock(answer: Awaitable[httpx.Response]) -> float:
    """Milliseconds until the answer is read."""
    begun = time.perf_counter()
    response = await answer
    taken = (time.perf_counter() - begun) * 1000
    if response.status_code != httpx.codes.OK:
        raise RuntimeError(f"not taken: {response.status_code} {response.text}")
    return taken


@contextlib.contextmanager
def outside() -> Iterator[tuple[Connection, dict[str, str]]]:
    """Both platforms and the busy visitors, in a process of their own; how to talk to it, and Seva's settings."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=lambda: asyncio.run(be_outside(theirs)), daemon=True)
    process.start()
    yield ours, ours.recv()
    process.terminate()
    process.join(10)


async def be_outside(line: Connection) -> None:
    """Serves the platforms; keeps as many visitors talking as it is told, until it is told to stop."""
    async with run_app(FakeGraph()) as graph, run_app(FakeBotApi()) as bot_api:
        settings = {name.upper(): str(value) for name, value in meta.SETTINGS.items()}
        settings |= {"WHATSAPP_API_URL": f"{graph.url}/v25.0", "TELEGRAM_API_URL": bot_api.url}
        settings |= {"TELEGRAM_BOT_TOKEN": bot_api_server.TOKEN, "TELEGRAM_WEBHOOK_SECRET": telegram_person.SECRET}
        line.send(settings)
        while True:
            port, conversations = await asyncio.to_thread(line.recv)
            answered = [0] * conversations
            talks = [asyncio.create_task(talk(port, place, answered)) for place in range(conversations)]
            line.send("begun")
            await asyncio.to_thread(line.recv)
            for one in talks:
                one.cancel()
            await asyncio.gather(*talks, return_exceptions=True)
            line.send(sum(answered))


async def talk(port: int, place: int, answered: list[int]) -> None:
    """One visitor of the web chat, who asks again as soon as the answer is there."""
    async with WebchatTalker(port) as talker:
        for number in itertools.count(place):
            await talker.say(QUESTIONS[number % len(QUESTIONS)])
            answered[place] += 1


def as_text(report: dict[str, Any]) -> str:
    """A line for each channel and state."""
    lines = []
    for name in ("quiet", "busy"):
        for channel in ("whatsapp", "telegram"):
            one = report[name][channel]
            figures = f"p50 {one['p50_ms']} ms, p99 {one['p99_ms']} ms, longest {one['max_ms']} ms (n={one['n']})"
            lines.append(f"{name:>5}  {channel:<9} {figures}")
        lines.append(f"{name:>5}  answers to others meanwhile: {report[name]['answers_beside']}")
    machine = report["machine"]
    lines.append(f"target: p99 at most {TARGET_P99_MS} ms; {machine['cores']} cores, load {machine['load_1min']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
