"""How fast we may send: per number, per person, and the pauses Meta asks for (CHANNELS 1.12 and 1.13).

In the memory of one process: several gateways together may be faster than one number allows, and are then told so.
"""

from __future__ import annotations

import random
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

NUMBER_PER_S = 70.0
PAIR_BURST = 10.0
PAIR_PER_S = 1 / 6
PAIRS_MAX = 20_000
# A pair that was told to slow down: 6 s, then four times as long each time.
PAIR_PAUSE_S, PAIR_FACTOR = 6.0, 4.0
NUMBER_PAUSE_S, NUMBER_PAUSE_MAX_S = 1.0, 120.0
REST_S = 60.0
STOP_S = 300.0

Clock = Callable[[], float]


class Bucket:
    """Tokens that come back at `per_s`, at most `burst` of them."""

    def __init__(self, burst: float, per_s: float, now: float) -> None:
        self._burst = burst
        self._per_s = per_s
        self._tokens = burst
        self._at = now

    def find_wait(self, now: float) -> float:
        """Seconds until there is one; 0.0 if there is one now."""
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._per_s)
        self._at = now
        return max(0.0, (1.0 - self._tokens) / self._per_s)

    def take(self) -> None:
        """Takes one that is there; after a wait of `find_wait` it is."""
        self._tokens -= 1.0


@dataclass
class _Pause:
    until: float = 0.0
    strikes: int = 0


class Pace:
    """One per phone number."""

    def __init__(self, clock: Clock = time.monotonic, chance: Callable[[], float] = random.random) -> None:
        self._clock = clock
        self._chance = chance
        self._number = Bucket(NUMBER_PER_S, NUMBER_PER_S, clock())
        self._number_pause = _Pause()
        self._pairs: OrderedDict[str, tuple[Bucket, _Pause]] = OrderedDict()

    def find_wait(self, user: str) -> float:
        """Seconds until the next message to this person may go; whoever sends then calls `take`."""
        now = self._clock()
        bucket, pause = self._pair(user)
        waits = (self._number_pause.until - now, pause.until - now)
        return max(0.0, *waits, self._number.find_wait(now), bucket.find_wait(now))

    def take(self, user: str) -> None:
        """One message goes now."""
        self._number.take()
        self._pair(user)[0].take()

    def succeed(self, user: str) -> None:
        """It was taken: what was said of speed before is forgotten."""
        self._number_pause.strikes = 0
        self._pair(user)[1].strikes = 0

    def slow_pair(self, user: str) -> float:
        """Told that this pair is too fast; seconds to wait."""
        pause = self._pair(user)[1]
        return self._begin(pause, PAIR_PAUSE_S * PAIR_FACTOR**pause.strikes)

    def slow_number(self) -> float:
        """Told that the number is too fast; seconds to wait, with jitter so that not all come back at once."""
        pause = self._number_pause
        wait = min(NUMBER_PAUSE_S * 2.0**pause.strikes, NUMBER_PAUSE_MAX_S)
        return self._begin(pause, wait * (1.0 + self._chance()))

    def rest(self, wait_s: float) -> float:
        """Nothing goes out for so long."""
        return self._begin(self._number_pause, wait_s)

    def _begin(self, pause: _Pause, wait_s: float) -> float:
        pause.until = self._clock() + wait_s
        pause.strikes = min(pause.strikes + 1, 8)
        return wait_s

    def _pair(self, user: str) -> tuple[Bucket, _Pause]:
        found = self._pairs.get(user)
        if found is None:
            found = self._pairs[user] = (Bucket(PAIR_BURST, PAIR_PER_S, self._clock()), _Pause())
        self._pairs.move_to_end(user)
        while len(self._pairs) > PAIRS_MAX:
            self._pairs.popitem(last=False)
        return found
