"""Commands that talk to the system start it themselves if it is not running, and end what they started."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.cli.progress import clock
from bot.cli.up import is_alive, missing_dependencies, wait_until_ready
from bot.config import ROOT, child_environment, config
from bot.errors import ConfigError

START_TIMEOUT_S = 600.0


@contextmanager
def running_system(wait: bool = True) -> Iterator[None]:
    """The whole system is up inside the block: the one already there, or one started here with the demo shop.

    wait: until every part answers. Without it a message said while Rasa is away waits in the inbox, as it does
    for customers.
    """
    if is_alive(config()):
        if wait and missing_dependencies(config()):
            wait_until_ready(config(), [])
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        ready, log = Path(folder) / "ready", Path(folder) / "up.log"
        command = [sys.executable, "-m", "bot.cli", "up", "--demo", "--ready-file", str(ready)]
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=ROOT, env=child_environment(), stdout=output, stderr=output)
        try:
            with clock("Starting Seva (make run in another terminal makes this instant)", lambda: _last_line(log)):
                _wait(process, ready, log)
            config.cache_clear()
            yield
        finally:
            process.terminate()
            process.wait()


def _wait(process: subprocess.Popen[bytes], ready: Path, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise ConfigError(f"Seva did not start: {_last_line(log)}")
        time.sleep(0.2)


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()] if log.exists() else []
    return lines[-1] if lines else ""
