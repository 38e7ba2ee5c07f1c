"""A whole gateway as its own process on a free port, with the demo shop, and the fake Rasa it asks."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from tests.fakes.rasa_server import FakeRasa

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "browser-tests-token"
WAIT_S = 30.0
MESSAGE_RATE = 12
# Long enough to press "undo" on a slow machine.
UNDO_S = 1.5
RUN_SETUP = """
import django
django.setup()
from bot.cli.prepare import import_demo_shop
from bot.desk.accounts import first_sign_in_path
import_demo_shop()
print(first_sign_in_path("agent"))
"""


class RasaThread:
    """The fake Rasa, served in a thread of its own because browser tests are not asynchronous."""

    def __init__(self) -> None:
        self.app = FakeRasa(token=TOKEN)
        self.port = find_free_port()
        settings = uvicorn.Config(self.app, port=self.port, lifespan="off", log_level="error", ws="none")
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve()), daemon=True)

    def start(self) -> None:
        self._thread.start()
        wait_for(lambda: self._server.started, "the fake Rasa")

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


@dataclass
class Site:
    """The running gateway. `restart` ends the process and begins it again at the same address.

    `settings`: what is set otherwise than for all of them.
    """

    data_dir: Path
    rasa: RasaThread
    port: int = field(default_factory=lambda: find_free_port())
    welcome_path: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Database, demo shop, first agent."""
        self.run("-m", "django", "migrate", "-v0")
        self.welcome_path = self.run("-c", RUN_SETUP).strip().splitlines()[-1].split("Loading")[0].strip()

    def start(self) -> None:
        with (self.data_dir / "gateway.log").open("ab") as log:
            command = [sys.executable, "-m", "bot.gateway"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log)
        wait_for(self._is_up, "the gateway")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def kill(self) -> None:
        """Ends it without a goodbye, as a power cut does."""
        if self.process:
            self.process.kill()
            self.process.wait(20)
            self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def read_log(self) -> str:
        return (self.data_dir / "gateway.log").read_text(encoding="utf-8", errors="replace")

    def _is_up(self) -> bool:
        try:
            return httpx.get(self.url + "/healthz", trust_env=False, timeout=1).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def run(self, *arguments: str) -> str:
        """Python with these arguments in the site's environment; what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self._environment(), capture_output=True, text=True, timeout=120
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _environment(self) -> dict[str, str]:
        own: dict[str, Any] = {
            "DATA_DIR": self.data_dir, "GATEWAY_PORT": self.port, "RASA_URLS": f"http://127.0.0.1:{self.rasa.port}",
            "RASA_TOKEN": TOKEN, "SECRET_KEY": "browser-tests-only-" + "k" * 40, "SHOP_TODAY": "2026-11-21",
            "DJANGO_SETTINGS_MODULE": "bot.settings", "SWEEP_S": "0.05", "MESSAGE_RATE": MESSAGE_RATE,
            "DEMO_SIGN_IN": "true", "REPLY_UNDO_S": UNDO_S, "SHOP_TOKEN_SECRET": "browser-tests-only-" + "s" * 40,
            **self.settings,
        }  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return kept | {name: str(value) for name, value in own.items()}


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Any, what: str, timeout_s: float = WAIT_S) -> None:
    """Returns when `condition()` is true; fails with `what` after `timeout_s`."""
    ends_at = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < ends_at, f"waited in vain for {what}"
        time.sleep(0.02)
