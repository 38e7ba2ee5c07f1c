"""How soon agents see what happened: `python -m benchmarks.desk [--json]`, two minutes.

A gateway process with 500 open conversations; 20 agents are signed in, each with a list before them that their live
connection keeps as it should be. Customers on the web chat ask for a person or write again, one after the other. Prints
p50, p95 and the longest in milliseconds, from the customer's message sent until an agent's list with it is there, over
all agents. Rasa is the small application of the tests: what is measured is the desk.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bot.settings")

from benchmarks.figures import describe
from tests.browser.site import RasaThread, Site
from tests.fakes.visitor import Visitor

TARGET_P95_MS = 500.0
LANGUAGES = ("en", "gu", "ta")
SHOWS = ("waiting", "waiting", "all", "waiting")
FILL = Path(__file__).with_name("desk_rows.py")


@dataclass
class Agent:
    """One page's live connection, and when it brought what is waited for."""

    url: str
    session: str
    number: int
    seen: dict[str, float] = field(default_factory=dict)
    awaited: str = ""
    bytes_read: int = 0

    async def work(self, ready: asyncio.Event) -> None:
        """Until it is cancelled."""
        cookies = {"sessionid": self.session, "seva_desk_language": LANGUAGES[self.number % len(LANGUAGES)]}
        show = {"show": SHOWS[self.number % len(SHOWS)]}
        async with (
            httpx.AsyncClient(base_url=self.url, cookies=cookies, timeout=60, trust_env=False) as client,
            client.stream("GET", "/desk/feed", params=show) as stream,
        ):
            async for line in stream.aiter_lines():
                self.bytes_read += len(line)
                if line.startswith('data: {"name":"list"'):
                    ready.set()
                    if self.awaited and self.awaited in line:
                        self.seen.setdefault(self.awaited, time.perf_counter())


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--open", type=int, default=500, help="open conversations")
    parser.add_argument("--agents", type=int, default=20, help="agents signed in")
    parser.add_argument("--count", type=int, default=30, help="hand-offs, and as many messages")
    parser.add_argument("--every-ms", type=float, default=1200.0, help="milliseconds between two of them")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    given = parser.parse_args()
    rasa = RasaThread()
    rasa.start()
    with tempfile.TemporaryDirectory(prefix="seva-desk-") as folder:
        site = Site(Path(folder), rasa)
        site.run("-m", "django", "migrate", "-v0")
        sessions = json.loads(site.run(str(FILL), str(given.open), str(given.agents)).splitlines()[-1])
        site.start()
        try:
            report = asyncio.run(measure(site.url, sessions, given.count, given.every_ms / 1000))
        finally:
            site.stop()
            rasa.stop()
    report |= {"open": given.open, "agents": given.agents, "target_p95_ms": TARGET_P95_MS}
    report["machine"] = {"cores": os.cpu_count(), "load_1min": round(os.getloadavg()[0], 2)}
    print(json.dumps(report, indent=2) if given.json else as_text(report))


async def measure(url: str, sessions: list[str], count: int, every_s: float) -> dict[str, Any]:
    """Hand-offs and messages in turn; each is waited for at every agent."""
    agents = [Agent(url, session, number) for number, session in enumerate(sessions)]
    ready = [asyncio.Event() for _ in agents]
    tasks = [asyncio.create_task(agent.work(one)) for agent, one in zip(agents, ready, strict=True)]
    await asyncio.wait_for(asyncio.gather(*(one.wait() for one in ready)), 60)
    visitors: list[Visitor] = []
    times: dict[str, list[float]] = {"hand_off": [], "message": []}
    for number in itertools.count():
        if number == 2 * count:
            break
        kind = ("hand_off", "message")[number % 2]
        if kind == "hand_off":
            visitors.append(Visitor(url))
            await visitors[-1].open()
        word = f"case-{number:04}-{kind}"
        times[kind] += await _await_all(agents, visitors[-1], word, kind)
        await asyncio.sleep(every_s)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for visitor in visitors:
        await visitor.leave()
    kb = sum(agent.bytes_read for agent in agents) / len(agents) / 1024
    return {name: describe(found, 95) for name, found in times.items()} | {"kb_an_agent": round(kb)}


async def _await_all(agents: list[Agent], visitor: Visitor, word: str, kind: str) -> list[float]:
    """Milliseconds until each agent has read it."""
    for agent in agents:
        agent.awaited = word
    begun = time.perf_counter()
    await visitor.send(f"a person please, {word}" if kind == "hand_off" else word)
    deadline = begun + 30
    while not all(word in agent.seen for agent in agents):
        if time.perf_counter() > deadline:
            raise RuntimeError(f"{sum(word not in agent.seen for agent in agents)} agents never saw {word}")
        await asyncio.sleep(0.005)
    return [(agent.seen[word] - begun) * 1000 for agent in agents]


def as_text(report: dict[str, Any]) -> str:
    """A line for each kind of news."""
    lines = []
    for name in ("hand_off", "message"):
        one = report[name]
        lines.append(
            f"{name:<9} p50 {one['p50_ms']} ms, p95 {one['p95_ms']} ms, longest {one['max_ms']} ms (n={one['n']})"
        )
    lines.append(f"{report['kb_an_agent']} KB to each agent in all")
    lines.append(
        f"{report['open']} open conversations, {report['agents']} agents; target: p95 at most {TARGET_P95_MS} ms"
    )
    machine = report["machine"]
    lines.append(f"{machine['cores']} cores, load {machine['load_1min']}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
