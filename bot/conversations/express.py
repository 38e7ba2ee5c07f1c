"""The short way of an ordinary message: commits A, B and C in a few statements each (`statements`).

Ordinary is: a known person whom the bot answers, nothing else waiting in the conversation, an answer without hand-off.
For all else a function here returns None, having written nothing, and its caller goes the long way, which decides
everything again. So nothing is decided here that the long way would decide otherwise.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from bot.channels.contract import Button, InboundMessage, OutboundMessage, SendResult, Sent
from bot.config import config
from bot.conversations import events
from bot.conversations.bursts import is_piece
from bot.conversations.buttons import build_buttons, build_cards
from bot.conversations.choices import CHARS_MAX, read_choice
from bot.conversations.database import without_waiting_for_the_disk
from bot.conversations.leases import Claim
from bot.conversations.notices import say_in
from bot.conversations.reports import settle_reports
from bot.conversations.statements import as_document, as_key, insert, statements
from bot.conversations.states import Author, Delivery, Direction, Handling, State, TurnState
from bot.conversations.texts import clean_for_dialogue, is_shortened, strip_unstorable
from bot.conversations.turns import build_context, find_last_text
from bot.dialogue.protocol import Reply, TurnRequest, TurnResult, as_json

# A channel's send that only hands over to open pages of this installation: repeating it is shown once, by its id.
SHOWN_ONCE = frozenset(("webchat",))
Results = Sequence[tuple[OutboundMessage, SendResult]]


@dataclass(frozen=True, slots=True)
class Question:
    """A message that is recorded, claimed and frozen as a turn."""

    message_id: int
    at: datetime
    claim: Claim
    turn_id: int
    request: TurnRequest


def record_question(inbound: InboundMessage, text: str, owner: str) -> Question | None:
    """Commit A. Inside the caller's transaction. Raises: IntegrityError if the external_id is there already."""
    if inbound.choice or inbound.command or inbound.reading != "assistant" or inbound.attachments:
        return None
    if config().burst_s and inbound.writes_on is not False and is_piece(text):
        return None
    with connection.cursor() as cursor:
        cursor.execute(statements().find_conversation, (inbound.channel, inbound.user_external_id))
        row = cursor.fetchone()
        if row is None or _tells_something_new(inbound, row) or _may_be_choice(text, row[8]):
            return None
        conversation, name = _as_uuid(row[0]), row[6]
        try:
            request = _build_request(conversation, inbound.channel, text, row)
        except Exception:  # whatever it is, the long way stores the message and puts its work aside
            return None
        if inbound.opens_until:
            until = _as_time(inbound.opens_until)
            cursor.execute(statements().open_window, (until, inbound.channel, inbound.user_external_id, until))
        return _insert_question(cursor, inbound, text, owner, name, request)


def _insert_question(
    cursor: CursorWrapper, inbound: InboundMessage, text: str, owner: str, name: str, request: TurnRequest
) -> Question:
    run, now, empty = statements(), timezone.now(), as_document([])
    conversation = uuid.UUID(request.conversation)
    key = as_key(conversation)
    message_id = insert(
        cursor,
        run.insert_message,
        (
            *(key, inbound.channel, inbound.external_id, Direction.INBOUND.value, Author.CONTACT.value, name),
            *(inbound.kind, text, "", empty, empty, "", None, None, Handling.PENDING.value, "", 0, False, ""),
            *(_as_time(now), _as_time(inbound.sent_at)),
        ),
    )
    nothing = as_document({})
    turn = (key, str(message_id), text, "", TurnState.OPEN.value, nothing, empty, 0, 0, "", nothing)
    turn_id = insert(cursor, run.insert_turn, turn)
    cursor.execute(run.join_turn, (turn_id, message_id))
    # Nobody else can claim it meanwhile: the row is held since it was found without a lease.
    cursor.execute(run.claim, (owner[:64], key))
    claim = Claim(conversation, int(cursor.fetchone()[0]), owner[:64])
    _tell(events.MESSAGE_RECORDED, request.conversation, State.BOT, message_id, Direction.INBOUND, Author.CONTACT)
    return Question(message_id, now, claim, turn_id, replace(request, message_id=str(message_id)))


def record_answer(claim: Claim, turn_id: int, result: TurnResult, ms: float) -> tuple[OutboundMessage, ...] | None:
    """Commit B; the replies that are marked as `sending`. Inside the caller's transaction.

    That is the first one; where sending again is shown once, all of them, and they share commit C.
    """
    if result.turn.decision == "hand_off" or not result.replies:
        return None
    run = statements()
    held = (as_key(claim.conversation), claim.epoch, claim.owner)
    with connection.cursor() as cursor:
        # Holds conversation and turn, and repeats the epoch: nothing is found if the lease is somebody else's.
        cursor.execute(run.hold_turn, (*held, turn_id))
        row = cursor.fetchone()
        if row is None:
            return None
        channel, language, script, last_bot_text, text, payload, contact_id, known_language, user, window = row
        if not payload and is_shortened(text):
            return None
        record = as_json(result.turn)
        record.pop("summary", None)
        replies = [as_json(reply) for reply in result.replies]
        times = as_document({"gateway_wait": round(ms, 1)})
        finished = (_as_time(timezone.now()), as_document(record), as_document(replies), times, turn_id)
        cursor.execute(run.finish_turn, finished)
        cursor.execute(run.finish_messages, (turn_id,))
        language = result.turn.language or language
        last_bot_text = find_last_text(result.replies, last_bot_text)
        cursor.execute(run.finish_conversation, (language, result.turn.script or script, last_bot_text, *held))
        if known_language != language:
            cursor.execute(run.learn_language, (language, contact_id))
        name = say_in("system.bot_name", language or known_language or config().default_language)
        heard = int(result.message_id)
        context = _Outgoing(str(claim.conversation), channel, user, turn_id, name, record, _as_moment(window), heard)
        pairs = enumerate(zip(result.replies, replies, strict=True))
        written = tuple(_insert_reply(cursor, context, position, *pair) for position, pair in pairs)
    return written if channel in SHOWN_ONCE else written[:1]


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """What all replies of a turn share."""

    conversation: str
    channel: str
    user_external_id: str
    turn_id: int
    author_name: str
    record: dict[str, Any]
    free_until: datetime | None
    read_up_to: int


def _insert_reply(
    cursor: CursorWrapper, out: _Outgoing, position: int, reply: Reply, plain: dict[str, Any]
) -> OutboundMessage:
    cards, card_buttons = build_cards(plain["cards"])
    buttons = build_buttons(plain["buttons"])
    text, now = strip_unstorable(reply.text or ""), timezone.now()
    sending = position == 0 or out.channel in SHOWN_ONCE
    message_id = insert(
        cursor,
        statements().insert_message,
        (
            *(as_key(uuid.UUID(out.conversation)), out.channel, None, Direction.OUTBOUND.value, Author.BOT.value),
            *(out.author_name, "text", text, "", as_document([*buttons, *card_buttons]), as_document(cards)),
            *(reply.image or "", out.turn_id, position, ""),
            *((Delivery.SENDING if sending else Delivery.QUEUED).value, int(sending), False, ""),
            *(_as_time(now), None),
        ),
    )
    _tell(events.MESSAGE_RECORDED, out.conversation, State.BOT, message_id, Direction.OUTBOUND, Author.BOT)
    return OutboundMessage(
        id=message_id,
        channel=out.channel,
        conversation=out.conversation,
        user_external_id=out.user_external_id,
        author=Author.BOT.value,
        author_name=out.author_name,
        text=text,
        created_at=now,
        buttons=tuple(Button(b["id"], b["title"], b["kind"]) for b in buttons),
        cards=tuple(cards),
        image=reply.image or "",
        turn=out.record,
        free_until=out.free_until,
        read_up_to=out.read_up_to,
    )


def end_sending(claim: Claim, results: Results) -> bool:
    """Commit C of the last messages: all sent, and the lease given back. False, nothing written, if more is to do.

    A transaction of its own. For a channel that shows a message once by its id this commit does not wait for the disk
    (`without_waiting_for_the_disk`): what it says nobody has been told.
    """
    if not all(isinstance(result, Sent) for _, result in results):
        return False
    if all(message.channel in SHOWN_ONCE for message, _ in results):
        with without_waiting_for_the_disk():
            return _end_sending(claim, results)
    return _end_sending(claim, results)


@transaction.atomic
def _end_sending(claim: Claim, results: Results) -> bool:
    run = statements()
    held = (as_key(claim.conversation), claim.epoch, claim.owner)
    with connection.cursor() as cursor:
        # First the row, then what it guards in a statement of its own, which sees all that was committed before.
        cursor.execute(run.hold, held)
        if cursor.fetchone() is None:
            return False
        changed = [message for message, result in results if _mark_sent(cursor, message.channel, message.id, result)]
        cursor.execute(run.release, held)
        if not cursor.rowcount:
            transaction.set_rollback(True)
            return False
    for message in changed:
        author = Author(message.author)
        _tell(events.MESSAGE_SENT, message.conversation, "", message.id, Direction.OUTBOUND, author)
    return True


def _mark_sent(cursor: CursorWrapper, channel: str, message_id: int, result: SendResult) -> bool:
    external_id = result.external_id if isinstance(result, Sent) else None
    cursor.execute(statements().mark_sent, (external_id, message_id))
    changed = bool(cursor.rowcount)
    settle_reports(channel, external_id, message_id)
    return changed


def _tells_something_new(inbound: InboundMessage, row: Sequence[Any]) -> bool:
    """Whether the channel knows of person or page what the rows do not; `people` and `addresses` write that down."""
    name, language, profile = row[6], row[7], inbound.profile
    new = (profile.name and not name) or (profile.language and not language) or inbound.account_id != (row[9] or "")
    return bool(new or (profile.page and profile.page != json.loads(row[1])))


def _may_be_choice(text: str, offered: str | None) -> bool:
    """Whether the words may mean one of the buttons (JSON) of the last message; the long way decides."""
    if len(text) > CHARS_MAX or offered in (None, "[]"):
        return False
    return read_choice(text, json.loads(offered or "[]")) is not None


def _build_request(conversation: uuid.UUID, channel: str, text: str, row: Sequence[Any]) -> TurnRequest:
    _, page, language, script, last_bot_text, contact_id, name, known_language, *_ = row
    context = build_context(
        channel,
        contact_id=contact_id,
        name=name,
        language=language or known_language,
        script=script,
        last_bot_text=last_bot_text,
        page=json.loads(page),
    )
    return TurnRequest(str(conversation), "", text=clean_for_dialogue(text), context=context)


def _tell(name: str, conversation: str, state: str, message: int, direction: Direction, author: Author) -> None:
    data = {"message": message, "direction": direction.value, "author": author.value}
    events.publish(events.Event(name, conversation, str(state), data))


def _as_uuid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


def _as_moment(value: Any) -> datetime | None:
    """A time as the database gave it to a hand-written statement: on SQLite it says no zone, it is UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _as_time(moment: datetime | None) -> Any:
    return connection.ops.adapt_datetimefield_value(moment) if moment else None
