"""Whose message it is: the person on a channel, and their open conversation; both are made when they are missing."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from bot.channels.contract import InboundMessage, Profile
from bot.config import config
from bot.conversations import events
from bot.conversations.endings import BY_CUSTOMER, find_snooze, reopen, wake_snoozed
from bot.conversations.handoffs import close
from bot.conversations.models import ChannelIdentity, Contact, Conversation
from bot.conversations.states import Author, Direction, State
from bot.conversations.texts import strip_unstorable
from bot.language.texts import LANGUAGES


def find_conversation(inbound: InboundMessage) -> Conversation:
    """The open conversation of this person, its row held; a new one if there is none or it has been quiet too long.

    Inside the caller's transaction. Raises: IntegrityError if another process makes the same one now; repeat then.
    """
    conversation = (
        Conversation.objects.select_for_update(of=("self",))
        .select_related("identity", "contact")
        .filter(identity__channel=inbound.channel, identity__external_id=inbound.user_external_id)
        .exclude(state=State.CLOSED)
        .first()
    )
    if conversation and is_idle(conversation):
        close(conversation.pk)
        conversation = None
    page = {str(key)[:50]: strip_unstorable(str(value))[:500] for key, value in inbound.profile.page.items()}
    if conversation is None and inbound.reading != "nobody" and not inbound.command:
        conversation = reopen(inbound.channel, inbound.user_external_id)
    if conversation is None:
        return _open_conversation(inbound, page)
    if conversation.state == State.AGENT and inbound.reading != "nobody":
        wake_snoozed(conversation, BY_CUSTOMER)
    _fill_gaps(conversation.contact, inbound.profile)
    renew_identity(conversation.identity, inbound)
    if page and page != conversation.page:
        conversation.page = page
        conversation.save(update_fields=["page"])
    return conversation


def find_newest(channel: str, user_external_id: str) -> Conversation | None:
    """The last conversation of this person, open or not, with their identity; nothing is held."""
    own = Conversation.objects.filter(identity__channel=channel, identity__external_id=user_external_id)
    return own.select_related("identity").order_by("-opened_at").first()


def _open_conversation(inbound: InboundMessage, page: dict[str, str]) -> Conversation:
    found = ChannelIdentity.objects.select_related("contact").filter(
        channel=inbound.channel, external_id=inbound.user_external_id
    )
    identity = found.first()
    if identity is None:
        contact = Contact.objects.create()
        identity = ChannelIdentity.objects.create(
            contact=contact,
            channel=inbound.channel,
            external_id=inbound.user_external_id,
            account_id=inbound.account_id or None,
        )
    renew_identity(identity, inbound)
    _fill_gaps(identity.contact, inbound.profile)
    now = timezone.now()
    conversation = Conversation.objects.create(
        contact=identity.contact,
        identity=identity,
        channel=identity.channel,
        page=page,
        opened_at=now,
        last_message_at=now,
        last_inbound_at=now,
    )
    events.publish(events.Event(events.CONVERSATION_OPENED, str(conversation.pk), str(conversation.state)))
    return conversation


def renew_identity(identity: ChannelIdentity, inbound: InboundMessage) -> None:
    """Whoever writes can be reached, for as long as the channel says."""
    if not identity.reachable:
        identity.reachable = True
        identity.save(update_fields=["reachable"])
    until = inbound.opens_until
    if until and (identity.window_closes_at is None or identity.window_closes_at < until):
        identity.window_closes_at = until
        identity.save(update_fields=["window_closes_at"])


def _fill_gaps(contact: Contact, profile: Profile) -> None:
    """What the channel says of a person is a hint: it fills what nobody has told us better."""
    name = strip_unstorable(profile.name)[:200]
    language = profile.language if profile.language in LANGUAGES else ""
    if (name and not contact.name) or (language and not contact.language):
        contact.name = contact.name or name
        contact.language = contact.language or language
        contact.save(update_fields=["name", "language"])


def give_identity(identity_id: int, contact_id: int) -> None:
    """The identity and all its conversations belong to this contact. Inside the caller's transaction."""
    ChannelIdentity.objects.filter(pk=identity_id).update(contact_id=contact_id)
    Conversation.objects.filter(identity_id=identity_id).update(contact_id=contact_id)


def is_idle(conversation: Conversation) -> bool:
    """Quiet for CONVERSATION_IDLE_H. Who waits for a person, or for an agent's word, is never closed by silence."""
    quiet_since = timezone.now() - timedelta(hours=config().conversation_idle_h)
    return conversation.last_message_at < quiet_since and not _is_awaited(conversation)


def close_idle(limit: int = 100) -> int:
    """Closes conversations that have been quiet too long, without a word; returns how many."""
    quiet_since = timezone.now() - timedelta(hours=config().conversation_idle_h)
    candidates = Conversation.objects.filter(
        state__in=[State.BOT, State.AGENT], last_message_at__lt=quiet_since, ready_at=None
    )
    closed = 0
    for pk in list(candidates.values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            conversation = Conversation.objects.select_for_update().get(pk=pk)
            if conversation.state in (State.BOT, State.AGENT) and is_idle(conversation):
                close(pk)
                closed += 1
    return closed


def _is_awaited(conversation: Conversation) -> bool:
    """Whether somebody still owes the customer an answer, or has put it aside for later."""
    if conversation.state == State.WAITING or conversation.ready_at is not None:
        return True
    if conversation.state != State.AGENT:
        return False
    if find_snooze(conversation):
        return True
    last = conversation.messages.exclude(author=Author.SYSTEM).order_by("-id").first()
    return last is not None and last.direction == Direction.INBOUND
