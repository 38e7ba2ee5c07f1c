"""Others' stand-ins for the platforms, from npm (CHANNELS 5): installed once into `var/cache`, run as processes."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[3]
CACHE = ROOT / "var" / "cache" / "npm"
PRISM, TELEGRAM = "@stoplight/prism-cli@5.16.0", "telegram-test-api@4.2.1"
SCHEMA = ROOT / "tests" / "payloads" / "whatsapp-openapi.yaml"
CHATWOOT = ROOT / "tests" / "payloads" / "chatwoot-openapi.yaml"
INSTALL_TIMEOUT_S = 240
START_TIMEOUT_S = 60.0


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder with both packages in it; skips where npm or its registry is not to be had."""
    folder = CACHE / f"{PRISM}+{TELEGRAM}".replace("/", "-")
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    if not (folder / "whole").exists():
        folder.mkdir(parents=True, exist_ok=True)
        options = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
        try:
            done = subprocess.run(
                [npm, "install", *options, PRISM, TELEGRAM], capture_output=True, timeout=INSTALL_TIMEOUT_S, cwd=folder
            )
        except subprocess.TimeoutExpired:
            pytest.skip("npm's registry does not answer")
        if done.returncode:
            pytest.skip("npm's registry gave not all packages")
        (folder / "whole").touch()
    return folder


@pytest.fixture(scope="session")
def prism_url(packages: Path) -> Iterator[str]:
    """Meta's API as its description has it: whatever is sent and does not fit gets 400."""
    command = [str(packages / "node_modules" / ".bin" / "prism"), "mock", "--errors", str(SCHEMA), "-p"]
    with _run(command) as url:
        yield url


@pytest.fixture(scope="session")
def telegram_url(packages: Path) -> Iterator[str]:
    """A Bot API that forgets nothing it was sent."""
    command = ["node", str(Path(__file__).with_name("telegram.js")), str(packages)]
    with _run(command) as url:
        yield url


@pytest.fixture
def guard(packages: Path) -> Callable[[str], contextlib.AbstractContextManager[str]]:
    """Prism between us and a Chatwoot at an address: what does not fit its description, of requests and answers alike,
    does not get through. The block has Prism's address.
    """
    prism = str(packages / "node_modules" / ".bin" / "prism")
    return lambda url: _run([prism, "proxy", str(CHATWOOT), url, "--errors", "-p"])


@contextlib.contextmanager
def _run(command: list[str]) -> Iterator[str]:
    """The command with a free port as its last argument, while the block runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([*command, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_answer(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for_answer(url: str, process: subprocess.Popen[bytes]) -> None:
    ends_at = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < ends_at:
        assert process.poll() is None, "the peer has ended"
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url)
            return
        time.sleep(0.1)
    raise AssertionError("the peer does not answer")
