"""Asks Rasa which FAQ topics fit a message. Called by `bot.conversations` from threads, while an agent reads."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from bot.dialogue.client import choose_address
from bot.dialogue.protocol import TurnContext, TurnRequest, as_json

TOPICS_PATH = "/webhooks/seva/topics"
# For each step (to connect, to get the answer), in seconds. A message takes Rasa 16 ms (median of 1,350), on a machine
# with more to do than it can 70 to 270. The desk's page is there before it asks.
PATIENCE_S = 0.8


class TopicClient:
    """Asks a Rasa process. For threads, which may share it; connections stay open."""

    def __init__(self, addresses: Sequence[str], token: str) -> None:
        self._addresses = tuple(addresses)
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(headers=headers, timeout=PATIENCE_S, trust_env=False)

    def find(self, conversation: str, text: str, language: str) -> list[str] | None:
        """Topics that fit, the likeliest first; None if nobody can say at once."""
        asked = TurnRequest(conversation, "topics", text, context=TurnContext(language=language or None))
        try:
            answer = self._http.post(choose_address(conversation, self._addresses) + TOPICS_PATH, json=as_json(asked))
            answer.raise_for_status()
            named = answer.json()["topics"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None
        return [str(one) for one in named] if isinstance(named, list) else None

    def close(self) -> None:
        """Ends the open connections."""
        self._http.close()
