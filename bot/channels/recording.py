"""How a webhook records a message, whatever its channel. Knows no database; see `Inbox`."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.contract import InboundMessage, Inbox, Recorded
from bot.errors import EmptyMessage


async def record_message(inbox: Inbox, message: InboundMessage) -> Recorded:
    """Commit A. Signs without a word are kept as well, and their writer is told what can be read.

    Raises: MessageUnstorable; any other error: not stored, try again.
    """
    try:
        return await inbox.record(message)
    except EmptyMessage:
        return await inbox.record(replace(message, kind="unsupported", reading="notice"))
