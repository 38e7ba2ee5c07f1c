"""How much one visitor may send: so many messages in ten seconds, per session and not per socket."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable

WINDOW_S = 10.0
SESSIONS_MAX = 20_000


class RateLimit:
    """A sliding window per key; the least recently seen keys are forgotten beyond SESSIONS_MAX."""

    def __init__(self, count_max: int, window_s: float = WINDOW_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._count_max = count_max
        self._window_s = window_s
        self._clock = clock
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, key: str) -> float:
        """0.0 if one more is allowed (and counts it), else the seconds until the next one is."""
        now = self._clock()
        times = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        while len(self._seen) > SESSIONS_MAX:
            self._seen.popitem(last=False)
        while times and times[0] <= now - self._window_s:
            times.popleft()
        if len(times) >= self._count_max:
            return times[0] + self._window_s - now
        times.append(now)
        return 0.0
