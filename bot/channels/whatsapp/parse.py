"""A webhook's body to messages, delivery reports and announcements (CHANNELS 1.4). Pure; the clock is an argument.

The loop takes every element of every list: batches of several entries, changes, messages and statuses are usual.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.channels.contract import InboundMessage, Profile, Reading
from bot.channels.fields import Json, as_dict, as_int, as_key, as_list, as_storable, as_text, hash_json
from bot.channels.reports import ChannelEvent, DeliveryReport
from bot.channels.whatsapp.errors import read_errors
from bot.channels.whatsapp.messages import Content, read_content
from bot.errors import PayloadMalformed

NAME = "whatsapp"
# The customer service window (CHANNELS 1.14).
WINDOW = timedelta(hours=24)
# After an outage Meta repeats days of messages; nobody expects the assistant to answer those (CHANNELS 1.9).
ANSWERED_WITHIN = timedelta(hours=12)
EVENT_CHARS_MAX = 60_000
# `biz_opaque_callback_data`: our message, and which part of how many this was.
_OPAQUE = re.compile(r"seva:(\d{1,18}):(\d{1,3})/(\d{1,3})")
# Not said by the person, or no message to us: does not open the window.
_NOT_WRITTEN = frozenset(("identity", "deleted", "welcome"))


@dataclass
class Batch:
    """Everything of one webhook, in its order."""

    messages: list[InboundMessage] = field(default_factory=list)
    reports: list[DeliveryReport] = field(default_factory=list)
    events: list[ChannelEvent] = field(default_factory=list)


def parse(raw: bytes, phone_number_id: str, now: datetime) -> Batch:
    """What is in it. `phone_number_id`: our own; what was written to another number is kept and not answered.

    Raises: PayloadMalformed if it is no JSON; anything else is genuine and ends in the batch.
    """
    try:
        return _read_body(json.loads(raw), phone_number_id, now)
    except RecursionError as error:
        raise PayloadMalformed("nested too deeply") from error
    except ValueError as error:
        raise PayloadMalformed("no JSON") from error


def _read_body(body: object, phone_number_id: str, now: datetime) -> Batch:
    batch = Batch()
    if as_dict(body).get("object") != "whatsapp_business_account":
        batch.events.append(_build_event("unknown", body))
        return batch
    for entry in map(as_dict, as_list(as_dict(body).get("entry"))):
        for change in map(as_dict, as_list(entry.get("changes"))):
            _read_change(batch, change, phone_number_id, now)
    if not (batch.messages or batch.reports or batch.events):
        batch.events.append(_build_event("empty", body))
    return batch


def _read_change(batch: Batch, change: Json, phone_number_id: str, now: datetime) -> None:
    value = as_dict(change.get("value"))
    if change.get("field") != "messages":
        batch.events.append(_build_event(as_text(change.get("field")) or "unknown", change))
        return
    account = as_text(as_dict(value.get("metadata")).get("phone_number_id"))
    ours = not account or account == phone_number_id
    contacts = [as_dict(contact) for contact in as_list(value.get("contacts"))]
    count = 0
    for message in map(as_dict, as_list(value.get("messages"))):
        inbound = _build_message(message, contacts, "" if ours else account, now)
        if inbound:
            batch.messages.append(inbound)
        else:
            batch.events.append(_build_event("message without a sender", message))
        count += 1
    for status in map(as_dict, as_list(value.get("statuses"))):
        batch.reports.append(_build_report(status, ours))
        count += 1
    if not count:
        batch.events.append(_build_event("errors" if value.get("errors") else "empty", change))


def _build_message(message: Json, contacts: list[Json], foreign: str, now: datetime) -> InboundMessage | None:
    contact = _find_contact(message, contacts)
    number = as_text(message.get("from")) or as_text(contact.get("wa_id"))
    account = as_text(message.get("from_user_id")) or as_text(contact.get("user_id"))
    if not (number or account):
        return None
    content = read_content(message)
    if content.kind == "identity" and number:
        account = ""  # which of the two ids it names differs; what moves stands in the content
    sent_at = _read_time(message.get("timestamp"))
    key = as_key(message.get("id"), message)
    return InboundMessage(
        channel=NAME,
        external_id=as_key(f"{foreign}:{key}", None) if foreign else key,
        user_external_id=as_key(number or account, None),
        account_id=as_key(account, None) if account else "",
        text=content.text,
        kind=content.kind,
        choice=content.choice,
        sent_at=sent_at,
        profile=_read_profile(message, contact),
        reading="nobody" if foreign else _choose_reading(message, content, sent_at, now),
        attachments=content.attachments,
        moved=content.moved,
        changes=as_key(content.changes, None) if content.changes and not foreign else "",
        opens_until=None if foreign or content.kind in _NOT_WRITTEN else (sent_at or now) + WINDOW,
    )


def _find_contact(message: Json, contacts: list[Json]) -> Json:
    """Whom of `value.contacts[]` it is from: by account id, by number, or the only one (CHANNELS 1.4)."""
    for name, own in (("user_id", "from_user_id"), ("wa_id", "from")):
        if message.get(own):
            for contact in contacts:
                if contact.get(name) == message.get(own):
                    return contact
    return contacts[0] if len(contacts) == 1 else {}


def _choose_reading(message: Json, content: Content, sent_at: datetime | None, now: datetime) -> Reading:
    too_late = sent_at is not None and now - sent_at > ANSWERED_WITHIN
    return "nobody" if too_late or message.get("group_id") else content.reading


def _read_profile(message: Json, contact: Json) -> Profile:
    """The name, and where the person comes from: an advertisement, or a product of the catalogue."""
    profile = as_dict(contact.get("profile"))
    referral = as_dict(message.get("referral"))
    product = as_dict(as_dict(message.get("context")).get("referred_product"))
    page = {
        "url": as_text(referral.get("source_url")),
        "title": as_text(referral.get("headline")),
        "product": as_text(product.get("product_retailer_id")),
    }
    name = as_text(profile.get("name")) or as_text(profile.get("username"))
    return Profile(name=name, page={key: value for key, value in page.items() if value})


def _build_report(status: Json, ours: bool) -> DeliveryReport:
    opaque = _OPAQUE.fullmatch(as_text(status.get("biz_opaque_callback_data"))) if ours else None
    own_id, part, parts = (int(group) for group in opaque.groups()) if opaque else (None, 1, 1)
    failure = read_errors(status.get("errors"))
    return DeliveryReport(
        channel=NAME,
        external_id=as_key(status.get("id"), status),
        status=as_text(status.get("status")) or "unknown",
        at=_read_time(status.get("timestamp")),
        own_id=own_id,
        part=part,
        parts=parts,
        reason=failure[1] if failure else "",
        unreachable=bool(failure and failure[0].unreachable),
    )


def build_opaque(message_id: int, part: int, parts: int) -> str:
    """Our id as it travels with a message and comes back with its statuses (CHANNELS 1.6)."""
    return f"seva:{message_id}:{part}/{parts}"


def _read_time(value: object) -> datetime | None:
    """Unix seconds, as text; None for what cannot be a time of ours."""
    seconds = as_int(value)
    if seconds is None or not 1_000_000_000 <= seconds <= 4_000_000_000:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _build_event(kind: str, body: object) -> ChannelEvent:
    """Kept as it came, unless it is huge."""
    kept = as_storable(body)
    plain = json.dumps(kept)
    whole = isinstance(kept, dict) and len(plain) <= EVENT_CHARS_MAX
    return ChannelEvent(NAME, hash_json(body), kind, kept if whole else {"text": plain[:2000]})
