"""`seva up`: prepares what is missing, starts gateway, Rasa and action server, and minds them."""

from __future__ import annotations

import ctypes
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from bot.cli.prepare import DEMO_TODAY, Prepared, log_path, prepare, rasa_environment
from bot.cli.progress import clock
from bot.config import ROOT, Config, config
from bot.errors import ConfigError

READY_TIMEOUT_S = 180.0
STOP_TIMEOUT_S = 10.0
# A process that keeps dying is started again ever more slowly.
RESTART_DELAYS_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass
class Process:
    """One of the three, with how often it has died."""

    name: str
    command: list[str]
    environment: dict[str, str]
    running: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        """Starts it with its output in the log; it ends with us, even if we are killed."""
        with log_path(self.name).open("ab") as log:
            self.running = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def watch(self, now: float) -> None:
        """Starts it again, after a delay that grows, if it has died."""
        if self.running is not None and self.running.poll() is not None:
            delay = RESTART_DELAYS_S[min(self.deaths, len(RESTART_DELAYS_S) - 1)]
            code, log = self.running.returncode, log_path(self.name)
            say(f"{self.name} ended (exit code {code}), again in {delay:g} s; see {log}")
            self.running, self.deaths, self.restart_at = None, self.deaths + 1, now + delay
        if self.running is None and now >= self.restart_at:
            self.start()


def up(
    demo: Annotated[bool, typer.Option(help="Load the demo shop and freeze its date at 2026-11-21.")] = False,
    ready_file: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Prepares what is missing, starts everything, and stays until Ctrl-C."""
    started = time.monotonic()
    check_ports(config())
    prepared = prepare(demo)
    settings = config()
    processes = build_processes(settings, prepared, demo)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        for process in processes:
            process.start()
        wait_until_ready(settings, processes)
        say(welcome(settings, prepared, time.monotonic() - started))
        if ready_file:
            ready_file.write_text("ready")
        while True:
            time.sleep(0.3)
            for process in processes:
                process.watch(time.monotonic())
    except KeyboardInterrupt:
        say("Ending …")
    finally:
        stop(processes)


def build_processes(settings: Config, prepared: Prepared, demo: bool) -> list[Process]:
    """The three processes with their commands; secrets travel by file, never by command line."""
    environment = rasa_environment()
    if demo and settings.shop_today is None:
        environment["SHOP_TODAY"] = DEMO_TODAY
    if demo:
        environment["DEMO_SIGN_IN"] = "true"
    python = sys.executable
    rasa = [
        python,
        "-m",
        "rasa",
        "run",
        "-i",
        "127.0.0.1",
        "-p",
        str(settings.rasa_port),
        "--model",
        str(prepared.model),
    ]
    rasa += ["--credentials", "credentials.yml", "--endpoints", "endpoints.yml"]
    actions = [python, "-m", "actions"]
    gateway = [python, "-m", "bot.gateway"]
    actions_url = f"http://127.0.0.1:{settings.actions_port}/webhook"
    return [
        Process("rasa", rasa, {**environment, "ACTIONS_URL": actions_url}),
        Process("actions", actions, environment),
        Process("gateway", gateway, environment),
    ]


def check_ports(settings: Config) -> None:
    """Refuses to start if a port is taken, naming the setting that moves it."""
    taken = []
    for name in ("gateway_port", "rasa_port", "actions_port"):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", getattr(settings, name)))
            except OSError:
                taken.append(f"{getattr(settings, name)} ({name.upper()})")
    if taken:
        raise ConfigError(
            f"port {', '.join(taken)} is taken. Is Seva running already? Else choose others, "
            "for example: GATEWAY_PORT=8100 RASA_PORT=5105 ACTIONS_PORT=5155 make run"
        )


def wait_until_ready(settings: Config, processes: list[Process]) -> None:
    """Waits for `/readyz`, showing what is still missing. Raises ConfigError after READY_TIMEOUT_S."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    state = {"waiting": "gateway"}
    with clock("Starting gateway, Rasa and action server", lambda: f"(waiting for {state['waiting']})"):
        while time.monotonic() < deadline:
            waiting = missing_dependencies(settings)
            if not waiting:
                return
            state["waiting"] = ", ".join(waiting)
            for process in processes:
                process.watch(time.monotonic())
            time.sleep(0.2)
    raise ConfigError(f"not ready after {READY_TIMEOUT_S:g} s: {state['waiting']}. Look into {log_path('rasa').parent}")


def is_alive(settings: Config) -> bool:
    """Whether a gateway answers at our port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{settings.gateway_port}/healthz", timeout=5) as answer:
            return bool(answer.read() == b"ok")
    except (OSError, ValueError):
        return False


def missing_dependencies(settings: Config) -> list[str]:
    """Names of what `/readyz` calls not ready; `gateway` if it does not answer."""
    url = f"http://127.0.0.1:{settings.gateway_port}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            body = json.load(answer)
    except urllib.error.HTTPError as error:
        body = json.loads(error.read() or b"{}") if error.code == 503 else {"dependencies": {"gateway": "error"}}
    except (OSError, ValueError):
        return ["gateway"]
    return [] if body.get("ready") else [name for name, state in body["dependencies"].items() if state != "ready"]


def welcome(settings: Config, prepared: Prepared, seconds: float) -> str:
    """What the operator reads when all is ready."""
    url = settings.base_url
    lines = [
        "",
        f"{settings.shop_name}: ready after {seconds:.0f} s",
        f"  Shop page with the chat   {url}/",
        f"  Agents' desk              {url}/desk/",
        f"  Operator's admin          {url}/admin/",
        f"  Logs                      {log_path('rasa').parent}",
    ]
    if prepared.sign_in_url:
        lines += ["  First sign-in, works once, you choose the password:", f"    {prepared.sign_in_url}"]
    return "\n".join([*lines, "Ctrl-C ends everything."])


def stop(processes: list[Process]) -> None:
    """Ends all, kindly first."""
    running = [process.running for process in processes if process.running is not None]
    for child in running:
        child.terminate()
    deadline = time.monotonic() + STOP_TIMEOUT_S
    for child in running:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def say(text: str) -> None:
    """One message to the operator, at once even through a pipe."""
    print(text, flush=True)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _end_with_parent() -> None:
    """Asks Linux to end this child when its parent dies (prctl PR_SET_PDEATHSIG = 1); other systems do without."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
