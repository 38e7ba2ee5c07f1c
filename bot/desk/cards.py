"""What is known of the customer beside this conversation: who they are, what was before, what they think of us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from bot.care.models import Audit, ContactNote, Opinion, PrivacyRequest, RequestState, Tag
from bot.conversations.links import undo_link
from bot.conversations.models import ChannelIdentity, Contact, Conversation, IdentityMove, Rating
from bot.shop.known import find_known
from bot.shop.restock_watch import RestockWatch

TALKS_MAX = 12
TAG_MAX = 40
CONTACT_NOTE_MAX = 4000
OPINIONS_MAX = 5
PHONED = frozenset(("whatsapp",))


@dataclass(frozen=True, slots=True)
class IdentityShown:
    """The customer on one channel. `address` only where it is a phone number; `moved_at`: joined to this contact then,
    by `proof`, and may be split off again."""

    id: int
    channel: str
    address: str
    reachable: bool
    since: datetime
    here: bool
    proof: str = ""
    moved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """All of it, for one open conversation."""

    contact: Contact
    identities: tuple[IdentityShown, ...]
    talks: tuple[Conversation, ...]
    tags: tuple[Tag, ...]
    note: str
    ratings: tuple[Rating, ...]
    opinions: tuple[Opinion, ...]
    watches: tuple[str, ...]
    wishes: tuple[PrivacyRequest, ...]
    known: bool


def build_card(conversation: Conversation) -> Card:
    """Reads only."""
    contact, key = conversation.contact, str(conversation.contact_id)
    others = Conversation.objects.filter(contact=contact).exclude(pk=conversation.pk).order_by("-last_message_at")
    note = ContactNote.objects.filter(contact=key).first()
    open_watches = RestockWatch.objects.filter(contact=key, ended_at=None).select_related("product")
    return Card(
        contact=contact,
        identities=tuple(_list_identities(conversation)),
        talks=tuple(others.select_related("agent")[:TALKS_MAX]),
        tags=tuple(Tag.objects.filter(contact=key)),
        note=note.text if note else "",
        ratings=tuple(Rating.objects.filter(conversation__contact=contact).order_by("-rated_at")[:OPINIONS_MAX]),
        opinions=tuple(Opinion.objects.filter(contact=key)[:OPINIONS_MAX]),
        watches=tuple(dict.fromkeys(watch.product.title for watch in open_watches)),
        wishes=tuple(PrivacyRequest.objects.filter(contact=key, state=RequestState.OPEN)),
        known=find_known(str(conversation.pk)) is not None,
    )


def _list_identities(conversation: Conversation) -> list[IdentityShown]:
    moves = IdentityMove.objects.filter(to_contact=conversation.contact, undone_at=None).order_by("pk")
    moved = {move.identity_id: move for move in moves}
    shown = []
    for one in conversation.contact.identities.order_by("pk"):
        move = moved.get(one.pk)
        number = one.channel in PHONED and one.external_id.isdigit()
        shown.append(
            IdentityShown(
                id=one.pk,
                channel=one.channel,
                address=f"+{one.external_id}" if number else "",
                reachable=one.reachable,
                since=one.created_at,
                here=one.pk == conversation.identity_id,
                proof=move.proof if move else "",
                moved_at=move.moved_at if move else None,
            )
        )
    return shown


def add_tag(contact_id: int, word: str, who: str) -> None:
    """Puts the word on the contact; there it is quiet, and an empty one is nothing."""
    word = " ".join(word.split())[:TAG_MAX]
    if word:
        values = {"made_by": who[:150], "made_at": timezone.now()}
        Tag.objects.get_or_create(contact=str(contact_id), word=word, defaults=values)


def remove_tag(contact_id: int, word: str) -> None:
    """Takes it off again."""
    Tag.objects.filter(contact=str(contact_id), word=word).delete()


def save_contact_note(contact_id: int, text: str, who: str) -> None:
    """The one text about the contact."""
    values = {"text": text.strip()[:CONTACT_NOTE_MAX], "changed_by": who[:150], "changed_at": timezone.now()}
    ContactNote.objects.update_or_create(contact=str(contact_id), defaults=values)


@transaction.atomic
def split_identity(contact_id: int, identity_id: int, who: str) -> bool:
    """Takes back how the identity was joined to the contact; False if there is no such join."""
    if not ChannelIdentity.objects.filter(pk=identity_id, contact=contact_id).exists() or not undo_link(identity_id):
        return False
    counts = {"identity": identity_id}
    Audit.objects.create(
        at=timezone.now(), who=who[:150], what="identity.split", contact=str(contact_id), counts=counts
    )
    return True
