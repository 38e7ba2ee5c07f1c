"""The hand-written SQL of an ordinary message, in both dialects, for `express`; no decisions here.

The ORM builds each of these statements anew for every message, which cost more than running them. The models stay the
truth: `tests/bot/conversations/test_express.py` compares the rows that are left with those of the ordinary way.
"""

# ruff: noqa: S608 - only names of tables and numbers of our own settings are put together, nothing from outside

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from bot.config import config
from bot.conversations.clock import build_after

CONVERSATION, MESSAGE, TURN = "conversations_conversation", "conversations_message", "conversations_turn"
CONTACT, IDENTITY = "conversations_contact", "conversations_channelidentity"

_HELD = "id = %s AND epoch = %s AND lease_owner = %s"
# As in the partial index `message_unsent`, word for word, or it is not used.
_UNSENT = "m.conversation_id = c.id AND m.delivery IN ('queued', 'sending', 'delayed')"

MESSAGE_COLUMNS = (
    *("conversation_id", "channel", "external_id", "direction", "author", "author_name", "kind", "text", "payload"),
    *("buttons", "cards", "image", "turn_id", "position", "handling", "delivery", "attempts", "maybe_repeated"),
    *("error", "created_at", "written_at"),
)
TURN_COLUMNS = (
    *("conversation_id", "message_id", "text", "payload", "state", "record", "replies", "attempts", "failures"),
    *("error", "ms"),
)


@dataclass(frozen=True, slots=True)
class Statements:
    """Texts ready to run. Each says in its name what it does; the order of its parameters stands in `express`."""

    find_conversation: str
    open_window: str
    insert_message: str
    insert_turn: str
    join_turn: str
    claim: str
    hold_turn: str
    finish_turn: str
    finish_messages: str
    finish_conversation: str
    learn_language: str
    hold: str
    mark_sent: str
    release: str


@cache
def statements() -> Statements:
    """Those of this process's database."""
    return build(connection.vendor, config().lease_s, config().conversation_idle_h * 3600)


def build(vendor: str, lease_s: float, idle_s: float) -> Statements:
    """The texts in the database's dialect.

    PostgreSQL holds the row with FOR UPDATE, and looks at it again if it had to wait for it; on SQLite a transaction
    has the whole database from its beginning.
    """
    return Statements(**_build_arrival(vendor, lease_s, idle_s), **_build_answer(vendor, lease_s))


def _build_arrival(vendor: str, lease_s: float, idle_s: float) -> dict[str, str]:
    """Commit A."""
    now, lease_end, idle = (build_after(vendor, seconds) for seconds in (0.0, lease_s, -idle_s))
    return {
        # Whatever is waiting to be done has a `ready_at`: null means that there is nothing but this message.
        "find_conversation": f"""
            SELECT c.id, c.page, c.language, c.script, c.last_bot_text, p.id, p.name, p.language,
                (SELECT m.buttons FROM {MESSAGE} m WHERE m.conversation_id = c.id AND m.author <> 'system'
                    ORDER BY m.id DESC LIMIT 1), i.account_id
            FROM {IDENTITY} i JOIN {CONVERSATION} c ON c.identity_id = i.id JOIN {CONTACT} p ON p.id = c.contact_id
            WHERE i.channel = %s AND i.external_id = %s AND i.reachable AND c.state = 'bot' AND c.ready_at IS NULL
                AND c.lease_until IS NULL AND c.failing_since IS NULL AND c.last_message_at >= {idle}
            {_hold(vendor, "c")}""",
        "open_window": f"""
            UPDATE {IDENTITY} SET window_closes_at = %s
            WHERE channel = %s AND external_id = %s AND (window_closes_at IS NULL OR window_closes_at < %s)""",
        "insert_message": f"INSERT INTO {MESSAGE} {_values(MESSAGE_COLUMNS)} RETURNING id",
        "insert_turn": f"INSERT INTO {TURN} {_values(TURN_COLUMNS)} RETURNING id",
        "join_turn": f"UPDATE {MESSAGE} SET turn_id = %s WHERE id = %s",
        "claim": f"""
            UPDATE {CONVERSATION} SET ready_at = {now}, last_message_at = {now}, last_inbound_at = {now},
                lease_owner = %s, lease_until = {lease_end}, epoch = epoch + 1
            WHERE id = %s RETURNING epoch""",
    }  # fmt: skip


def _build_answer(vendor: str, lease_s: float) -> dict[str, str]:
    """Commits B and C."""
    now, lease_end = (build_after(vendor, seconds) for seconds in (0.0, lease_s))
    return {
        "hold_turn": f"""
            SELECT c.channel, c.language, c.script, c.last_bot_text, t.text, t.payload, p.id, p.language, i.external_id,
                i.window_closes_at
            FROM {CONVERSATION} c JOIN {TURN} t ON t.conversation_id = c.id
                JOIN {CONTACT} p ON p.id = c.contact_id JOIN {IDENTITY} i ON i.id = c.identity_id
            WHERE c.id = %s AND c.epoch = %s AND c.lease_owner = %s AND c.state = 'bot' AND t.id = %s
                AND t.state = 'open' AND NOT EXISTS (SELECT 1 FROM {MESSAGE} m WHERE {_UNSENT})
            {_hold(vendor, "c, t")}""",
        "finish_turn": f"""
            UPDATE {TURN} SET state = 'answered', finished_at = %s, record = %s, replies = %s, ms = %s
            WHERE id = %s AND state = 'open'""",
        "finish_messages": f"UPDATE {MESSAGE} SET handling = 'done' WHERE turn_id = %s AND direction = 'inbound'",
        "finish_conversation": f"""
            UPDATE {CONVERSATION} SET lease_until = {lease_end}, language = %s, script = %s, last_bot_text = %s,
                failing_since = NULL, fault_told = FALSE
            WHERE {_HELD}""",
        "learn_language": f"UPDATE {CONTACT} SET language = %s WHERE id = %s",
        "hold": f"SELECT 1 FROM {CONVERSATION} c WHERE {_HELD} {_hold(vendor, 'c')}",
        "mark_sent": f"""
            UPDATE {MESSAGE} SET delivery = 'sent', external_id = %s, next_try_at = NULL, error = '', sent_at = {now}
            WHERE id = %s AND delivery = 'sending'""",
        "release": f"""
            UPDATE {CONVERSATION} AS c SET lease_owner = '', lease_until = NULL, ready_at = NULL
            WHERE {_HELD} AND NOT EXISTS (SELECT 1 FROM {MESSAGE} m WHERE {_UNSENT})
                AND NOT EXISTS (SELECT 1 FROM {MESSAGE} m WHERE m.conversation_id = c.id AND m.handling = 'pending')""",
    }  # fmt: skip


def _hold(vendor: str, rows: str) -> str:
    return f"FOR UPDATE OF {rows}" if vendor == "postgresql" else ""


def _values(columns: Sequence[str]) -> str:
    return f"({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"


def as_key(conversation: uuid.UUID) -> str | uuid.UUID:
    """A conversation's id as a parameter: SQLite keeps the 32 digits."""
    return conversation.hex if connection.vendor == "sqlite" else conversation


def as_document(value: object) -> Any:
    """A JSON value as a parameter."""
    return connection.ops.adapt_json_value(value, None)


def insert(cursor: CursorWrapper, text: str, values: Sequence[Any]) -> int:
    """Runs an INSERT and returns the new row's id."""
    cursor.execute(text, values)
    return int(cursor.fetchone()[0])
