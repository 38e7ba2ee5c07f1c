"""Mirrors handed-off conversations into Chatwoot: what stands at the end of the outbox for it (`bot.api.courier`).

The customer's words arrive there as incoming messages; what assistant, notices and desk said as private notes, so that
nothing of it can come back as a reply. Once each: after a try whose end is unknown it is looked up before it is written
again (`source_id`).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from http import HTTPStatus

from django.db import transaction
from django.db.models import QuerySet

from bot.accounts.secret_words import make_salt
from bot.api.deliveries import Outcome
from bot.api.hooks import CLOSED, HANDED_OFF, MESSAGE_CREATED, MESSAGE_FAILED
from bot.api.models import ChatwootTalk, Delivery, Endpoint, Kind
from bot.chatwoot.client import ChatwootClient, ChatwootRefused, Person
from bot.config import Config, config
from bot.conversations import states
from bot.conversations.database import DatabasePool
from bot.conversations.models import Conversation, Message
from bot.page_texts import area_texts

BEFORE_MAX = 30
KEY = "chatwoot-"
EVENTS = [HANDED_OFF, MESSAGE_CREATED, MESSAGE_FAILED, CLOSED]


@dataclass(frozen=True, slots=True)
class Line:
    """A message as it stands in Chatwoot. `own`: it came from there."""

    id: int
    text: str
    author: str
    incoming: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """A reply of theirs that did not arrive: its conversation and number there, why, and the same with its words."""

    talk: int
    reply: int
    reason: str
    note: str


def is_connected(settings: Config) -> bool:
    """Whether all of it is set."""
    named = (settings.chatwoot_url, settings.chatwoot_account_id, settings.chatwoot_inbox_id)
    return all(named) and bool(len(settings.chatwoot_token))


def record_connection(settings: Config) -> None:
    """The outbox's end for Chatwoot: there and active while it is connected."""
    on = is_connected(settings)
    fresh = {"name": "Chatwoot", "salt": make_salt()}
    changing = {"url": settings.chatwoot_url, "events": EVENTS, "active": on}
    if on or Endpoint.objects.filter(kind=Kind.CHATWOOT).exists():
        Endpoint.objects.update_or_create(kind=Kind.CHATWOOT, defaults=changing, create_defaults=fresh | changing)


class Mirror:
    """The sender for Chatwoot."""

    def __init__(self, pool: DatabasePool, client: ChatwootClient) -> None:
        self._pool = pool
        self._client = client

    async def close(self) -> None:
        """Ends its connections."""
        await self._client.close()

    async def send(self, row: Delivery) -> Outcome:
        """Brings Chatwoot up to this event."""
        try:
            await (self._report(row) if row.event == MESSAGE_FAILED else self._bring(row))
        except ChatwootRefused as error:
            return Outcome(False, error.status, "refused")
        return Outcome(True, 200)

    async def _bring(self, row: Delivery) -> None:
        talk = await self._pool.write(_open_row, row.conversation_id)
        number = talk.chatwoot_id
        if number is None:
            if row.event == CLOSED:
                return  # it never got there
            number = await self._begin(talk, row)
        await self._tell(talk, number, row)
        if row.event == HANDED_OFF:
            words = area_texts("desk", config().default_language)
            reason = str(row.data.get("reason", ""))
            note = f"{words['summary.title']}: {words.get(f'reason.{reason}', reason)}"
            await self._write_once(row, number, note, f"seva-reason-{row.data.get('hand_off')}")
            await self._client.open(number)
        if row.event == CLOSED:
            # Last: a customer's words would open it again (app/models/message.rb, `reopen_conversation`).
            await self._client.resolve(number)

    async def _report(self, row: Delivery) -> None:
        """What an agent wrote there has not reached the customer: it stands there as failed."""
        failed = await self._pool.read(_read_failed, row)
        if failed is None:
            return
        try:
            await self._client.fail(failed.talk, failed.reply, failed.reason)
        except ChatwootRefused as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            await self._write_once(row, failed.talk, failed.note, f"seva-failed-{failed.reply}")

    async def _write_once(self, row: Delivery, number: int, text: str, key: str, incoming: bool = False) -> None:
        if row.attempts == 1 or not await self._client.has_message(number, key):
            await self._client.write(number, text, key, incoming=incoming)

    async def _begin(self, talk: ChatwootTalk, row: Delivery) -> int:
        found = await self._pool.read(_read_person, row.conversation_id)
        person = await self._pool.read(_find_person, found)
        if person is None:
            person = await self._client.load_person(f"seva-{found.contact_id}", str(found.contact))
        await self._pool.write(_keep, talk, contact_id=person.contact_id, source_id=person.source_id)
        number = await self._client.find_talk(person, str(found.pk)) if row.attempts > 1 else None
        if number is None:
            attributes = {"seva_conversation": str(found.pk), "seva_channel": found.channel}
            number = await self._make_talk(found, person, attributes)
        await self._pool.write(_keep_number, talk, number)
        return number

    async def _make_talk(self, found: Conversation, person: Person, attributes: dict[str, str]) -> int:
        try:
            return await self._client.make_talk(person, attributes)
        except ChatwootRefused as error:
            if error.status == HTTPStatus.NOT_FOUND:
                # Deleted there, or merged into another contact: the next try looks again.
                await self._pool.write(_forget_person, found)
            raise

    async def _tell(self, talk: ChatwootTalk, number: int, row: Delivery) -> None:
        """Everything said up to this event that does not stand there yet, oldest first."""
        for line in await self._pool.read(_read_lines, talk, row.data.get("message")):
            if not line.own:
                text = line.text if line.incoming else f"{line.author}: {line.text}"
                await self._write_once(row, number, text, f"seva-{line.id}", line.incoming)
            await self._pool.write(_keep, talk, told_id=line.id)


def _open_row(conversation_id: uuid.UUID) -> ChatwootTalk:
    return ChatwootTalk.objects.get_or_create(conversation_id=conversation_id)[0]


def _keep(talk: ChatwootTalk, **values: object) -> None:
    ChatwootTalk.objects.filter(pk=talk.pk).update(**values)
    for name, value in values.items():
        setattr(talk, name, value)


@transaction.atomic
def _keep_number(talk: ChatwootTalk, number: int) -> None:
    """Of an inbox that keeps one conversation a contact, the newest of ours has it."""
    ChatwootTalk.objects.filter(chatwoot_id=number).exclude(pk=talk.pk).update(chatwoot_id=None)
    _keep(talk, chatwoot_id=number)


def _read_person(conversation_id: uuid.UUID) -> Conversation:
    return Conversation.objects.select_related("contact").get(pk=conversation_id)


def _find_person(found: Conversation) -> Person | None:
    """Who this customer was in an earlier conversation, or an earlier try."""
    talks = ChatwootTalk.objects.filter(conversation__contact=found.contact_id, contact_id__isnull=False)
    known = talks.exclude(source_id="").order_by("-pk").first()
    return Person(known.contact_id, known.source_id) if known and known.contact_id else None


def _forget_person(found: Conversation) -> None:
    ChatwootTalk.objects.filter(conversation__contact=found.contact_id).update(contact_id=None, source_id="")


def _read_failed(row: Delivery) -> Failed | None:
    own = Message.objects.filter(
        pk=row.data.get("message"), delivery=states.Delivery.FAILED, client_key__startswith=KEY
    )
    message = own.first()
    talk = ChatwootTalk.objects.filter(conversation=row.conversation_id).first()
    if message is None or talk is None or talk.chatwoot_id is None:
        return None
    words = area_texts("desk", config().default_language)
    error = message.error.removeprefix("given up: ").partition(" (")[0]
    reason = words["delivery.failed"].format(reason=words.get(f"failure.{error}", error))
    number = int((message.client_key or "").removeprefix(KEY))
    return Failed(talk.chatwoot_id, number, reason, f"{reason}: {message.text[:80]}")


def _read_lines(talk: ChatwootTalk, up_to: int | None) -> list[Line]:
    found: QuerySet[Message] = Message.objects.filter(conversation=talk.conversation_id, pk__gt=talk.told_id)
    if up_to:
        found = found.filter(pk__lte=up_to)
    newest = list(found.select_related("agent").order_by("-id")[:BEFORE_MAX])
    return [_build_line(message) for message in reversed(newest)]


def _build_line(message: Message) -> Line:
    words = area_texts("desk", config().default_language)
    kind = words.get(f"message_kind.{message.kind}", words["message_kind.unsupported"])
    return Line(
        id=message.pk,
        text=message.text or f"({kind})",
        author=message.author_name or words[f"author.{message.author}"],
        incoming=message.direction == "inbound",
        own=(message.client_key or "").startswith(KEY),
    )
