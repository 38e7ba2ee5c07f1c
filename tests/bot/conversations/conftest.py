"""Messages and Rasa's answers as the functions under test take them, without any server."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from bot.channels.contract import InboundMessage
from bot.conversations.inbox import Accepted, record_inbound
from bot.dialogue.protocol import Button, Reply, TurnRecord, TurnResult

Say = Callable[..., Accepted]


@pytest.fixture
def say(transactional_db: None) -> Say:
    """Records a message of one person; `owner` claims the conversation for it.

    By default on a channel that is told one message a commit; the web chat shares commits among replies.
    """
    numbers = itertools.count(1)

    def record(text: str, owner: str | None = None, user: str = "u1", **more: str) -> Accepted:
        external_id = more.pop("external_id", f"{user}:{next(numbers)}")
        channel = more.pop("channel", "telegram")
        return record_inbound(InboundMessage(channel, external_id, user, text, **more), owner)  # type: ignore[arg-type]

    return record


def build_result(message_id: str, *texts: str, decision: str = "answer", reason: str | None = None) -> TurnResult:
    """Rasa's answer to a turn."""
    replies = tuple(Reply(text, (Button("More", "/more"),)) for text in texts)
    record = TurnRecord("faq", decision, 0.9, "en", "Latn", reason=reason)  # type: ignore[arg-type]
    return TurnResult(message_id, replies, record)
