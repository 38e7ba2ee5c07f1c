"""One turn: the pending messages of a conversation, asked together, answered once. Commit B is here.

`open_turn` freezes which messages belong to it before Rasa is asked, so that a retry asks exactly the same and Rasa can
tell it from its `message_id`. Nothing here talks to Rasa; the worker does, between two transactions.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from django.utils import timezone

from bot.config import config
from bot.conversations.clock import After
from bot.conversations.handoffs import hand_off
from bot.conversations.leases import Claim, fence
from bot.conversations.models import Conversation, Message, Turn
from bot.conversations.notices import choose_language, say_in
from bot.conversations.outbox import queue_message
from bot.conversations.photos import PHOTO
from bot.conversations.states import Author, Direction, Handling, Reason, State, TurnState
from bot.conversations.texts import clean_for_dialogue, is_shortened
from bot.dialogue.protocol import Reply, TurnContext, TurnRequest, TurnResult, as_json

# Pauses before the next try, in units of RETRY_S: long enough for a locked store, short enough for a waiting person.
OWN_PAUSES = (1.0, 3.0, 8.0, 18.0)
OUTAGE_PAUSES = (0.5, 1.0, 2.0)


def open_turn(conversation: Conversation, pending: list[Message]) -> Turn:
    """The turn under way, or a new one of all pending messages (at least one, in order, each with its turn).

    A pressed button is a turn by itself: what it means must not be mixed with words; but pictures are one together.
    Inside the caller's transaction.
    """
    if pending[0].turn:
        return pending[0].turn
    said = pending[0].payload
    alone = said and said != PHOTO
    batch = pending[:1] if alone else list(takewhile(lambda message: message.payload == said, pending))
    turn = Turn.objects.create(
        conversation=conversation,
        message_id=str(batch[-1].pk),
        text="\n".join(message.text for message in batch),
        payload=batch[0].payload,
    )
    Message.objects.filter(pk__in=[message.pk for message in batch]).update(turn=turn)
    return turn


def is_turn_due(turn: Turn) -> bool:
    """Whether it may be asked (again) now, by the database's clock."""
    return turn.next_try_at is None or Turn.objects.filter(pk=turn.pk, next_try_at__lte=After()).exists()


def build_request(turn: Turn, conversation: Conversation) -> TurnRequest:
    """What Rasa is asked: cleaned text, or the trusted payload of a button, with what the gateway knows."""
    contact = conversation.contact
    context = build_context(
        conversation.channel,
        contact_id=contact.pk,
        name=contact.name,
        language=conversation.language or contact.language,
        script=conversation.script,
        last_bot_text=conversation.last_bot_text,
        page=conversation.page,
    )
    payload = turn.payload or None
    text = None if payload else clean_for_dialogue(turn.text)
    return TurnRequest(str(conversation.pk), turn.message_id, text=text, payload=payload, context=context)


def build_context(
    channel: str, *, contact_id: int, name: str, language: str, script: str, last_bot_text: str, page: dict[str, Any]
) -> TurnContext:
    """What the gateway knows, as Rasa is told it: what is empty here is left out there."""
    return TurnContext(
        language=language or None,
        script=script or None,
        name=name or None,
        channel=channel,
        contact=str(contact_id),
        last_bot_text=last_bot_text or None,
        page_product=page.get("product"),
    )


def find_last_text(replies: Sequence[Reply], earlier: str) -> str:
    """The bot's last words after these replies; `earlier` if none of them has words."""
    return next((reply.text for reply in reversed(replies) if reply.text), earlier)


def record_replies(claim: Claim, turn_id: int, result: TurnResult, ms: float) -> Turn:
    """Commit B: the replies, the messages they answer, the turn record, and a hand-off if the turn ends in one.

    Whether the bot may speak is decided here, by the conversation's state: if a person took over while Rasa was
    thinking, the answer is kept with the turn and not sent. Safe to repeat; inside the caller's transaction.
    Raises: LeaseLost.
    """
    fence(claim)
    turn = Turn.objects.select_related("conversation__contact", "conversation__identity").get(pk=turn_id)
    if turn.state not in (TurnState.OPEN, TurnState.DROPPED):
        return turn
    conversation = turn.conversation
    speaks = turn.state == TurnState.OPEN and conversation.state == State.BOT
    record = as_json(result.turn)
    extra = record.pop("summary", None) or {}
    turn.record = record
    turn.replies = [as_json(reply) for reply in result.replies]
    turn.ms = {"gateway_wait": round(ms, 1)}
    _remember(conversation, result)
    _finish(turn, TurnState.ANSWERED if speaks else TurnState.DROPPED)
    if not speaks:
        return turn
    _queue_replies(turn, result.replies)
    if result.turn.decision == "hand_off":
        reason = result.turn.reason if result.turn.reason in Reason.values else Reason.ACTION_FAILED
        hand_off(conversation, Reason(reason), extra)
    return turn


def record_failure(claim: Claim, turn_id: int, error: str, own_fault: bool) -> None:
    """A try that failed: plans the next one, or ends the turn.

    `own_fault`: this turn itself fails, not the way to Rasa; so many tries of that and it is given to a person. In an
    outage the messages stay however long it takes; the customer is told once and gets a person at a plain word.
    Inside the caller's transaction. Raises: LeaseLost.
    """
    fence(claim)
    turn = Turn.objects.select_related("conversation__contact", "conversation__identity").get(pk=turn_id)
    if turn.state != TurnState.OPEN:
        return
    conversation = turn.conversation
    turn.failures += 1
    turn.attempts += own_fault
    turn.error = error[:300]
    turn.save(update_fields=["failures", "attempts", "error"])
    if conversation.state != State.BOT:
        return
    if turn.attempts >= config().attempts_max:
        give_up(turn)
        return
    Turn.objects.filter(pk=turn.pk).update(next_try_at=After(choose_pause(turn, own_fault)))
    if conversation.failing_since is None:
        Conversation.objects.filter(pk=conversation.pk).update(failing_since=After())
    elif not conversation.fault_told:
        tell_fault(conversation)


def choose_pause(turn: Turn, own_fault: bool) -> float:
    """Seconds until the next try: growing for a turn that fails by itself, short while all of Rasa is away."""
    if own_fault:
        return config().retry_s * OWN_PAUSES[min(turn.attempts, len(OWN_PAUSES)) - 1]
    return config().retry_s * OUTAGE_PAUSES[min(turn.failures, len(OUTAGE_PAUSES)) - 1]


def tell_fault(conversation: Conversation) -> None:
    """Tells the customer of a fault that lasts, once per fault. Inside the caller's transaction."""
    lasting = Conversation.objects.filter(
        pk=conversation.pk, fault_told=False, failing_since__lte=After(-config().outage_notice_s)
    )
    if lasting.update(fault_told=True):
        text = say_in("system.fault.delayed", choose_language(conversation))
        queue_message(conversation, author=Author.SYSTEM, text=text)


def give_up(turn: Turn) -> None:
    """The turn cannot be answered: the customer is told so honestly and a person is asked."""
    _finish(turn, TurnState.DEAD)
    conversation = turn.conversation
    text = say_in("system.fault.gave_up", choose_language(conversation))
    queue_message(conversation, author=Author.SYSTEM, text=text)
    hand_off(conversation, Reason.ACTION_FAILED, {"error": turn.error})


def hand_off_plainly(turn: Turn) -> None:
    """The customer asked for a person while Rasa could not be asked: all that is pending goes to a person."""
    conversation = turn.conversation
    turn.record = {"route": "human", "decision": "hand_off", "reason": Reason.ASKED.value}
    _finish(turn, TurnState.ANSWERED)
    Message.objects.filter(conversation=conversation, handling=Handling.PENDING).update(handling=Handling.DONE)
    text = say_in("system.fault.person", choose_language(conversation))
    queue_message(conversation, author=Author.BOT, author_name=name_bot(conversation), text=text, turn=turn, position=0)
    hand_off(conversation, Reason.ASKED)


def name_bot(conversation: Conversation) -> str:
    """The assistant's name as the customer reads it."""
    return say_in("system.bot_name", choose_language(conversation))


def _finish(turn: Turn, state: TurnState) -> None:
    """The turn, its messages and the fault that it may have been end together."""
    turn.state = state
    turn.finished_at = timezone.now()
    turn.save(update_fields=["state", "finished_at", "record", "replies", "ms"])
    handling = Handling.DEAD if state == TurnState.DEAD else Handling.DONE
    Message.objects.filter(turn=turn, direction=Direction.INBOUND).update(handling=handling)
    conversation = turn.conversation
    conversation.failing_since, conversation.fault_told = None, False
    conversation.save(update_fields=["failing_since", "fault_told", "language", "script", "last_bot_text"])


def _remember(conversation: Conversation, result: TurnResult) -> None:
    """Language and last words, for the next turn; written with the end of this one."""
    conversation.language = result.turn.language or conversation.language
    conversation.script = result.turn.script or conversation.script
    conversation.last_bot_text = find_last_text(result.replies, conversation.last_bot_text)
    contact = conversation.contact
    if contact.language != conversation.language:
        contact.language = conversation.language
        contact.save(update_fields=["language"])


def _queue_replies(turn: Turn, replies: tuple[Reply, ...]) -> None:
    """Writes the replies in order; a remark first if only the beginning was read."""
    conversation = turn.conversation
    if not turn.payload and is_shortened(turn.text):
        text = say_in("system.long_text", choose_language(conversation), kept=config().text_max)
        queue_message(conversation, author=Author.SYSTEM, text=text)
    name = name_bot(conversation)
    for position, reply in enumerate(replies):
        plain = as_json(reply)
        queue_message(
            conversation,
            author=Author.BOT,
            author_name=name,
            text=reply.text or "",
            buttons=plain["buttons"],
            cards=plain["cards"],
            image=reply.image or "",
            turn=turn,
            position=position,
        )
