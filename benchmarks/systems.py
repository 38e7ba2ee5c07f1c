"""Starts what is measured, each on free ports and in a folder of its own, and ends it again."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bot.cli.prepare import rasa_environment
from bot.config import ROOT, child_environment, read_env_file

START_TIMEOUT_S = 900.0


@dataclass(frozen=True)
class Running:
    """A started system: the port it is talked to on, its process, and for Seva also Rasa's port and token."""

    port: int
    process: subprocess.Popen[bytes]
    rasa_port: int = 0
    rasa_token: str = ""

    def memory_mb(self) -> float:
        """Resident memory of the process and all it started."""
        return sum(one.memory_info().rss for one in self._tree()) / 2**20

    def cpu_s(self) -> float:
        """Processor time that the process and all it started have used so far."""
        times = [one.cpu_times() for one in self._tree()]
        return float(sum(one.user + one.system for one in times))

    def _tree(self) -> list[psutil.Process]:
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]


@contextmanager
def running_vanilla(folder: Path, model: Path) -> Iterator[Running]:
    """Stock `rasa run` with the REST channel."""
    port = _free_ports(1)[0]
    command = [sys.executable, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port), "--model", str(model)]
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=rasa_environment(), stdout=log, stderr=log)
    try:
        _wait(process, lambda: _answers(f"http://127.0.0.1:{port}/"), folder / "run.log")
        yield Running(port, process)
    finally:
        _end(process)


@contextmanager
def running_seva(folder: Path, **settings: str) -> Iterator[Running]:
    """Everything `seva up --demo` starts, with these settings besides."""
    gateway, rasa, actions = _free_ports(3)
    ready = folder / "ready"
    ready.unlink(missing_ok=True)
    environment = child_environment(
        DATA_DIR=str(folder),
        GATEWAY_PORT=str(gateway),
        RASA_PORT=str(rasa),
        ACTIONS_PORT=str(actions),
        # The limit on one customer's messages is no part of what is measured.
        MESSAGE_RATE="1000000",
        **settings,
    )
    command = [sys.executable, "-m", "bot.cli", "up", "--demo", "--ready-file", str(ready)]
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait(process, ready.exists, folder / "up.log")
        token = read_env_file(folder / "secrets.env")["RASA_TOKEN"]
        yield Running(gateway, process, rasa, token)
    finally:
        _end(process)


def _wait(process: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"not started, see {log}")
        time.sleep(0.5)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError, json.JSONDecodeError):
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
