"""One person over several channels, joined only by proof: whoever holds a link token of a session is that session's.

`issue_link` makes a token for an open session; whoever sends it from another channel (`use_link`) joins its contact,
once and within ten minutes. Every join is kept and can be taken back (`undo_link`). Source: CHANNELS 2.8.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from bot.conversations.leases import wake_conversation
from bot.conversations.link_models import IdentityMove, LinkToken
from bot.conversations.models import ChannelIdentity, Contact, Conversation
from bot.conversations.notices import choose_language, say_in
from bot.conversations.outbox import queue_message
from bot.conversations.people import give_identity
from bot.conversations.states import Author, State

LINK_LASTS = timedelta(minutes=10)
# 192 random bits as 32 signs of Telegram's alphabet for `start` (at most 64).
TOKEN_BYTES = 24
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
DONE, ENDED = "system.link.done", "system.link.ended"


@transaction.atomic
def issue_link(channel: str, external_id: str) -> str:
    """A fresh token that stands for this person; they may not have written anything yet."""
    identity = ChannelIdentity.objects.filter(channel=channel, external_id=external_id).first()
    if identity is None:
        contact = Contact.objects.create()
        identity = ChannelIdentity.objects.create(contact=contact, channel=channel, external_id=external_id)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    LinkToken.objects.create(digest=_digest(token), identity=identity, until=timezone.now() + LINK_LASTS)
    return token


def use_link(conversation: Conversation, token: str) -> str:
    """Joins the person of `conversation` to the token's contact and tells the other channel; the key of what to say.

    Inside the caller's transaction, which holds the conversation's row. A token works once.
    """
    now = timezone.now()
    open_tokens = LinkToken.objects.filter(digest=_digest(token), used_at=None, until__gt=now)
    if not _TOKEN.fullmatch(token) or not open_tokens.update(used_at=now):
        return ENDED
    source = LinkToken.objects.select_related("identity__contact").get(digest=_digest(token)).identity
    if source.pk != conversation.identity_id:
        _join(conversation, source.contact)
        _tell(source)
    return DONE


@transaction.atomic
def undo_link(identity_id: int) -> bool:
    """Takes the identity's last join back: it gets its own contact again. False if there is nothing to take back."""
    move = IdentityMove.objects.filter(identity_id=identity_id, undone_at=None).order_by("-pk").first()
    if move is None:
        return False
    IdentityMove.objects.filter(pk=move.pk).update(undone_at=timezone.now())
    give_identity(identity_id, move.from_contact_id)
    return True


def forget_links(contact_id: int) -> None:
    """Nothing of how identities came to this contact stays, nor what its earlier contacts were called.

    Inside the caller's transaction.
    """
    moves = IdentityMove.objects.filter(to_contact_id=contact_id)
    Contact.objects.filter(pk__in=list(moves.values_list("from_contact_id", flat=True)), identities=None).update(
        name=""
    )
    moves.delete()
    LinkToken.objects.filter(identity__contact_id=contact_id).delete()


def _join(conversation: Conversation, contact: Contact) -> None:
    own = conversation.contact
    if own.pk == contact.pk:
        return
    IdentityMove.objects.create(
        identity_id=conversation.identity_id, from_contact=own, to_contact=contact, proof="link"
    )
    contact.name = contact.name or own.name
    contact.language = contact.language or own.language
    contact.save(update_fields=["name", "language"])
    give_identity(conversation.identity_id, contact.pk)
    conversation.contact = contact


def _tell(identity: ChannelIdentity) -> None:
    talk = Conversation.objects.select_related("contact").filter(identity=identity).exclude(state=State.CLOSED).first()
    if talk:
        wake_conversation(talk.pk)
        queue_message(talk, author=Author.SYSTEM, text=say_in("system.link.done_there", choose_language(talk)))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
