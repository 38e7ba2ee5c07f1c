"""The rows of files that came with messages: which are to be fetched, and what became of them. Called by `bot.media`.

A file is fetched by one process at a time: claiming moves its next try into the future, so that a crash only delays it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum

from bot.channels.media import Attachment as Announced
from bot.config import config
from bot.conversations import events
from bot.conversations.channel_models import Attachment
from bot.conversations.clock import After
from bot.conversations.models import Message
from bot.conversations.states import FileState
from bot.conversations.texts import strip_unstorable

CLAIM_S = 180.0
FETCH_ATTEMPTS_MAX = 8
# As many as an album has; more of one message are dropped with a word in the log.
FILES_MAX = 30


@dataclass(frozen=True, slots=True)
class Fetch:
    """A file this process has taken on to fetch."""

    id: uuid.UUID
    channel: str
    announced: Announced
    attempts: int


def insert_files(message: Message, announced: Sequence[Announced]) -> None:
    """Writes down what is to be fetched, or is in the store already. Inside the caller's transaction, the message's."""
    for position, one in enumerate(announced[:FILES_MAX]):
        row = Attachment(
            message=message,
            position=position,
            kind=one.kind[:20],
            reference=strip_unstorable(one.reference)[:500],
            declared_type=strip_unstorable(one.mime_type)[:100],
            file_name=strip_unstorable(one.file_name)[:255],
            digest=strip_unstorable(one.sha256)[:100],
            size=one.size,
            state=FileState.REFUSED if one.problem else FileState.WAITING,
            problem=one.problem[:50],
        )
        if one.kept:
            row.id, row.state, row.size = one.kept.name, FileState.STORED, one.kept.size
            row.mime_type, row.shown = one.kept.mime_type, one.kept.shown
        row.save(force_insert=True)


@transaction.atomic
def claim_file(channels: Collection[str]) -> Fetch | None:
    """The file that has waited longest among these channels', for CLAIM_S; None if there is none."""
    due = Q(next_try_at=None) | Q(next_try_at__lte=After())
    waiting = Attachment.objects.filter(due, state=FileState.WAITING, message__channel__in=channels)
    found = waiting.select_related("message").order_by("created_at").first()
    if found is None:
        return None
    held = Attachment.objects.filter(pk=found.pk, state=FileState.WAITING, attempts=found.attempts)
    if not held.update(attempts=F("attempts") + 1, next_try_at=After(CLAIM_S)):
        return None  # another process was faster; whoever asks again finds the next one
    announced = Announced(
        found.kind, found.reference, found.declared_type, found.file_name, found.digest, found.size, found.problem
    )
    return Fetch(found.pk, found.message.channel, announced, found.attempts + 1)


def has_room(fetch: Fetch) -> bool:
    """Whether the conversation may have one more file (MEDIA_TALK_MAX_MB). Reads only."""
    asked = Attachment.objects.filter(pk=fetch.id).values("message__conversation")
    return _is_within_quota(Attachment.objects.filter(message__conversation__in=asked))


def has_room_for(channel: str, user_external_id: str) -> bool:
    """Whether this person may send one more file (MEDIA_TALK_MAX_MB, here over all their conversations). Reads only."""
    theirs = {"message__conversation__identity__channel": channel}
    theirs["message__conversation__identity__external_id"] = user_external_id
    return _is_within_quota(Attachment.objects.filter(**theirs))


def _is_within_quota(files: QuerySet[Attachment]) -> bool:
    taken: int = files.filter(state=FileState.STORED).aggregate(total=Sum("size"))["total"] or 0
    return taken < config().media_talk_max_mb * 1024 * 1024


def mark_stored(file_id: uuid.UUID, size: int, mime_type: str, shown: bool) -> bool:
    """The file is in the store. False if its row is gone (erased): then the file must go too."""
    return _change(file_id, state=FileState.STORED, size=size, mime_type=mime_type, shown=shown, next_try_at=None)


def mark_refused(file_id: uuid.UUID, reason: str) -> None:
    """There will be no file; agents see why."""
    _change(file_id, state=FileState.REFUSED, problem=reason[:50], next_try_at=None)


def mark_delayed(fetch: Fetch, reason: str, retry_after_s: float) -> None:
    """Plans the next try, or gives the file up after FETCH_ATTEMPTS_MAX."""
    if fetch.attempts >= FETCH_ATTEMPTS_MAX:
        mark_refused(fetch.id, "unavailable")
    else:
        Attachment.objects.filter(pk=fetch.id).update(problem=reason[:50], next_try_at=After(retry_after_s))


@transaction.atomic
def _change(file_id: uuid.UUID, **values: object) -> bool:
    row = Attachment.objects.filter(pk=file_id)
    changed = row.update(**{"problem": "", **values})
    message = Message.objects.filter(attachments__pk=file_id).select_related("conversation").first()
    if message:
        data = {"message": message.pk}
        events.publish(
            events.Event(events.FILE_CHANGED, str(message.conversation_id), message.conversation.state, data)
        )
    return bool(changed)
