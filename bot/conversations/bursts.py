"""Waits a moment for the rest of what is written in pieces ("hi", "my order", "TT-10402"), so that it is one turn.

Only a piece that says little makes a turn wait; a whole sentence, a number, a question or a button is answered at once.
Where the channel sees whether the person writes on, nothing waits for somebody who does not, and whoever does is waited
for; elsewhere every further message waits too while one waits.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from bot.config import config
from bot.conversations.clock import After
from bot.conversations.models import Conversation, Message
from bot.conversations.states import Handling, State

# More words than this say something by themselves.
PIECE_WORDS_MAX = 3
# Nobody waits longer than this for somebody who goes on and on.
WAIT_MAX_S = 3.0
# How long a sign that the person writes lasts; pages renew it once a second.
WRITING_S = 1.2
_ENDS = tuple("?!.।…")


def choose_wait(text: str, conversation: Conversation, writes_on: bool | None = None) -> float:
    """Seconds until a turn with this message may begin; 0 for at once. Inside the caller's transaction.

    `writes_on`: see `InboundMessage`.
    """
    burst_s = config().burst_s
    if not burst_s or writes_on is False or conversation.state != State.BOT:
        return 0.0
    if not is_piece(text) and (writes_on or not _is_waiting(conversation)):
        return 0.0
    # Most of those who were writing have just finished: whoever goes on shows it soon, and is then waited for.
    return min(burst_s / 2 if writes_on else burst_s, _find_left(conversation))


def extend_wait(channel: str, user_external_id: str) -> None:
    """The person writes on: what waits for that waits longer, WAIT_MAX_S in all. One transaction; safe at any time."""
    talk = Conversation.objects.filter(identity__channel=channel, identity__external_id=user_external_id)
    conversation = talk.filter(state=State.BOT, lease_until=None, ready_at__gt=After()).first()
    if conversation is None or not _has_pieces(conversation):
        return
    until = After(min(WRITING_S, _find_left(conversation)))
    # Only if it waits still, and never for less long.
    waiting = Conversation.objects.filter(pk=conversation.pk, lease_until=None, ready_at__gt=After())
    waiting.filter(ready_at__lt=until).update(ready_at=until)


def is_piece(text: str) -> bool:
    """Whether more may well follow: a few words that neither ask nor end nor name a number or an address."""
    said = text.strip()
    plain = not any(char.isdigit() or char in "@/" for char in said)
    return plain and len(said.split()) <= PIECE_WORDS_MAX and not said.endswith(_ENDS)


def _is_waiting(conversation: Conversation) -> bool:
    """Not what waits for other reasons: work left over, an answer being made."""
    ready_at = conversation.ready_at
    return conversation.lease_until is None and ready_at is not None and ready_at > timezone.now()


def _has_pieces(conversation: Conversation) -> bool:
    """Whether what is next is words that are no turn yet, and not a turn that is tried again later."""
    pending = Message.objects.filter(conversation=conversation, handling=Handling.PENDING).order_by("id")
    first = pending.only("turn_id").first()
    return first is not None and first.turn_id is None


def _find_left(conversation: Conversation) -> float:
    """Seconds that the pieces of this conversation may still wait."""
    pieces = Message.objects.filter(conversation=conversation, handling=Handling.PENDING, turn=None).order_by("id")
    first = pieces.values_list("created_at", flat=True).first()
    waited = timezone.now() - first if first else timedelta()
    return max(0.0, WAIT_MAX_S - waited.total_seconds())
