"""Real gateway processes, one after the other, each of which kills itself at one point of a message's way.

Run by path and not as a module, so that the tests' own environment stays out of it. Imports everything once and forks a
gateway for each line `POINT COUNT` on its input; answers with the process id, and with the status when it has ended.
Points: `before_a`, `after_a`, `before_b`, `inside_b`, `after_b`, `before_c`, `after_c`, `never`; it dies when it comes
there for the COUNTth time.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import bot.asgi  # noqa: F401 - makes Django's registry
from bot import gateway
from bot.conversations import port, steps


def main(point: str, count: int) -> None:
    """Arms the point and serves."""
    left = [count]

    def die_here() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(work: Callable[..., Any], before: str | None, after: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if point == before:
                die_here()
            result = work(*args, **kwargs)
            if point == after:
                die_here()
            return result

        return call

    for module, name, before, after in (
        (port, "record_inbound", "before_a", "after_a"),
        (steps, "record_answer", None, "inside_b"),
        (steps, "after_answer", "before_b", "after_b"),
        (steps, "after_send", "before_c", "after_c"),
    ):
        setattr(module, name, around(getattr(module, name), before, after))
    gateway.main()


def raise_gateways() -> None:
    """One child at a time, until the input ends."""
    for line in sys.stdin:
        point, count = line.split()
        child = os.fork()
        if child == 0:
            main(point, int(count))
            os._exit(0)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    raise_gateways()
