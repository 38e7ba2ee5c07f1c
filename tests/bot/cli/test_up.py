"""What `seva up` says when it cannot start, and how it minds its processes."""

from __future__ import annotations

import socket
import sys

import pytest

from bot.cli.up import Process, check_ports, stop
from bot.config import load
from bot.errors import ConfigError


def test_a_taken_port_is_named_with_its_setting() -> None:
    with socket.socket() as taken, socket.socket() as other:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        other.bind(("127.0.0.1", 0))
        port, free = taken.getsockname()[1], other.getsockname()[1]
        other.close()
        settings = load({"GATEWAY_PORT": str(free), "RASA_PORT": str(port), "ACTIONS_PORT": str(free)})
        with pytest.raises(ConfigError, match=rf"port {port} \(RASA_PORT\) is taken"):
            check_ports(settings)


def test_a_process_that_dies_is_started_again(capsys: pytest.CaptureFixture[str]) -> None:
    process = Process("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], {})
    process.start()
    assert process.running is not None
    first = process.running
    first.kill()
    first.wait()
    process.watch(now=100.0)
    assert "sleeper ended" in capsys.readouterr().out
    process.watch(now=100.0 + 60)
    second = process.running
    assert second is not first
    stop([process])
    assert second.poll() is not None
