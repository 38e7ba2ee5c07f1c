"""What the shop keeps about one contact: all of it to show, all of it to erase. Called by `requests` only.

Orders and invoices stay when the rest is erased, as the law on invoices demands; they are exported only if the contact
has proved that they are theirs. The audit keeps ids and counts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q

from bot.care.models import Complaint, ContactNote, Opinion, OrderAct, PrivacyRequest, Tag
from bot.config import config
from bot.conversations.handoffs import close, drop_work
from bot.conversations.links import forget_links
from bot.conversations.models import (
    Attachment,
    ChannelIdentity,
    ChannelNotice,
    Contact,
    Conversation,
    EarlierWords,
    HandOff,
    Message,
    Note,
    Rating,
    Turn,
)
from bot.conversations.states import State
from bot.dialogue.storage import ANSWER, STATE, make_engine
from bot.media.store import open_store
from bot.shop.models import Order
from bot.shop.proofs import CodeTry, IdentityTry, KnownPerson, OneTimeCode, ShownCode, VerifiedOrder
from bot.shop.restock_watch import RestockWatch
from bot.shop.return_talks import ReturnTalk
from bot.shop.shops import open_shop

Json = dict[str, Any]
ERASED = "[erased]"
encode = DjangoJSONEncoder(ensure_ascii=False, indent=2).encode


def build_export(request: PrivacyRequest) -> Json:
    """Everything about the request's contact, table by table. Raises ShopUnavailable: half of it would be no answer."""
    talks = _conversations(request)
    keys = [str(talk.pk) for talk in talks]
    contact = _contact_key(request)
    shown = VerifiedOrder.objects.filter(conversation__in=keys).values_list("order", flat=True)
    return {
        "request": request.number,
        "contacts": _rows(Contact.objects.filter(pk=contact)),
        "identities": _rows(ChannelIdentity.objects.filter(contact_id=contact)),
        "conversations": _rows(Conversation.objects.filter(pk__in=keys)),
        "messages": _rows(Message.objects.filter(conversation__in=talks)),
        "earlier_words": _rows(EarlierWords.objects.filter(message__conversation__in=talks)),
        "attachments": _rows(Attachment.objects.filter(message__conversation__in=talks)),
        "turns": _rows(Turn.objects.filter(conversation__in=talks)),
        "hand_offs": _rows(HandOff.objects.filter(conversation__in=talks)),
        "notes": _rows(Note.objects.filter(conversation__in=talks)),
        "ratings": _rows(Rating.objects.filter(conversation__in=talks)),
        "complaints": _rows(Complaint.objects.filter(_own(request, keys))),
        "opinions": _rows(Opinion.objects.filter(_own(request, keys))),
        "privacy_requests": _rows(PrivacyRequest.objects.filter(_own(request, keys))),
        "tags": _rows(Tag.objects.filter(contact=request.contact)),
        "contact_notes": _rows(ContactNote.objects.filter(contact=request.contact)),
        "order_acts": _rows(OrderAct.objects.filter(_own(request, keys))),
        "restock_watches": _rows(RestockWatch.objects.filter(_own(request, keys))),
        "return_talks": _rows(ReturnTalk.objects.filter(conversation__in=keys)),
        # Staff notes are the shop's own thoughts and no data given by the customer.
        "orders": [_without(row, "notes") for row in _read_orders(shown)],
        "dialogue": _read_dialogue(keys),
    }


def count_rows(found: Json) -> Json:
    """How many rows of each kind an export holds."""
    return {name: len(rows) for name, rows in found.items() if isinstance(rows, list)}


def erase_contact(request: PrivacyRequest) -> Json:
    """Empties or deletes every row about the contact; the counts. Inside the caller's transaction; safe to repeat.

    Rows that others count on (conversations, hand-offs, complaints) stay without words, name or page.
    """
    talks = _conversations(request)
    keys = [str(talk.pk) for talk in talks]
    for talk in talks:
        drop_work(talk)
        if talk.state != State.CLOSED:
            Conversation.objects.filter(pk=talk.pk).update(state=State.BOT, agent=None)
            close(talk.pk)
    messages = Message.objects.filter(conversation__in=talks)
    counts = {
        "messages": messages.update(
            text=ERASED, author_name="", payload="", buttons=[], cards=[], image="", client_key=None, error=""
        ),
        "turns": Turn.objects.filter(conversation__in=talks).update(
            text=ERASED, payload="", record={}, replies=[], error=""
        ),
        "hand_offs": HandOff.objects.filter(conversation__in=talks).update(summary={}),
        "complaints": Complaint.objects.filter(_own(request, keys)).update(words=[], order=""),
        "opinions": Opinion.objects.filter(_own(request, keys)).update(words=""),
        "ratings": Rating.objects.filter(conversation__in=talks).update(words=""),
        "order_acts": OrderAct.objects.filter(_own(request, keys)).update(order="", detail={}, result=""),
        "requests": PrivacyRequest.objects.filter(_own(request, keys)).update(words="", proof=""),
    }
    counts["earlier_words"] = EarlierWords.objects.filter(message__conversation__in=talks).delete()[0]
    counts["attachments"] = _erase_files(talks)
    Conversation.objects.filter(pk__in=keys).update(page={}, last_bot_text="")
    Contact.objects.filter(pk=_contact_key(request)).update(name="")
    counts["notes"] = Note.objects.filter(conversation__in=talks).delete()[0]
    counts["tags"] = Tag.objects.filter(contact=request.contact).delete()[0] if request.contact else 0
    counts["contact_notes"] = ContactNote.objects.filter(contact=request.contact).delete()[0] if request.contact else 0
    counts["restockwatch"] = RestockWatch.objects.filter(_own(request, keys)).delete()[0]
    counts["returntalk"] = ReturnTalk.objects.filter(conversation__in=keys).delete()[0]
    counts |= _erase_proofs(request, keys)
    _erase_traces(request)
    counts["dialogue"] = _erase_dialogue(keys)
    return counts


def _erase_files(talks: list[Conversation]) -> int:
    """The rows now, the files once that is committed: a file without a row is never shown, a row without a file is."""
    found = Attachment.objects.filter(message__conversation__in=talks)
    names = list(found.values_list("pk", flat=True))
    transaction.on_commit(lambda: open_store().delete(*names))
    return int(found.delete()[0])


def _erase_proofs(request: PrivacyRequest, keys: list[str]) -> Json:
    """How the contact has shown who they are: tries, codes (also the demo's shown ones), sign-ins."""
    counts = {"verifiedorder": VerifiedOrder.objects.filter(conversation__in=keys).delete()[0]}
    counts["identitytry"] = IdentityTry.objects.filter(_own(request, keys)).delete()[0]
    codes = OneTimeCode.objects.filter(_own(request, keys))
    orders = Order.objects.filter(name__in=codes.values("order"))
    ShownCode.objects.filter(Q(sent_to__in=orders.values("email")) | Q(sent_to__in=orders.values("phone"))).delete()
    CodeTry.objects.filter(code__in=codes).delete()
    counts["codes"] = codes.delete()[0]
    for identity in ChannelIdentity.objects.filter(contact_id=_contact_key(request)):
        KnownPerson.objects.filter(channel=identity.channel, external_id=identity.external_id).delete()
    return counts


def _erase_traces(request: PrivacyRequest) -> None:
    """What channels told about the contact, and how their identities were joined."""
    contact = _contact_key(request)
    for identity in ChannelIdentity.objects.filter(contact_id=contact):
        ChannelNotice.objects.filter(channel=identity.channel, body__chat=identity.external_id).delete()
    forget_links(contact)


def _own(request: PrivacyRequest, keys: list[str]) -> Q:
    """Rows named by conversation and contact: either is enough, as a row outlives its conversation."""
    return Q(conversation__in=keys) | Q(contact=request.contact) if request.contact else Q(conversation__in=keys)


def _conversations(request: PrivacyRequest) -> list[Conversation]:
    own = Conversation.objects.select_related("contact", "identity")
    contact = _contact_key(request)
    return list(own.filter(contact_id=contact)) if contact else []


def _contact_key(request: PrivacyRequest) -> int:
    return int(request.contact) if request.contact.isdigit() else 0


def _rows(found: models.QuerySet[Any]) -> list[Json]:
    return [dict(row) for row in found.order_by("pk").values()]


def _read_orders(names: Iterable[str]) -> list[Json]:
    found = (open_shop().find_order(name) for name in dict.fromkeys(names))
    return [dataclasses.asdict(order) for order in found if order]


def _without(row: Json, name: str) -> Json:
    return {key: value for key, value in row.items() if key != name}


def _read_dialogue(keys: list[str]) -> list[Json]:
    """What Rasa keeps of these conversations, as it keeps it."""
    with _dialogue_engine().connect() as connection:
        rows = connection.execute(sa.select(STATE.c.conversation, STATE.c.state).where(STATE.c.conversation.in_(keys)))
        return [{"conversation": row.conversation, "state": row.state} for row in rows]


def _erase_dialogue(keys: list[str]) -> int:
    with _dialogue_engine().execution_options(writes=True).begin() as connection:
        connection.execute(sa.delete(ANSWER).where(ANSWER.c.conversation.in_(keys)))
        return int(connection.execute(sa.delete(STATE).where(STATE.c.conversation.in_(keys))).rowcount)


def _dialogue_engine() -> sa.engine.Engine:
    return make_engine(config().database_url, config().data_path)
