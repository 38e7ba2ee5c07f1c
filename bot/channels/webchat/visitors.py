"""Open sockets of the web chat: whose each is, what its page said of itself, and whether its customer is writing."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

# How long a sign that the customer writes counts; pages send one a second at most.
SIGN_S = 1.5
# How long after a message further signs can matter: no message waits longer for the next one.
FOLLOWED_S = 3.0


@dataclass
class Visitor:
    """One open socket. Of writing it knows times only, never what is written."""

    session_id: str
    user: str
    language: str = ""
    page: dict[str, str] = field(default_factory=dict)
    _signed_at: float = float("-inf")
    _sent_at: float = float("-inf")

    @property
    def is_writing(self) -> bool:
        """Whether the customer wrote a moment ago: more may follow this message."""
        return time.monotonic() - self._signed_at < SIGN_S

    def note_sent(self) -> None:
        """A message of theirs was recorded."""
        self._sent_at = time.monotonic()

    def note_writing(self, on: bool) -> bool:
        """Keeps the sign; whether a message may be waiting for what is being written."""
        now = time.monotonic()
        self._signed_at = now if on else float("-inf")
        return on and now - self._sent_at < FOLLOWED_S
