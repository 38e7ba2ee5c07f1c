"""Waits a moment for the rest of what is written in pieces ("hi", "my order", "TT-10402"), so that it is one turn.

Only a piece that says little makes a turn wait, and every further one while it waits; a whole sentence, a number, a
question or a button is answered at once. Pure but for one look at what is pending.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from bot.config import config
from bot.conversations.models import Conversation, Message
from bot.conversations.states import Handling, State

# More words than this say something by themselves.
PIECE_WORDS_MAX = 3
# Nobody waits longer than this for somebody who goes on and on.
WAIT_MAX_S = 3.0
_ENDS = tuple("?!.।…")


def choose_wait(text: str, conversation: Conversation) -> float:
    """Seconds until a turn with this message may begin; 0 for at once. Inside the caller's transaction."""
    burst_s, now = config().burst_s, timezone.now()
    if not burst_s or conversation.state != State.BOT:
        return 0.0
    # What waits for other reasons (work left over, an answer being made) is not held up by this.
    under_way = conversation.lease_until is None and conversation.ready_at is not None and conversation.ready_at > now
    if not under_way and not is_piece(text):
        return 0.0
    waiting = Message.objects.filter(conversation=conversation, handling=Handling.PENDING, turn=None)
    first = waiting.order_by("id").values_list("created_at", flat=True).first()
    return burst_s if first is None or now - first < timedelta(seconds=WAIT_MAX_S - burst_s) else 0.0


def is_piece(text: str) -> bool:
    """Whether more may well follow: a few words that neither ask nor end nor name a number or an address."""
    said = text.strip()
    plain = not any(char.isdigit() or char in "@/" for char in said)
    return plain and len(said.split()) <= PIECE_WORDS_MAX and not said.endswith(_ENDS)
