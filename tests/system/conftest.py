"""The whole system, started once for all tests here the way an operator starts it: `seva up --demo` on free ports.

Real: gateway, Rasa with the trained model, action server, database. The data directory is a new one.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 600


@dataclass(frozen=True)
class System:
    """The running system: its environment (ports, data directory) and what `seva up` printed."""

    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['GATEWAY_PORT']}"

    def printed(self) -> str:
        return self.log.read_text(errors="replace")

    def seva(self, *arguments: str, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
        """Runs the command `seva` against this system."""
        command = [sys.executable, "-m", "bot.cli", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=timeout_s, check=False
        )

    def change_rows(self, sql: str, *values: object) -> None:
        """One statement in the running system's own database."""
        with contextlib.closing(self._database()) as file:
            file.execute(sql, values)

    def read_rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of one SELECT."""
        with contextlib.closing(self._database()) as file:
            return list(file.execute(sql, values))

    def _database(self) -> sqlite3.Connection:
        return sqlite3.connect(Path(self.environment["DATA_DIR"]) / "seva.db", timeout=10, isolation_level=None)

    def children(self, part: str) -> list[int]:
        """Process ids of the processes started by `seva up` whose command holds `part`."""
        listing = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True
        )
        return [int(line.split()[0]) for line in listing.stdout.splitlines() if part in line]


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_for(text: str, log: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not re.search(text, log.read_text(errors="replace")):
        assert process.poll() is None, log.read_text(errors="replace")
        assert time.monotonic() < deadline, log.read_text(errors="replace")
        time.sleep(0.2)


@contextlib.contextmanager
def run_system(folder: Path, **more: str) -> Iterator[System]:
    """`seva up --demo` with a data directory in `folder`, until the block ends."""
    names = ("GATEWAY_PORT", "RASA_PORT", "ACTIONS_PORT")
    ports = dict(zip(names, map(str, free_ports(3)), strict=True))
    environment = {**os.environ, **ports, "DATA_DIR": str(folder / "var"), "RASA_TELEMETRY_ENABLED": "false", **more}
    environment["RETRY_S"] = "0.1"  # so that a turn that is tried in vain is given up soon
    log = folder / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "up", "--demo"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    running = System(environment, process, log)
    try:
        wait_for("ready after", log, process)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with run_system(tmp_path_factory.mktemp("system")) as running:
        yield running


@pytest.fixture
def system_without_shop(tmp_path: Path) -> Iterator[System]:
    """One whose orders cannot be reached. The fake is found by itself, because `tests` would set another database."""
    path = os.pathsep.join((str(ROOT / "tests" / "fakes"), os.environ.get("PYTHONPATH", "")))
    with run_system(tmp_path, PYTHONPATH=path, SHOP="away_shop:AwayShop") as running:
        yield running
