"""Slow steps show that they are alive: one line with a running clock on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PLAIN_EVERY_S = 10.0


@contextmanager
def clock(title: str, detail: Callable[[], str] | None = None) -> Iterator[None]:
    """Shows `title`, what `detail` says and the seconds so far, until the block ends. Output goes to stderr."""
    done = threading.Event()
    started = time.monotonic()
    thread = threading.Thread(target=_tick, args=(title, detail, started, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    _tell(f"{title}: {time.monotonic() - started:.0f} s", last=True)


def _tick(title: str, detail: Callable[[], str] | None, started: float, done: threading.Event) -> None:
    terminal = sys.stderr.isatty()
    while not done.wait(0.2 if terminal else PLAIN_EVERY_S):
        more = detail() if detail else ""
        _tell(f"{title} … {time.monotonic() - started:.0f} s {more}".rstrip(), last=not terminal)


def _tell(text: str, last: bool) -> None:
    start = "\r\033[K" if sys.stderr.isatty() else ""
    print(start + text, end="\n" if last else "", file=sys.stderr, flush=True)
