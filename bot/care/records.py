"""Writes down, once, what a customer says about the shop or wants with their data. Called by the bot's actions.

All of it is safe to call twice with the same message: the second call finds the row of the first.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from bot.care.models import Complaint, Kind, Mood, Opinion, PrivacyRequest, RequestState, Severity, Wish
from bot.conversations.handoffs import name_agent
from bot.conversations.models import HandOff
from bot.shop.clock import today
from bot.shop.identity import list_verified_names
from bot.shop.known import find_known

# How long after a person's help a thank-you is for them.
HELPED_WITHIN = timedelta(days=7)
WORDS_MAX = 4000
# Promised by the shop (knowledge/policy.md, Privacy): days; correcting takes working days.
_DUE_DAYS = {Wish.SHOW: 7, Wish.ERASE: 30}
_CORRECT_WORKING_DAYS = 2
SUNDAY = 6


@dataclass(frozen=True)
class Said:
    """The message that is written down. `message_id` with `conversation` is the key."""

    conversation: str
    message_id: str
    contact: str = ""
    text: str = ""
    language: str = ""


@dataclass(frozen=True)
class Noted:
    """A complaint as it stands now, and how many came before it in this conversation."""

    number: str
    kind: str
    severity: int
    earlier: int


@transaction.atomic
def record_complaint(said: Said, kind: str, severity: Severity, order: str = "") -> Noted:
    """The complaint of this message. Telling more about one that said nothing yet (`other`) adds to that one."""
    known = Complaint.objects.filter(conversation=said.conversation)
    found = known.filter(message_id=said.message_id).first() or _find_mentioned(said)
    open_one = known.filter(kind=Kind.OTHER, settled_at=None).first()
    words = [{"message_id": said.message_id, "text": said.text[:WORDS_MAX]}] if said.text else []
    if found is None and open_one is not None:
        found = open_one
        found.words = [*found.words, *words]
        found.kind = kind
        found.severity = max(found.severity, severity)
        found.order = order or found.order
        found.save(update_fields=["words", "kind", "severity", "order"])
    elif found is None:
        found = Complaint.objects.create(
            conversation=said.conversation, contact=said.contact, message_id=said.message_id, kind=kind,
            severity=severity, order=order[:64], words=words, language=said.language, made_at=timezone.now(),
        )  # fmt: skip
    return Noted(found.number, found.kind, found.severity, known.filter(pk__lt=found.pk).count())


def _find_mentioned(said: Said) -> Complaint | None:
    rows = Complaint.objects.filter(conversation=said.conversation)
    return next((row for row in rows if any(one.get("message_id") == said.message_id for one in row.words)), None)


def find_complaint(conversation: str) -> Noted | None:
    """The newest complaint of the conversation that is not settled."""
    found = Complaint.objects.filter(conversation=conversation, settled_at=None).first()
    return Noted(found.number, found.kind, found.severity, 0) if found else None


def raise_severity(conversation: str, severity: Severity) -> None:
    """The newest complaint has become more pressing (the customer took the offered person)."""
    found = Complaint.objects.filter(conversation=conversation, settled_at=None).first()
    if found and found.severity < severity:
        Complaint.objects.filter(pk=found.pk).update(severity=severity)


def record_opinion(said: Said, mood: str) -> str:
    """Writes the opinion down; the name of the person who had helped, or an empty text."""
    helper = name_helper(said.conversation, said.contact)
    values = {
        "contact": said.contact,
        "mood": mood,
        "words": said.text[:WORDS_MAX],
        "agent": helper[:150],
        "language": said.language,
        "made_at": timezone.now(),
    }
    Opinion.objects.get_or_create(conversation=said.conversation, message_id=said.message_id, defaults=values)
    return helper


def name_helper(conversation: str, contact: str = "") -> str:
    """The name customers read of the person who helped here last, if that was a few days ago at most."""
    since = timezone.now() - HELPED_WITHIN
    answered = HandOff.objects.filter(first_reply_at__gte=since, taken_by__isnull=False).select_related("taken_by")
    key = _as_uuid(conversation)
    found = answered.filter(conversation_id=key).order_by("-first_reply_at").first() if key else None
    if found is None and contact.isdigit():
        found = answered.filter(conversation__contact_id=int(contact)).order_by("-first_reply_at").first()
    return name_agent(found.taken_by) if found and found.taken_by else ""


@dataclass(frozen=True)
class Asked:
    """A wish about data as it stands. `proof` is empty until the customer has shown who they are."""

    number: str
    wish: str
    due_on: date
    proof: str
    again: bool


@transaction.atomic
def record_privacy_request(said: Said, wish: Wish, words: str = "") -> Asked:
    """Starts the wish, or finds the one that is open already (`again`)."""
    proof = describe_proof(said.conversation)
    mine = PrivacyRequest.objects.filter(wish=wish)
    found = mine.filter(conversation=said.conversation, message_id=said.message_id).first()
    again = False
    if found is None:
        same = mine.filter(state=RequestState.OPEN)
        found = same.filter(contact=said.contact).first() if said.contact else None
        found = found or same.filter(conversation=said.conversation).first()
        again = found is not None
    if found is None:
        found = PrivacyRequest.objects.create(
            conversation=said.conversation, contact=said.contact, message_id=said.message_id, wish=wish,
            words=words[:WORDS_MAX], proof=proof, language=said.language, made_at=timezone.now(),
            due_on=choose_due(wish, today()),
        )  # fmt: skip
    elif (proof and not found.proof) or words:
        found.proof = found.proof or proof
        found.words = "\n".join(dict.fromkeys(part for part in (*found.words.split("\n"), words[:WORDS_MAX]) if part))
        found.save(update_fields=["proof", "words"])
    return Asked(found.number, found.wish, found.due_on, found.proof, again)


def describe_proof(conversation: str) -> str:
    """How this conversation has shown who is writing: `channel`, or the orders it has proved; empty if it has not."""
    if find_known(conversation):
        return "channel"
    return ", ".join(list_verified_names(conversation))[:100]


def choose_due(wish: Wish, start: date) -> date:
    """The day until which the shop promises to be done."""
    if wish != Wish.CORRECT:
        return start + timedelta(days=_DUE_DAYS[wish])
    day, left = start, _CORRECT_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() != SUNDAY
    return day


def choose_mood(found: list[str]) -> str:
    """One mood of the words that were found."""
    if "good" in found and "bad" in found:
        return Mood.MIXED
    return found[0] if found else Mood.PLAIN


def _as_uuid(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None
